"""`manage.py reindex`: bring the search index up to date."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from faq.search.index import outdated, reindex, reindex_all
from faq.services.edition import changed


class Command(BaseCommand):
    """Indexes what is missing or out of date; with --all everything anew. Searches go on meanwhile."""

    help = "Bring the search index up to date (--all: make it anew)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--all", action="store_true", help="index every article anew")

    def handle(self, *args: object, **options: Any) -> None:
        done = self._all() if options["all"] else self._outdated()
        changed()
        self.stdout.write(f"{done} articles indexed")

    def _all(self) -> int:
        done = 0
        for done, total in reindex_all():
            if done % 500 == 0:
                self.stdout.write(f"{done} of {total}")
        return done

    def _outdated(self) -> int:
        articles = list(outdated())
        for article in articles:
            reindex(article)
        return len(articles)
