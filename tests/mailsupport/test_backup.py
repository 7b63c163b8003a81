"""Back up and restore, on the database that the tests run on: what comes back, and what is refused."""

import contextlib
import io
import json
import os
import stat
import tarfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone

from mailsupport.backup import archive, database
from mailsupport.backup.archive import Refused
from tests.mailsupport.test_archive import BASE, info, pack
from tickets.models import Attempt

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _var(settings, tmp_path):
    settings.VAR_DIR = tmp_path / "var"
    settings.VAR_DIR.mkdir()


@pytest.fixture
def filled(settings, desk, boss) -> None:
    """A desk, a row of the staff's, and two uploaded files."""
    for name in ("ab/abc", "cd/cde"):
        path = settings.MEDIA_ROOT / name
        path.parent.mkdir(parents=True)
        path.write_bytes(name.encode() * 1000)


@contextlib.contextmanager
def another_place(settings: Any, tmp_path: Path) -> Iterator[None]:
    """A new database without a table and a new folder, as on another machine."""
    here, media = connection.settings_dict["NAME"], settings.MEDIA_ROOT
    connection.close()
    settings.MEDIA_ROOT = tmp_path / "there" / "media"
    if connection.vendor == "sqlite":
        connection.settings_dict["NAME"] = str(tmp_path / "there.sqlite3")
        drop = None
    else:
        drop = f"{here}_there"
        with psycopg.connect(**database._parameters(), autocommit=True) as server:
            server.execute(f"CREATE DATABASE {drop}")
        connection.settings_dict["NAME"] = drop
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"], settings.MEDIA_ROOT = here, media
        if drop:
            with psycopg.connect(**database._parameters(), autocommit=True) as server:
                server.execute(f"DROP DATABASE {drop} WITH (FORCE)")


def rows() -> dict[str, list[Any]]:
    """Every row of every table of ours: what SQLite knows of their sizes is its own."""
    found = {}
    with connection.cursor() as cursor:
        names = connection.introspection.table_names(cursor)
        for table in (name for name in names if not name.startswith("sqlite_")):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            found[table] = sorted(cursor.fetchall(), key=repr)
    return found


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def say(name: str, *words: object, **options: Any) -> str:
    """What a command writes."""
    out = io.StringIO()
    call_command(name, *map(str, words), stdout=out, **options)
    return out.getvalue()


@pytest.fixture
def made(filled, tmp_path: Path) -> Path:
    file = tmp_path / "backup.tar"
    say("backup", file)
    return file


class TestThereAndBack:
    def test_every_row_and_file_comes_back(self, knowledge, made, settings, tmp_path):
        before, uploads = rows(), files(settings.MEDIA_ROOT)
        assert len(uploads) == 2
        with another_place(settings, tmp_path):
            said = say("restore", made)
            assert rows() == before
            assert files(settings.MEDIA_ROOT) == uploads
            modes = {stat.S_IMODE(path.stat().st_mode) for path in settings.MEDIA_ROOT.rglob("*")}
            assert modes == {0o600, 0o700}
            # The next row gets a number of its own.
            Attempt.objects.create(key="after", expires=timezone.now())
        assert f"Restored: {sum(len(found) for found in before.values())} rows, 2 files." in said

    def test_the_manifest_counts_the_rows(self, made):
        with archive.reading(made) as found:
            assert found.manifest.counts == {table: len(found) for table, found in rows().items()}
            assert found.manifest.kind == connection.vendor
            assert "tickets.0001_initial" in found.manifest.migrations

    def test_what_is_there_is_named_and_kept(self, made, settings):
        Attempt.objects.create(key="mine", expires=timezone.now())
        out = io.StringIO()
        with pytest.raises(CommandError, match="--replace"):
            call_command("restore", str(made), stdout=out)
        assert "auth_user: 1\n" in out.getvalue()
        assert f"files under {settings.MEDIA_ROOT}" in out.getvalue()
        assert Attempt.objects.count() == 1

    def test_what_is_there_can_be_replaced(self, made, settings):
        Attempt.objects.create(key="mine", expires=timezone.now())
        (settings.MEDIA_ROOT / "more").touch()
        said = say("restore", made, replace=True)
        assert "Replacing:" in said
        assert not Attempt.objects.exists()
        assert sorted(files(settings.MEDIA_ROOT)) == ["ab/abc", "cd/cde"]
        assert not list(settings.MEDIA_ROOT.parent.glob(".restore-*"))
        # Once more: nothing of the first time is in the way.
        say("restore", made, replace=True)

    def test_it_says_when_the_program_is_newer(self, made, settings, tmp_path):
        with tarfile.open(made) as tar:
            manifest = json.load(tar.extractfile("manifest.json"))  # type: ignore[arg-type]
        assert "run manage.py migrate" not in say("restore", made, replace=True)
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM django_migrations WHERE name = '0003_editors_write_drafts'")
        say("backup", tmp_path / "older.tar")
        assert "newer by 1 migrations: run manage.py migrate" in say(
            "restore", tmp_path / "older.tar", replace=True
        )
        assert manifest["migrations"]


