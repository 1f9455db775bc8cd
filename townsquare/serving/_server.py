"""Speaks with the PostgreSQL server that TOWNSQUARE_SERVING_URL names."""

import secrets
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from townsquare.errors import TownsquareError
from townsquare.settings import SERVING_URL, serving_url

if TYPE_CHECKING:
    import pyarrow as pa

# Any number will do, as long as everyone who serves into a database takes the same.
LOCK = 7_214_365
PATIENCE_SECONDS = 30.0
_LOCK_NOT_AVAILABLE = "55P03"


class Server:
    """One session on the serving database, to be used by one process at a time."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """What a query answers."""
        with self._connection.cursor() as cursor:
            cursor.execute(sql, values or None)
            found: list[tuple[Any, ...]] = cursor.fetchall()
        return found

    def database(self) -> str:
        """The name of the database that this session is in."""
        return str(self.rows("select current_database()::text")[0][0])

    def run(self, sql: str) -> None:
        """Do one statement that answers nothing; a query would not be done before it is read."""
        with self._connection.cursor() as cursor:
            cursor.execute(sql)

    def run_all(self, statements: Iterable[str]) -> None:
        """Do many statements in one journey to the server, all of them or none."""
        tag = f"$all_{secrets.token_hex(8)}$"
        self.run(f"do {tag} begin {'; '.join(statements)}; end {tag}")

    def copy(self, schema: str, table: str, rows: "pa.RecordBatchReader") -> None:
        """Add rows to a table by the server's binary COPY."""
        with self._connection.cursor() as cursor:
            cursor.adbc_ingest(table, rows, mode="append", db_schema_name=schema)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of it or nothing."""
        self.run("begin")
        try:
            yield
        except BaseException:
            self.run("rollback")
            raise
        self.run("commit")

    def is_free(self, statement: str, milliseconds: int) -> bool:
        """Do a statement that wants a lock; False when somebody held it for so long."""
        import adbc_driver_manager

        try:
            with self.transaction():
                self.run(f"set local lock_timeout = {milliseconds}")
                self.run(statement)
        except adbc_driver_manager.Error as error:
            if error.sqlstate == _LOCK_NOT_AVAILABLE:
                return False
            raise
        return True


@contextmanager
def connect() -> Iterator[Server]:
    """The only session that serves into the database now; its errors say where and what to do."""
    import adbc_driver_manager
    import adbc_driver_postgresql.dbapi as driver

    where = serving_url()
    if where is None:
        raise TownsquareError(
            f"No server is named to serve releases; set {SERVING_URL}, as in "
            "postgresql://townsquare@127.0.0.1/serving, and the password in PGPASSWORD."
        )
    try:
        with driver.connect(where, autocommit=True) as connection:
            server = Server(connection)
            _lock(server)
            yield server
    except adbc_driver_manager.Error as error:
        said = " ".join(str(error).split())
        raise TownsquareError(
            f"The server at {shown()} refuses: {said[:400]}. Readers keep the release that "
            "they have; mend the cause and serve again."
        ) from error


def _lock(server: Server) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not server.rows(f"select pg_try_advisory_lock({LOCK})")[0][0]:
        if time.monotonic() >= deadline:
            raise TownsquareError(
                "Another process has been serving into this database for "
                f"{PATIENCE_SECONDS:.0f} s; wait until it ends, or stop it if it is yours, and "
                "try again."
            )
        time.sleep(0.2)


def shown() -> str:
    """The server's address without who signs in, and without any parameter."""
    parts = urlsplit(serving_url() or "")
    return f"{parts.hostname or 'a local socket'}{parts.path}"
