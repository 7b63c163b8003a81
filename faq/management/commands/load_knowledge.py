"""`manage.py load_knowledge`: causes, categories, articles and checklists from their files."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from faq.rules.content import ContentError
from faq.services.content import SHIPPED, load


class Command(BaseCommand):
    """Loads what is new or changed; what staff have edited stays unless --overwrite is given."""

    help = "Load causes, categories, articles and checklists. Safe to repeat."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", nargs="?", type=Path, default=SHIPPED)
        parser.add_argument(
            "--overwrite", action="store_true", help="also replace what was edited in the admin"
        )

    def handle(self, *args: object, **options: Any) -> None:
        try:
            report = load(options["folder"], overwrite=options["overwrite"])
        except ContentError as error:
            raise CommandError(f"Nothing was loaded. {error}") from error
        for words in report.warnings:
            self.stderr.write(f"warning: {words}")
        for name in report.kept:
            self.stdout.write(f"{name}: edited in the admin, not overwritten (use --overwrite)")
        counts = ("created", "updated", "unchanged", "kept")
        self.stdout.write(", ".join(f"{len(getattr(report, name))} {name}" for name in counts))
