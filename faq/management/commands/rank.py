"""`manage.py rank`: rank a foreign corpus with our search, without touching the database."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from faq.search.rank import Memory, Question, Text, rank

Row = dict[str, Any]


class Command(BaseCommand):
    """Prints one JSON line a query: {"id", "ranked": [at most 10 article ids, best first], "none_flag"}."""

    help = "Rank articles (id, title, body, optional phrases) for queries (id, text), both JSON lines."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--articles", type=Path, required=True, metavar="A.jsonl")
        parser.add_argument("--queries", type=Path, required=True, metavar="Q.jsonl")

    def handle(self, *args: object, **options: Any) -> None:
        articles = _rows(options["articles"])
        # Texts are named by their place, so that ids of any kind come out as they were given.
        corpus = Memory(_text(place, row) for place, row in enumerate(articles))
        for query in _rows(options["queries"]):
            ranking = rank(corpus, Question.read(_string(query.get("text"))))
            ranked = [articles[hit.text].get("id") for hit in ranking.hits[:10]]
            self.stdout.write(
                json.dumps({"id": query.get("id"), "ranked": ranked, "none_flag": ranking.none})
            )


def _text(place: int, row: Row) -> Text[int]:
    phrases = row.get("phrases") or []
    phrases = [phrases] if isinstance(phrases, str) else [_string(phrase) for phrase in phrases]
    return Text.read(place, title=_string(row.get("title")), phrases=phrases, body=_string(row.get("body")))


def _string(value: object) -> str:
    return "" if value is None else str(value)


def _rows(path: Path) -> list[Row]:
    try:
        # Not splitlines(): JSON strings may hold U+2028 and its like as they are.
        lines = path.read_text("utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{path}: {error}") from error
    return [_row(path, number, line) for number, line in enumerate(lines, 1) if line.strip()]


def _row(path: Path, number: int, line: str) -> Row:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise CommandError(f"{path}, line {number}: {error}") from error
    if not isinstance(row, dict):
        raise CommandError(f"{path}, line {number}: not an object")
    return row
