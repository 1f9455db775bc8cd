-- Everyone may write large objects until a superuser takes that right from them; who only reads
-- releases needs none. Run on the serving database; harmless again.
do $$
declare
    writer regprocedure;
begin
    for writer in
        select oid
        from pg_proc
        where pronamespace = 'pg_catalog'::regnamespace
            and (proname like 'lo\_%' or proname like 'be\_lo\_%' or proname = 'lowrite')
            and has_function_privilege('public', oid, 'execute')
    loop
        execute format('revoke execute on function %s from public', writer);
    end loop;
end $$
