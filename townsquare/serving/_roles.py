"""Who may do what on the server: the group `analyst` reads releases, and nobody else anything."""

from pathlib import Path

from townsquare.errors import TownsquareError
from townsquare.release import Release
from townsquare.serving._names import ANALYST, LEDGER
from townsquare.serving._server import Server
from townsquare.sql_text import identifier, literal

_ONLY_READING = Path(__file__).with_name("only_reading.sql")


def prepare(server: Server) -> None:
    """Make the serving database ready: its ledger, its roles, its settings; harmless again."""
    _refuse_foreign(server)
    database = identifier(server.database())
    if not server.rows("select 1 from pg_roles where rolname = $1", ANALYST):
        server.run(f"create role {ANALYST} nologin")
    for statement in (
        f"revoke all on database {database} from public",
        f"grant connect on database {database} to {ANALYST}",
        "revoke all on schema public from public",
        f"alter database {database} set timezone = 'UTC'",
        f"create schema if not exists {LEDGER}",
        f"grant usage on schema {LEDGER} to {ANALYST}",
        *_LEDGER,
    ):
        server.run(statement)
    if server.rows("select 1 from pg_roles where rolname = current_user and rolsuper"):
        server.run(_ONLY_READING.read_text(encoding="utf-8"))


_TABLE = f"{LEDGER}.releases"
_HELD = f"{LEDGER}.refuse_mixture"
_LEDGER = (
    f"""create table if not exists {_TABLE} (
        release_id text primary key,
        fingerprint text not null,
        loaded_at timestamp not null,
        served_at timestamp not null,
        is_current boolean not null
    )""",
    f"grant select on {_TABLE} to {ANALYST}",
    f"comment on table {_TABLE} is 'One row per release that can be read on this server.'",
    f"comment on column {_TABLE}.release_id is 'The release.'",
    f"comment on column {_TABLE}.fingerprint is 'SHA-256 of the DuckDB file that it came from.'",
    f"comment on column {_TABLE}.loaded_at is 'When its rows were complete here, UTC.'",
    f"comment on column {_TABLE}.served_at is 'When new sessions began to read it, UTC.'",
    f"comment on column {_TABLE}.is_current is 'Whether new sessions read it.'",
    # A session whose search path holds another release must not be shown this one unawares.
    # One that began before the switch, and sees the data of then, would find new tables empty.
    f"""create or replace function {_HELD}(release text, print text, place text) returns boolean
        language plpgsql stable as $$
        declare
            held text[] := regexp_split_to_array(current_setting('search_path'), '[", ]+');
        begin
            if not exists (
                select from {_TABLE} where release_id = release and fingerprint = print
            ) then
                raise exception 'This transaction began before release % was here.', release
                    using errcode = 'object_not_in_prerequisite_state', hint = 'End it and begin '
                    'another to read this release.';
            end if;
            if place = any(held) or not exists (
                select from unnest(held) as name where name ~ '^release_\\d'
            ) then
                return true;
            end if;
            raise exception 'This session reads % and this name has moved on to release %.',
                current_setting('search_path'), release
                using errcode = 'object_not_in_prerequisite_state', hint = 'Connect again to read '
                'the newest release, or leave the schema out of the name to stay with yours.';
        end $$""",
    f"grant execute on function {_HELD}(text, text, text) to {ANALYST}",
)


def guarded(release: Release, marts_schema: str) -> str:
    """The condition under which a view of one release may be read."""
    told = (release.release_id, release.fingerprint, marts_schema)
    return f"{_HELD}({', '.join(map(literal, told))})"


def _refuse_foreign(server: Server) -> None:
    """Townsquare names, moves and drops schemas, so it takes no database that others use."""
    if server.rows("select 1 from pg_namespace where nspname = $1", LEDGER):
        return
    found = server.rows(
        "select nspname::text, relname::text from pg_class "
        "join pg_namespace on pg_namespace.oid = relnamespace "
        "where nspname !~ '^pg_' and nspname <> 'information_schema' limit 1"
    )
    if found:
        raise TownsquareError(
            f"The database holds {'.'.join(found[0])}, which is not of a release; give releases "
            "a database of their own, as by `createdb serving`."
        )