def test_writes_meanwhile_are_in_whole_or_not_at_all(filled, settings, tmp_path):
    stop, began = threading.Event(), threading.Event()
    written: list[int] = []

    def write() -> None:
        try:
            while not stop.is_set():
                with transaction.atomic():
                    for side in "ab":
                        key = f"{side}{len(written)}"
                        Attempt.objects.create(key=key, expires=timezone.now())
                written.append(1)
                if len(written) > 20:
                    began.set()
        finally:
            connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert began.wait(30)
        say("backup", tmp_path / "busy.tar")
        after = len(written)
    finally:
        stop.set()
        writer.join()
    with another_place(settings, tmp_path):
        say("restore", tmp_path / "busy.tar")
        keys = set(Attempt.objects.values_list("key", flat=True))
    pairs = {key[1:] for key in keys}
    assert 20 < len(pairs) <= after + 1
    assert keys == {f"{side}{number}" for side in "ab" for number in pairs}


class TestFile:
    def test_only_we_read_it(self, made):
        old = os.umask(0)
        try:
            say("backup", made.with_name("second.tar"))
        finally:
            os.umask(old)
        assert stat.S_IMODE(made.with_name("second.tar").stat().st_mode) == 0o600

    def test_the_secret_is_not_in_it(self, made, settings):
        assert settings.SECRET_KEY.encode() not in made.read_bytes()

    def test_the_secret_is_in_it_on_request(self, filled, settings, tmp_path):
        assert "forge" in say("backup", tmp_path / "a.tar", with_secret=True)
        assert "left alone" in say("restore", tmp_path / "a.tar", replace=True)
        assert not (settings.VAR_DIR / "secret").exists()
        say("restore", tmp_path / "a.tar", replace=True, with_secret=True)
        assert (settings.VAR_DIR / "secret").read_text() == settings.SECRET_KEY
        assert stat.S_IMODE((settings.VAR_DIR / "secret").stat().st_mode) == 0o600

    def test_no_file_is_overwritten(self, made):
        before = made.read_bytes()
        with pytest.raises(CommandError, match="already"):
            say("backup", made)
        assert made.read_bytes() == before

    def test_a_failure_leaves_no_half_file(self, filled, tmp_path, monkeypatch):
        def broken(_to: Path) -> dict[str, int]:
            raise Refused("no room")

        (tmp_path / "backups").mkdir()
        monkeypatch.setattr(database, "copy", broken)
        with pytest.raises(CommandError, match="no room"):
            say("backup", tmp_path / "backups")
        assert not list((tmp_path / "backups").iterdir())

    def test_older_ones_are_dropped(self, filled, tmp_path):
        folder = tmp_path / "backups"
        folder.mkdir()
        names = [f"mailsupport-2025010{day}-030000.tar" for day in range(1, 6)]
        for name in (*names, "mailsupport-keep-me.tar", "other.tar"):
            (folder / name).touch()
        say("backup", folder, keep=3)
        left = sorted(path.name for path in folder.iterdir())
        assert left[:2] == names[3:]
        assert left[3:] == ["mailsupport-keep-me.tar", "other.tar"]


