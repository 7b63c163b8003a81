"""Measures the search and each of its rules: `python -m tests.faq.measure_search ../shared/search`.

Prints the tables of docs/search.md. Not a test: tests/faq/test_rank.py holds the floor.
"""

import json
import random
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

from faq.search import rank as ranking
from faq.search import terms as analysis
from faq.search.rank import Memory, Question, Text, rank

Rows = list[dict[str, Any]]
Phrases = dict[str, list[str]]


def rows(path: Path) -> Rows:
    return [json.loads(line) for line in path.read_text("utf-8").split("\n") if line.strip()]


def places(articles: Rows, queries: Rows, phrases: Phrases) -> list[int | None]:
    """The place of the first right article of each labelled query, None beyond the tenth."""
    corpus = Memory(
        Text.read(row["id"], title=row["title"], phrases=phrases[row["id"]], body=row["body"])
        for row in articles
    )
    found = []
    for query in queries:
        hits = rank(corpus, Question.read(query["text"])).hits[:10]
        found.append(
            next((place for place, hit in enumerate(hits, 1) if hit.text in query["relevant"]), None)
        )
    return found


def mrr(found: list[int | None]) -> float:
    return sum(1 / place for place in found if place) / len(found)


def line(found: list[int | None]) -> str:
    hits = (sum(bool(place and place <= k) for place in found) / len(found) for k in (1, 3, 5))
    return " | ".join(f"{value:.3f}" for value in (mrr(found), *hits))


def interval(found: list[int | None]) -> str:
    """95 % bootstrap interval of the MRR."""
    dice = random.Random(1)
    drawn = sorted(mrr(dice.choices(found, k=len(found))) for _ in range(2000))
    return f"{drawn[50]:.3f} to {drawn[1949]:.3f}"


def crossed(articles: Rows, queries: Rows, phrases: Rows) -> list[int | None]:
    """Five folds by source: each query meets only phrases from sources no query of its fold has."""
    sources = sorted({str(query.get("source_url")) for query in queries})
    random.Random(1).shuffle(sources)
    found: list[int | None] = []
    for fold in range(5):
        held = set(sources[fold::5])
        tested = [query for query in queries if str(query.get("source_url")) in held]
        known: Phrases = defaultdict(list)
        for row in phrases:
            if row["article"] and row["source_url"] not in held:
                known[row["article"]].append(row["text"])
        found += places(articles, tested, known)
    return found


@contextmanager
def weight(kind: str, value: float) -> Iterator[None]:
    with mock.patch.dict(ranking.WEIGHTS, {kind: value}):
        yield


def no_compounds(split: Callable[..., Any]) -> Callable[..., Any]:
    def short_words(*args: Any) -> Any:
        units = split(*args)
        for unit in units:
            unit.compounds.clear()
        return units

    return short_words


def left_out() -> dict[str, Any]:
    return {
        "words": weight("w:", 0),
        "denied words": weight("n:", 0),
        "concepts": weight("c:", 0),
        "denied concepts": weight("x:", 0),
        "direction": weight("d:", 0),
        "readings": weight("r:", 0),
        "denial altogether": mock.patch.object(analysis, "_mark_denied", return_value=None),
        "long words (split mode C)": mock.patch.object(analysis, "_split", no_compounds(analysis._split)),
        "helper verbs set aside": mock.patch.object(analysis, "_mark_helpers", return_value=None),
        "kana spelling": mock.patch.object(analysis, "spell", lambda text: text),
        "best sentence": mock.patch.object(ranking, "SENTENCE", 0),
        "title weight (1 instead of 3)": mock.patch.object(ranking, "TITLE", 1),
        "body length": mock.patch.object(ranking, "LENGTH_B", 0),
    }


def main(folder: Path) -> None:
    articles = rows(folder / "articles.jsonl")
    queries = [row for row in rows(folder / "queries_dev.jsonl") if row["relevant"]]
    phrases = rows(folder / "phrases.jsonl")
    asked = [{**row, "relevant": [row["article"]]} for row in phrases if row["article"]]
    sets: dict[str, Callable[[], list[int | None]]] = {
        "development queries": lambda: places(articles, queries, defaultdict(list)),
        "the same, phrases on the articles": lambda: crossed(articles, queries, phrases),
        "phrases as queries": lambda: places(articles, asked, defaultdict(list)),
        "the same, phrases on the articles ": lambda: crossed(articles, asked, phrases),
    }
    whole = {name: measured() for name, measured in sets.items()}
    for name, found in whole.items():
        print(f"| {name} | {len(found)} | {line(found)} | {interval(found)} |")
    for name, change in left_out().items():
        with change:
            analysis._concepts.cache_clear()
            lost = [mrr(measured()) - mrr(whole[title]) for title, measured in sets.items()]
        print(f"| {name} | " + " | ".join(f"{value:+.3f}" for value in lost) + " |", flush=True)
        analysis._concepts.cache_clear()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
