"""A small TOML writer for the content files: tables of texts, numbers, dates and lists. Plain Python."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

_ESCAPES: Final = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def dumps(table: Mapping[str, object]) -> str:
    """TOML of `table`, which tomllib reads back as an equal table. Lists of tables become [[name]] sections.

    Keys are our own bare names; None is left out; a text of several lines is written on several lines.
    """
    return "\n".join(_lines(table, "")) + "\n"


def _lines(table: Mapping[str, object], prefix: str) -> list[str]:
    """Plain values first: what follows a [[name]] header belongs to it."""
    values = [f"{k} = {_value(v)}" for k, v in table.items() if v is not None and not _is_tables(v)]
    nested = [
        line
        for key, listed in table.items()
        if isinstance(listed, Sequence) and _is_tables(listed)
        for row in listed
        for line in ("", f"[[{prefix}{key}]]", *_lines(row, f"{prefix}{key}."))
    ]
    return values + nested


def _is_tables(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(row, Mapping) for row in value)


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return _list([_value(item) for item in value])
    return _text(str(value))


def _list(items: list[str]) -> str:
    if sum(map(len, items)) < 80:
        return f"[{', '.join(items)}]"
    return "[\n" + "".join(f"  {item},\n" for item in items) + "]"


def _text(text: str) -> str:
    """A basic string; with several lines a long one, whose first line end TOML drops."""
    if "\n" in text.rstrip("\n") and "+++" not in text.split("\n"):
        # Line ends stay as they are and every quote is escaped, so that no run of them ends the text early.
        return '"""\n' + "\n".join(map(_escaped, text.split("\n"))) + '"""'
    return f'"{_escaped(text)}"'


def _escaped(text: str) -> str:
    return "".join(
        _ESCAPES.get(c) or (f"\\u{ord(c):04x}" if ord(c) < 0x20 or ord(c) == 0x7F else c) for c in text
    )
