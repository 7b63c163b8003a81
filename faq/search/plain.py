"""Article Markdown to plain sentences, for the index and for snippets. Plain Python, no Django."""

from __future__ import annotations

import re

_FENCE = re.compile(r"^```.*?^```[^\n]*$", re.MULTILINE | re.DOTALL)
_LINE_START = re.compile(r"^[ \t]*(?:#{1,6}[ \t]+|>[ \t]?|[-*+][ \t]+|\d{1,3}[.)][ \t]+)+", re.MULTILINE)
_LINK = re.compile(r"!?\[([^\]\n]{0,300})\]\([^)\n]{0,300}\)")
_MARKS = re.compile(r"[*_`]{1,3}|[✓↳]")


def plain(markdown: str) -> str:
    """The text a reader sees, one block a line, without routes (```route) and marks."""
    text = _LINE_START.sub("", _FENCE.sub("", markdown))
    text = _MARKS.sub("", _LINK.sub(r"\1", text))
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())
