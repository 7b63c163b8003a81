"""Measures which checklist is offered: `python -m tests.faq.measure_offers ../shared/search`.

Asks the desk of `make run` (or DATABASE_URL) and prints the table of docs/search.md. Not a test:
tests/faq/test_offers.py holds the floor.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from faq.models import Checklist
    from faq.search.find import Found

LISTS = {
    "nothing-arrives": "a01 a02 a05 a39 a40 a53 a55",
    "some-missing": "a03 a04 a25 a39 a44",
    "bounced": "a07 a08 a11 a12 a13 a14 a15 a29",
    "some-providers": "a09 a10 a31",
    "cannot-send": "a06 a15 a17",
    "cannot-log-in": "a22 a23 a48",
    "suspicious": "a26 a27 a28 a29 a30",
}
"""The checklists that isolate what each foreign article is about; the other articles are no list's."""

Offer = Callable[[str, "Found"], "Checklist | None"]


@dataclass(frozen=True, slots=True)
class Measured:
    """Questions that a list fits, how many were offered one that does, how many one at all; questions that
    no list fits, and how many of them were offered none."""

    fitting: int
    right: int
    offered: int
    others: int
    silent: int

    def __str__(self) -> str:
        share = f"{self.right / self.fitting:.3f}"
        return f"{self.right} of {self.fitting} | {share} | {self.offered} | {self.silent} of {self.others}"


def measure(path: Path, offer: Offer) -> Measured:
    """Over the questions of a set, each searched as the page does."""
    from faq.search.find import find

    fitting = right = offered = others = silent = 0
    for row in (json.loads(line) for line in path.read_text("utf-8").split("\n") if line.strip()):
        wanted = _wanted(row)
        found = offer(row["text"], find(row["text"], language="ja", limit=5))
        if wanted:
            fitting, offered = fitting + 1, offered + bool(found)
            right += found is not None and found.slug in wanted
        else:
            others, silent = others + 1, silent + (not found)
    return Measured(fitting, right, offered, others, silent)


def first_in_order(words: str, found: Found) -> Checklist | None:
    """What was offered before: the first list with an outcome that leads to one of the first three hits."""
    from faq.models import Checklist

    articles = [hit.article_id for hit in found.hits[:3]]
    return Checklist.objects.filter(
        audience="public", versions__status="published", versions__outcomes__articles__in=articles
    ).first()


def _wanted(row: dict[str, Any]) -> set[str]:
    named = row["relevant"] if "relevant" in row else [row["article"]]
    return {slug for slug, articles in LISTS.items() if set(articles.split()) & set(named)}


def main(folder: Path) -> None:
    """Both sets, before and now."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mailsupport.settings")
    django.setup()
    from faq.services.offer import checklist_for

    print("set | way | right | share | offered | none offered where none fits")
    for name in ("queries_dev", "phrases"):
        for way in (first_in_order, checklist_for):
            print(name, way.__name__, measure(folder / f"{name}.jsonl", way), sep=" | ")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