class TestRefused:
    @pytest.fixture(autouse=True)
    def _nothing_changed(self, filled, settings):
        before, uploads = rows(), files(settings.MEDIA_ROOT)
        yield
        assert rows() == before
        assert files(settings.MEDIA_ROOT) == uploads
        assert not list(settings.MEDIA_ROOT.parent.glob(".restore-*"))

    def refusal(self, file: Path) -> str:
        with pytest.raises(CommandError) as refused:
            say("restore", file, replace=True)
        return str(refused.value)

    def test_another_kind_of_database(self, tmp_path):
        assert "DATABASE_URL" in self.refusal(pack(tmp_path / "a", [BASE], kind="mysql"))

    def test_a_newer_server(self, tmp_path):
        assert "newer" in self.refusal(pack(tmp_path / "a", [BASE], database_version=99))

    def test_a_newer_program(self, tmp_path):
        file = pack(tmp_path / "a", [BASE], migrations=["tickets.0001_initial", "tickets.9999_later"])
        assert "tickets.9999_later" in self.refusal(file)

    def test_a_database_that_cannot_be_read(self, tmp_path):
        assert self.refusal(pack(tmp_path / "a", [(info("database"), b"nonsense" * 999)]))

    def test_other_rows_than_promised(self, made, tmp_path):
        with tarfile.open(made) as tar:
            dump = tar.extractfile("database").read()  # type: ignore[union-attr]
        file = pack(tmp_path / "a", [(info("database"), dump)], counts={"tickets_ticket": 1})
        assert "not those of the manifest" in self.refusal(file)

    def test_files_that_cannot_be_put_in_place(self, made, settings, monkeypatch):
        rename = Path.rename

        def busy(self: Path, target: Path) -> Path:
            if self.parent.name.startswith(".restore-") and self.name == "media":
                raise OSError(16, "Device or resource busy")
            return rename(self, target)

        monkeypatch.setattr(Path, "rename", busy)
        assert "busy" in self.refusal(made)


@pytest.mark.postgres
class TestTools:
    def fake(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str) -> Path:
        """A pg_dump that writes down how it was called."""
        tool = tmp_path / "bin" / "pg_dump"
        tool.parent.mkdir()
        tool.write_text(
            f'#!/bin/sh\n[ "$1" = --version ] && echo "pg_dump (PostgreSQL) {version}" && exit\n'
            f'echo "$@" > {tmp_path}/arguments; echo "$PGPASSWORD" > {tmp_path}/password\n'
            'echo "pg_dump: error: no such thing" >&2; exit 1\n'
        )
        tool.chmod(0o700)
        monkeypatch.setenv("PATH", f"{tool.parent}:/bin:/usr/bin")
        return tool

    def test_a_missing_tool(self, monkeypatch, tmp_path):
        monkeypatch.setenv("PATH", str(tmp_path))
        with pytest.raises(CommandError, match=r"pg_dump is missing: apt-get install postgresql-client-\d+"):
            say("backup", tmp_path / "a.tar")

    def test_a_tool_older_than_the_server(self, monkeypatch, tmp_path):
        self.fake(tmp_path, monkeypatch, "9.6.24")
        with pytest.raises(CommandError, match="is of PostgreSQL 9, and"):
            say("backup", tmp_path / "a.tar")

    def test_the_password_is_on_no_command_line(self, monkeypatch, tmp_path):
        self.fake(tmp_path, monkeypatch, "99.1")
        monkeypatch.setitem(connection.settings_dict, "PASSWORD", "hunter2")
        with pytest.raises(CommandError, match="no such thing"):
            say("backup", tmp_path / "a.tar")
        assert (tmp_path / "password").read_text() == "hunter2\n"
        assert "--dbname" in (tmp_path / "arguments").read_text()
        assert "hunter2" not in (tmp_path / "arguments").read_text()
