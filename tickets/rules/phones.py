"""Phone numbers: kept as typed, compared by their digits."""

import re

from mailsupport.lib.text import fold

LONGEST = 20
"""Digits kept."""


def digits(text: str) -> str:
    """The digits as dialled in Japan: full-width folded, `+81 90-…`, `+81 (0)90` and `0081` begin with 0.

    At most `LONGEST`; "" where there is none.
    """
    folded = fold(text)
    found = re.sub(r"[^0-9]", "", folded)
    if folded.startswith("+81") or found.startswith("0081"):
        found = "0" + found.removeprefix("00").removeprefix("81").removeprefix("0")
    return found[:LONGEST]
