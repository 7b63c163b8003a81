"""The table of clues: clues.txt as compiled patterns. Plain Python.

How the table is written stands at its head.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Final

_HIRAGANA: Final = {code: code - 0x60 for code in range(0x30A1, 0x30F7)}
_DOCOMO: Final = re.compile("ドコモ")
_PART: Final = re.compile("<([a-z_]+)>")
_KEYS: Final = ("before", "after", "where", "unless", "asked")
_DEPTH: Final = 6
"""Parts that may stand in parts."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One way to tell one value of one fact; see the head of clues.txt."""

    fact: str
    value: str
    says: re.Pattern[str]
    before: re.Pattern[str] | None
    after: re.Pattern[str] | None
    where: str
    unless: str
    asked: bool


@dataclass(frozen=True, slots=True)
class Table:
    """All of clues.txt."""

    parts: dict[str, str]
    where: dict[str, re.Pattern[str]]
    unsure: re.Pattern[str]
    rules: tuple[Rule, ...]

    def pattern(self, source: str) -> re.Pattern[str]:
        """`source` compiled: its parts put in, katakana as hiragana."""
        return _compiled(source, self.parts)


def hiragana(text: str) -> str:
    """Katakana as hiragana, character for character; ドコモ stays, because どこも is a word of its own."""
    plain = text.translate(_HIRAGANA)
    for found in _DOCOMO.finditer(text):
        plain = plain[: found.start()] + found[0] + plain[found.end() :]
    return plain


@lru_cache(maxsize=1)
def table() -> Table:
    """The table, read once a process.

    Raises KeyError for a part that is not there, re.error for a pattern that is none.
    """
    sections = list(_sections((resources.files(__package__) / "clues.txt").read_text("utf-8")))
    parts = {name[5:]: "|".join(lines) for name, lines in sections if name.startswith("part ")}
    return Table(
        parts=parts,
        where={
            name[6:]: _compiled("|".join(lines), parts)
            for name, lines in sections
            if name.startswith("where ")
        },
        unsure=next(_compiled("|".join(lines), parts) for name, lines in sections if name == "unsure"),
        rules=tuple(_rule(name, lines, parts) for name, lines in sections if "=" in name),
    )


def _sections(text: str) -> Iterator[tuple[str, list[str]]]:
    """Name and lines of each section."""
    name, lines = "", list[str]()
    for line in map(str.strip, text.splitlines()):
        if (
            line.startswith("[")
            and line.endswith("]")
            and re.fullmatch(r"\[[a-z_]+(?:[ =-][a-z_-]*)?\]", line)
        ):
            if name:
                yield name, lines
            name, lines = line[1:-1], []
        elif line and not line.startswith("#"):
            lines.append(line)
    yield name, lines


def _rule(name: str, lines: list[str], parts: dict[str, str]) -> Rule:
    fact, _, value = name.partition("=")
    given = {
        key: line[len(key) + 1 :].strip() for line in lines for key in _KEYS if line.startswith(f"{key}:")
    }
    says = [line for line in lines if not line.startswith(tuple(f"{key}:" for key in _KEYS))]
    return Rule(
        fact=fact,
        value=value,
        says=_compiled("|".join(says), parts),
        before=_compiled(f"(?:{given['before']})$", parts) if "before" in given else None,
        after=_compiled(given["after"], parts) if "after" in given else None,
        where=given.get("where", ""),
        unless=given.get("unless", ""),
        asked=given.get("asked") != "told",
    )


def _compiled(source: str, parts: dict[str, str]) -> re.Pattern[str]:
    for _ in range(_DEPTH):
        source = _PART.sub(lambda part: f"(?:{parts[part[1]]})", source)
    return re.compile(hiragana(source))
