"""Text in lines for a drawing: SVG breaks none by itself. Plain Python, no Django."""

from __future__ import annotations

import re
from typing import Final
from unicodedata import east_asian_width

# What no line begins or ends with (禁則).
_NOT_FIRST: Final = frozenset(
    "、。，．・：；？！?!,.:;)]}）」』】〉》”’ーぁぃぅぇぉっゃゅょァィゥェォッャュョ々～…%"
)
_NOT_LAST: Final = frozenset("([{（「『【〈《“‘@＠")
_PIECE: Final = re.compile(r"[!-~\u00a1-\u024f]+|\s+|.", re.DOTALL)


def width(text: str) -> float:
    """How wide a text is, in halves of the letter size: 2 for a full-width character, about 1 for others."""
    return sum(_width(letter) for letter in text)


def _width(letter: str) -> float:
    if east_asian_width(letter) in "WFA":
        return 2
    return 1.45 if letter.isupper() or letter in "mw@%&" else 1.12


def wrap(text: str, most: float, lines: int = 99) -> tuple[str, ...]:
    """The text in lines of at most `most` halves; what is over `lines` ends in …, and all blanks are one."""
    done: list[str] = []
    line = ""
    for piece in _pieces(" ".join(text.split()), most):
        if line and width(line + piece.rstrip()) > most:
            full, line = _hand_over(line, piece)
            done.append(full.rstrip())
            line = line.lstrip()
        else:
            line += piece
    done += [line.rstrip()] if line.strip() else []
    if len(done) > lines:
        done = [*done[: lines - 1], _shortened(done[lines - 1], most)]
    return tuple(done)


def balance(text: str, most: float, lines: int = 99) -> tuple[str, ...]:
    """The same number of lines as `wrap` gives, as even as they can be: no last line of one letter."""
    best = wrap(text, most, lines)
    narrower = most
    while len(best) > 1 and narrower > most / 2:
        narrower -= 1
        tried = wrap(text, narrower, lines)
        if len(tried) > len(best) or tried[-1].endswith("…") != best[-1].endswith("…"):
            break
        best = tried
    return best


def _pieces(text: str, most: float) -> list[str]:
    """What is not to be broken: words of Latin letters unless longer than a line, and single characters."""
    pieces = []
    for piece in _PIECE.findall(text):
        pieces += [piece] if width(piece) <= most else list(piece)
    return pieces


def _hand_over(line: str, piece: str) -> tuple[str, str]:
    """Move characters to the next line until neither ends or begins as it must not."""
    kept = line
    while len(kept) > 1 and (piece[0] in _NOT_FIRST or kept[-1] in _NOT_LAST):
        kept, piece = kept[:-1], kept[-1] + piece
    # All of it would move on: a line of such characters only is broken where it is full.
    return (kept, piece) if len(kept) > 1 or len(line) == 1 else (line, piece[len(line) - 1 :])


def _shortened(line: str, most: float) -> str:
    while line and width(line + "…") > most:
        line = line[:-1]
    return f"{line}…"
