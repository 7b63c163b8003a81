"""Marks the words of a text that answer a question. Plain Python, no Django."""

from __future__ import annotations

from collections.abc import Collection
from html import escape

from faq.search.terms import Unit, sentences, units

#: Characters of a snippet, beyond which it is cut around its first marked word.
SNIPPET = 80
_LEAD = 12


def mark(text: str, wanted: Collection[str]) -> str:
    """HTML of `text`, safe to print: everything escaped, words that carry a wanted term in <mark>."""
    return _render(text, 0, len(text), _spans(units(text), wanted))


def snippet(texts: list[str], wanted: Collection[str]) -> str:
    """HTML of the sentence of `texts` that carries most different wanted terms; the first of equals."""
    listed = [sentence.strip() for text in texts for sentence in sentences(text)]
    if not listed:
        return ""
    best = max(listed, key=lambda sentence: _covered(units(sentence), wanted))
    spans = _spans(units(best), wanted)
    start = 0
    if len(best) > SNIPPET and spans and spans[-1][1] > SNIPPET:
        start = min(max(0, spans[0][0] - _LEAD), len(best) - SNIPPET)
    end = min(len(best), start + SNIPPET)
    return ("…" if start else "") + _render(best, start, end, spans) + ("…" if end < len(best) else "")


def _covered(found: list[Unit], wanted: Collection[str]) -> int:
    return len({term for unit in found for term in unit.terms() if term in wanted})


def _spans(found: list[Unit], wanted: Collection[str]) -> list[tuple[int, int]]:
    """Where marked words stand, in order, neighbours joined; a denied word reaches to its ない."""
    spans: list[tuple[int, int]] = []
    for unit in found:
        if not any(term in wanted for term in unit.terms()):
            continue
        end = max(unit.end, unit.denial_end)
        if spans and unit.start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], end))
        else:
            spans.append((unit.start, end))
    return spans


def _render(text: str, start: int, end: int, spans: list[tuple[int, int]]) -> str:
    html, place = [], start
    for first, last in ((max(first, start), min(last, end)) for first, last in spans):
        if first < last:
            html += [escape(text[place:first]), "<mark>", escape(text[first:last]), "</mark>"]
            place = last
    return "".join([*html, escape(text[place:end])])
