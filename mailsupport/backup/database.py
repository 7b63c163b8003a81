"""The two databases: a copy that is of one moment while others write, and the way back."""

import os
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Protocol

import psycopg
from django.db import connection
from psycopg import sql
from psycopg.conninfo import make_conninfo

from mailsupport.backup.archive import Refused

BEFORE = "before_restore"
"""Schema that keeps what was there until a restore on PostgreSQL has gone through."""


class Kept(Protocol):
    """What was there before a restore."""

    def undo(self) -> None:
        """Bring it back."""

    def settle(self) -> None:
        """Forget it."""


def copy(to: Path) -> dict[str, int]:
    """Write the whole database as it is at one moment; gives the rows of every table at that moment.

    Raises Refused where a tool is missing, too old, or fails.
    """
    return _copy_sqlite(to) if connection.vendor == "sqlite" else _copy_postgresql(to)


def load(file: Path, spare: Path) -> Kept:
    """Put the copy in place of what is there; gives what was there. `spare` is a free name beside.

    Raises Refused, with everything as before.
    """
    return _load_sqlite(file, spare) if connection.vendor == "sqlite" else _load_postgresql(file)


def version() -> int:
    """Major version of the server: 15 for PostgreSQL 15, 3 for SQLite."""
    if connection.vendor == "sqlite":
        return sqlite3.sqlite_version_info[0]
    with _psycopg() as server:
        return server.info.server_version // 10000


def counts() -> dict[str, int]:
    """Rows of every table now."""
    if connection.vendor == "sqlite":
        with closing(_sqlite()) as database:
            return _count_sqlite(database)
    with _psycopg() as server:
        return _count_postgresql(server)


def _sqlite() -> sqlite3.Connection:
    """A connection of our own: none of Django's transactions around it."""
    return sqlite3.connect(connection.settings_dict["NAME"], timeout=60)


def _count_sqlite(database: sqlite3.Connection) -> dict[str, int]:
    names = database.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite~_%' ESCAPE '~'"
    )
    return {
        name: database.execute(f'SELECT COUNT(*) FROM "{name}"').fetchone()[0]  # noqa: S608 # names of tables
        for (name,) in sorted(names.fetchall())
    }


def _copy_sqlite(to: Path) -> dict[str, int]:
    with closing(_sqlite()) as source, closing(sqlite3.connect(to)) as target:
        # One read transaction for all pages: begun in steps it would begin anew with every write.
        source.backup(target)
        # A file of its own, without the log that belongs beside a running database.
        target.execute("PRAGMA journal_mode=DELETE")
        # Their functions are Django's, and rows that were let in are not what is doubted here.
        target.execute("PRAGMA ignore_check_constraints=ON")
        if target.execute("PRAGMA quick_check").fetchone()[0] != "ok":
            raise Refused(
                "The copy of the database is damaged, so the database itself is: PRAGMA quick_check."
            )
        return _count_sqlite(target)


class _SqliteKept:
    def __init__(self, spare: Path) -> None:
        self.spare = spare

    def undo(self) -> None:
        with closing(sqlite3.connect(self.spare)) as source, closing(_sqlite()) as target:
            source.backup(target)
        self.settle()

    def settle(self) -> None:
        self.spare.unlink()


def _load_sqlite(file: Path, spare: Path) -> Kept:
    connection.close()
    try:
        with (
            closing(sqlite3.connect(file)) as source,
            closing(_sqlite()) as target,
            closing(sqlite3.connect(spare)) as before,
        ):
            spare.chmod(0o600)
            target.backup(before)
            # Into the file that others may have open, in one transaction: a new file under the old name
            # would leave them writing into the void.
            source.backup(target)
            target.execute("PRAGMA journal_mode=WAL")
    except sqlite3.Error as error:
        spare.unlink(missing_ok=True)
        raise Refused(f"The database cannot be replaced ({error}). Stop web and worker first.") from None
    Path(connection.settings_dict["NAME"]).chmod(0o600)
    return _SqliteKept(spare)


def _parameters() -> dict[str, Any]:
    """What libpq needs to know, the password among it."""
    ours = ("cursor_factory", "context", "prepare_threshold", "client_encoding")
    return {name: value for name, value in connection.get_connection_params().items() if name not in ours}


