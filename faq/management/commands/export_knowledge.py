"""`manage.py export_knowledge FOLDER`: everything we know as the files that load_knowledge reads."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from faq.services.content import export


class Command(BaseCommand):
    """Writes causes.toml, categories.toml, ja/, en/ and checklists/ into a folder."""

    help = "Write causes, categories, articles and checklists into FOLDER."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)

    def handle(self, *args: object, **options: Any) -> None:
        try:
            known = export(options["folder"])
        except OSError as error:
            raise CommandError(f"{options['folder']}: {error.strerror}") from error
        self.stdout.write(f"{len(known.articles)} articles, {len(known.checklists)} checklists")
