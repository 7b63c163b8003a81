"""`manage.py backup [FILE or FOLDER]`: database and files in one archive."""

import sqlite3
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError
from django.utils import timezone

from mailsupport.backup import run
from mailsupport.backup.archive import MEDIA, Refused

WITHOUT_KEY = (
    "Not in it: the secret ({file}). Keep a copy of it elsewhere, or use --with-secret. Without it everybody "
    "signs in again and half-written requests begin anew; links to requests keep working."
)
WITH_KEY = "The secret is in it: who has this file can forge sessions. Keep it as you keep passwords."


class Command(BaseCommand):
    """While the site runs; what is written meanwhile is in it whole or not at all."""

    help = "Write database, uploaded files and a manifest into one archive (mode 600)."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Where to, and what becomes of older ones."""
        parser.add_argument(
            "target", nargs="?", help="A file, or a folder. Default: backups in MAILSUPPORT_VAR."
        )
        parser.add_argument("--with-secret", action="store_true", help="Put the secret key in as well.")
        parser.add_argument("--keep", type=int, default=0, help="Keep so many archives in the folder.")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Raises CommandError where nothing could be written."""
        target = Path(options["target"] or settings.VAR_DIR / "backups")
        try:
            if not options["target"]:
                target.mkdir(mode=0o700, exist_ok=True)
            with_secret = options["with_secret"]
            file, made = run.backup(target, with_secret=with_secret, now=timezone.localtime())
            dropped = run.thin_out(file.parent, keep=options["keep"]) if options["keep"] > 0 else []
        except Refused as error:
            raise CommandError(str(error)) from None
        except (DatabaseError, sqlite3.Error, psycopg.Error) as error:
            raise CommandError(f"The database does not work: {str(error).splitlines()[0]}") from None
        except OSError as error:
            raise CommandError(f"Cannot write {error.filename or target}: {error.strerror}.") from None
        files = sum(name.startswith(MEDIA) for name in made.members)
        rows = sum(made.counts.values())
        self.stdout.write(f"{file}: {rows} rows, {files} files, {file.stat().st_size} bytes")
        self.stdout.write(WITH_KEY if with_secret else WITHOUT_KEY.format(file=settings.VAR_DIR / "secret"))
        for old in dropped:
            self.stdout.write(f"Deleted: {old}")
