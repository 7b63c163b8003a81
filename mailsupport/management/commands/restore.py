"""`manage.py restore FILE`: the way back from `manage.py backup`."""

import sqlite3
from pathlib import Path
from typing import Any

import psycopg
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from mailsupport.backup import archive, run
from mailsupport.backup.archive import KEY, Refused


class Command(BaseCommand):
    """With web and worker stopped."""

    help = "Put the database and the files of an archive in place of what is here. Stop web and worker first."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """The archive, and leave to replace what is here."""
        parser.add_argument("file")
        parser.add_argument("--replace", action="store_true", help="Replace a database that is not empty.")
        parser.add_argument("--with-secret", action="store_true", help="Take the secret key from it as well.")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Raises CommandError with everything as before."""
        chosen = {name: options[name] for name in ("replace", "with_secret")}
        try:
            with archive.reading(Path(options["file"])) as found:
                made = found.manifest
                self.stdout.write(f"Archive of {made.made}, mailsupport {made.version}, {made.kind}")
                run.restore(found, **chosen, say=self.stdout.write)
            pending = run.pending()
        except Refused as error:
            raise CommandError(str(error)) from None
        except (DatabaseError, sqlite3.Error, psycopg.Error) as error:
            raise CommandError(f"The database does not work: {str(error).splitlines()[0]}") from None
        except OSError as error:
            raise CommandError(f"{error.filename or options['file']}: {error.strerror}.") from None
        self.stdout.write(f"Restored: {sum(made.counts.values())} rows, {len(found.media())} files.")
        if KEY in made.members and not options["with_secret"]:
            self.stdout.write("The archive holds the secret; it was left alone (--with-secret takes it).")
        if pending:
            self.stdout.write(f"The program is newer by {len(pending)} migrations: run manage.py migrate.")
        self.stdout.write("Start web and worker again.")
