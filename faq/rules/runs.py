"""Which words of a text changed, so that a page can mark them. Plain Python.

Japanese has no spaces between words: a word is a row of Latin letters and digits, or one other character.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

MOST: Final = 300_000
"""Pairs of words that are compared within changed lines; beyond it the lines are marked as a whole."""
ALIKE: Final = 0.4
"""Share of words in common under which lines count as written anew: marks all over say nothing."""
SHORT: Final = 2
"""Characters in common between two changes that are not worth taking the mark off for."""

_WORD: Final = re.compile(r"[A-Za-z0-9_.@:/\-]+|.", re.DOTALL)
_Block = tuple[bool, str, str]


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of one side; `changed` where the other side does not have it."""

    text: str
    changed: bool


def runs(before: str, after: str) -> tuple[list[Run], list[Run]]:
    """Both texts cut into runs; joined they are the texts again."""
    blocks = list(_joined(_within_lines(before, after)))
    old = [Run(text, changed) for changed, text, _ in blocks if text]
    new = [Run(text, changed) for changed, _, text in blocks if text]
    return old, new


def _within_lines(before: str, after: str) -> Iterator[_Block]:
    """Lines that stayed, and the words of those that did not."""
    for changed, old, new in _blocks(before.splitlines(True), after.splitlines(True)):
        if changed and old and new:
            yield from _words(old, new)
        else:
            yield changed, old, new


def _words(old: str, new: str) -> list[_Block]:
    left, right = _WORD.findall(old), _WORD.findall(new)
    if len(left) * len(right) > MOST:
        return [(True, old, new)]
    blocks = _blocks(left, right)
    common = sum(len(text) for changed, text, _ in blocks if not changed)
    return blocks if common >= ALIKE * min(len(old), len(new)) else [(True, old, new)]


def _blocks(old: Sequence[str], new: Sequence[str]) -> list[_Block]:
    """What stayed and what changed, in order."""
    codes = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return [(tag != "equal", "".join(old[a:b]), "".join(new[c:d])) for tag, a, b, c, d in codes]


def _joined(blocks: Iterator[_Block]) -> Iterator[_Block]:
    """Neighbours of a kind as one, over the few characters in common between two changes."""
    waiting: list[_Block] = []
    found = list(blocks)
    for place, (changed, old, new) in enumerate(found):
        between = 0 < place < len(found) - 1 and found[place - 1][0] and found[place + 1][0]
        marked = changed or (between and len(old) <= SHORT and "\n" not in old)
        if waiting and waiting[-1][0] == marked:
            last = waiting.pop()
            waiting.append((marked, last[1] + old, last[2] + new))
        else:
            waiting.append((marked, old, new))
    yield from waiting
