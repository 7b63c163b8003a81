"""Receipt numbers: nine random digits and a check digit, so that one misread digit is noticed."""

import re
import secrets

from mailsupport.lib.text import fold

LENGTH = 10
"""Digits of a receipt number."""

# H. Michael Damm's quasigroup of order 10 (2004). Unlike Luhn it catches every swap of two neighbours,
# 09 and 90 included, and unlike mod 11 it needs no letter.
_DAMM = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)


def check_digit(digits: str) -> str:
    """The digit that makes `digits` + it valid."""
    interim = 0
    for digit in digits:
        interim = _DAMM[interim][int(digit)]
    return str(interim)


def new_number() -> str:
    """A fresh random number. Never begins with 0: spreadsheets and people drop leading zeros."""
    digits = str(secrets.randbelow(9) + 1) + "".join(str(secrets.randbelow(10)) for _ in range(LENGTH - 2))
    return digits + check_digit(digits)


def is_valid(number: str) -> bool:
    """Ten ASCII digits whose last one fits the others."""
    return bool(re.fullmatch(r"[0-9]{10}", number)) and check_digit(number[:-1]) == number[-1]


def normalise(text: str) -> str:
    """The digits in what somebody typed: full-width ones, spaces, hyphens and words around them are fine."""
    return re.sub(r"[^0-9]", "", fold(text))


def group(number: str) -> str:
    """As people read it aloud: 4820 1937 56."""
    return f"{number[:4]} {number[4:8]} {number[8:]}"
