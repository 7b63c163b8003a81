"""Marks the words of a text that answer a question. Plain Python, no Django."""

from __future__ import annotations

import sys
from collections.abc import Set
from dataclasses import dataclass
from functools import lru_cache
from html import escape

from faq.search.terms import sentences, units

#: Characters of a snippet, beyond which it is cut around its first marked word.
SNIPPET = 80
_LEAD = 12
#: Characters of a text in which a sentence for the snippet is looked for.
_LOOK = 3_000

#: A word that can be marked: where it starts and ends, and the terms it stands for.
Word = tuple[int, int, tuple[str, ...]]


def mark(text: str, wanted: Set[str]) -> str:
    """HTML of `text`, safe to print: everything escaped, words that carry a wanted term in <mark>."""
    return _render(text, 0, len(text), _spans(_words(text), wanted))


def snippet(texts: tuple[str, ...], wanted: Set[str]) -> str:
    """HTML of the sentence of `texts` that carries most different wanted terms; the first of equals."""
    said = _said(texts)
    if not said.sentences:
        return ""
    covered = [0] * len(said.sentences)
    for term in wanted:
        for place in said.places.get(term, ()):
            covered[place] += 1
    best = said.sentences[covered.index(max(covered))]
    spans = _spans(_words(best), wanted)
    start = 0
    if len(best) > SNIPPET and spans and spans[-1][1] > SNIPPET:
        start = min(max(0, spans[0][0] - _LEAD), len(best) - SNIPPET)
    end = min(len(best), start + SNIPPET)
    return ("…" if start else "") + _render(best, start, end, spans) + ("…" if end < len(best) else "")


@dataclass(frozen=True, slots=True)
class _Said:
    """The sentences of a text, and in which of them each term stands."""

    sentences: tuple[str, ...]
    places: dict[str, tuple[int, ...]]


# Kept: the same articles show all day, and cutting a text takes some ten milliseconds. About 25 kB each.
@lru_cache(maxsize=256)
def _said(texts: tuple[str, ...]) -> _Said:
    listed = tuple(sentence for text in texts for sentence in sentences(text[:_LOOK]))
    places: dict[str, list[int]] = {}
    for place, sentence in enumerate(listed):
        for term in {term for _, _, terms in _read(sentence) for term in terms}:
            places.setdefault(sys.intern(term), []).append(place)
    return _Said(listed, {term: tuple(found) for term, found in places.items()})


def _read(text: str) -> tuple[Word, ...]:
    """The words of a sentence; a denied word reaches to its ない."""
    return tuple(
        (unit.start, max(unit.end, unit.denial_end), tuple(map(sys.intern, terms)))
        for unit in units(text)
        if (terms := unit.terms())
    )


#: Of titles, and of the sentences that were shown.
_words = lru_cache(maxsize=2048)(_read)


def _spans(found: tuple[Word, ...], wanted: Set[str]) -> list[tuple[int, int]]:
    """Where marked words stand, in order, neighbours joined."""
    spans: list[tuple[int, int]] = []
    for start, end, listed in found:
        if wanted.isdisjoint(listed):
            continue
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], end))
        else:
            spans.append((start, end))
    return spans


def _render(text: str, start: int, end: int, spans: list[tuple[int, int]]) -> str:
    html, place = [], start
    for first, last in ((max(first, start), min(last, end)) for first, last in spans):
        if first < last:
            html += [escape(text[place:first]), "<mark>", escape(text[first:last]), "</mark>"]
            place = last
    return "".join([*html, escape(text[place:end])])