@contextmanager
def _psycopg() -> Iterator[psycopg.Connection[Any]]:
    """A connection of our own, outside the pool and outside Django's transactions."""
    with psycopg.connect(**_parameters()) as server:
        yield server


def _count_postgresql(server: psycopg.Connection[Any]) -> dict[str, int]:
    names = [row[0] for row in server.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
    one = sql.SQL("SELECT COUNT(*) FROM public.{}")
    found = {name: server.execute(one.format(sql.Identifier(name))).fetchone() for name in sorted(names)}
    return {name: row[0] for name, row in found.items() if row}


def tool(name: str, *, least: int) -> str:
    """Path of pg_dump or pg_restore. Raises Refused where it is missing or older than version `least`."""
    path = shutil.which(name)
    hint = f"apt-get install postgresql-client-{least}"
    if path is None:
        raise Refused(f"{name} is missing: {hint}")
    said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603
    found = re.search(r"(\d+)(?:\.|devel|beta|rc)?", said)
    major = int(found[1]) if found else 0
    if major < least:
        raise Refused(f"{name} is of PostgreSQL {major}, and {least} or newer is needed: {hint}")
    return path


def _run(command: list[str]) -> None:
    """One of the tools. The password goes by the environment: everybody can read a command line."""
    parameters = _parameters()
    secret = {"PGPASSWORD": str(parameters.pop("password"))} if "password" in parameters else {}
    command = [*command, "--no-password", "--dbname", make_conninfo(**parameters)]
    done = subprocess.run(  # noqa: S603 # our own words
        command, env={**os.environ, **secret}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["no message"]
        raise Refused(f"{Path(command[0]).name} failed: {lines[0]}")


def _copy_postgresql(to: Path) -> dict[str, int]:
    with _psycopg() as server:
        path = tool("pg_dump", least=server.info.server_version // 10000)
        server.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        row = server.execute("SELECT pg_export_snapshot()").fetchone()
        counted = _count_postgresql(server)
        # The same snapshot for rows and counts, as long as this transaction lives.
        _run([path, "--format=custom", f"--snapshot={row[0] if row else ''}", *_SCOPE, f"--file={to}"])
    return counted


_SCOPE = ("--no-owner", "--no-privileges", f"--exclude-schema={BEFORE}")


class _PostgresqlKept:
    def undo(self) -> None:
        with _psycopg() as server:
            _drop(server, "public")
            _move(server, BEFORE, "public")
            server.execute(f"DROP SCHEMA {BEFORE}")

    def settle(self) -> None:
        with _psycopg() as server:
            server.execute(f"DROP SCHEMA {BEFORE} CASCADE")


def _load_postgresql(file: Path) -> Kept:
    connection.close()
    with _psycopg() as server:
        path = tool("pg_restore", least=server.info.server_version // 10000)
        if server.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [BEFORE]).fetchone():
            raise Refused(
                f"The schema {BEFORE} of an earlier restore is still there: look into it, then drop it."
            )
        # Tables wait in a schema of their own: dropped first, nothing would be left if the rest failed.
        server.execute("SET LOCAL lock_timeout = '10s'")
        try:
            server.execute(f"CREATE SCHEMA {BEFORE}")
            _move(server, "public", BEFORE)
        except psycopg.Error as error:
            raise Refused(f"Tables cannot be put aside ({error}). Stop web and worker first.") from None
    kept = _PostgresqlKept()
    try:
        _run([path, "--single-transaction", "--exit-on-error", *_SCOPE[:2], str(file)])
    except Refused:
        kept.undo()
        raise
    return kept


def _tables(server: psycopg.Connection[Any], schema: str) -> list[sql.Identifier]:
    rows = server.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", [schema])
    return [sql.Identifier(schema, row[0]) for row in rows.fetchall()]


def _move(server: psycopg.Connection[Any], old: str, new: str) -> None:
    for table in _tables(server, old):
        server.execute(sql.SQL("ALTER TABLE {} SET SCHEMA {}").format(table, sql.Identifier(new)))


def _drop(server: psycopg.Connection[Any], schema: str) -> None:
    for table in _tables(server, schema):
        server.execute(sql.SQL("DROP TABLE {} CASCADE").format(table))
