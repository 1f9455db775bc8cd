-- Everyone may write large objects, and take locks by number, until a superuser takes that right from
-- them; who only reads releases needs neither, and could fill the disk or keep every release from
-- being served. The database's owner, who serves, takes one lock. Run on the serving database;
-- harmless again.
do $$
declare
    taken regprocedure;
begin
    for taken in
        select oid
        from pg_proc
        where pronamespace = 'pg_catalog'::regnamespace
            and (proname like 'lo\_%' or proname like 'be\_lo\_%' or proname = 'lowrite'
                or proname ~ '^pg_(try_)?advisory_(xact_)?lock')
            and has_function_privilege('public', oid, 'execute')
    loop
        execute format('revoke execute on function %s from public', taken);
    end loop;
    execute format(
        'grant execute on function pg_try_advisory_lock(bigint) to %I',
        (select pg_get_userbyid(datdba) from pg_database where datname = current_database())
    );
end $$
