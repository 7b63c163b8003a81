"""What people type, made fit to be kept: no control characters, and nothing that names a person.

Plain Python. The words of a search are stored so that staff see what is asked and not answered; addresses,
numbers and passwords in them are of no use for that.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from mailsupport.lib.text import fold

LONGEST: Final = 4000
"""Characters of a question that are read; the rest adds nothing to a search."""

_CONTROL: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]+")

# Each pattern reads a character at most a fixed number of times: no nested repetition.
_URL: Final = re.compile(
    r"\b(?:https?|ftp)://[^\s「」『』、。（）<>]{1,500}|\bwww\.[^\s「」『』、。（）<>]{1,500}", re.I
)
_ADDRESS: Final = re.compile(r"[\w.+\-]{0,100}@[\w.\-]{1,200}", re.ASCII)
KEYWORD: Final = "(?:パスワード|ぱすわーど|暗証番号|パスコード|合言葉|password|passwd|pass|pwd?)"
"""What people call a password, as a part of a pattern."""

_PASSWORD: Final = re.compile(
    rf"({KEYWORD}\s{{0,3}}(?:は|が|を|:|=|→|is)\s{{0,3}})"
    r"([!-~]{3,100})",
    re.I,
)
_CODE: Final = re.compile(r"0x[0-9a-f]{4,8}(?![0-9a-z])", re.I)
_PRODUCT: Final = re.compile(
    r"(?<![a-z])(?:windows|outlook|office|iphone|ipad|ios|android|macos|mac|galaxy|thunderbird|live\s?mail|word|excel)"
    r"\s{0,2}(?:1?[0-9]|19\d\d|20\d\d|3[06]5)(?![0-9])",
    re.I,
)
_PHONE: Final = re.compile(r"(?<!\d)[+(]?\d[\d\-() ・.ー‐–—−]{6,24}\d(?!\d)")
_DIGITS: Final = re.compile(r"\d{4,}")
_TOKEN: Final = re.compile(r"[!-~]{6,}")


def clean(text: str, most: int = LONGEST) -> str:
    """`text` without NUL, other control characters and halves of characters, cut to `most` characters."""
    return _CONTROL.sub(" ", text[: most * 2]).strip()[:most]


# One search asks for it to be stored, to be logged and to be listed or not.
@lru_cache(maxsize=8)
def mask(text: str) -> str:
    """`text` with addresses, phone numbers, long numbers, links and password-like words hidden.

    Error codes (550 5.1.1, 0x800CCC0E) and names of products stay: they are what a search is about.
    """
    words = clean(fold(clean(text)))
    words = _PASSWORD.sub(r"\1［パスワード］", words)
    words = _URL.sub("［URL］", words)
    words = _ADDRESS.sub("［アドレス］", words)
    parts, end = [], 0
    for kept in sorted([*_CODE.finditer(words), *_PRODUCT.finditer(words)], key=lambda m: m.start()):
        if kept.start() < end:
            continue
        parts += [_numbers(words[end : kept.start()]), kept[0]]
        end = kept.end()
    return "".join([*parts, _numbers(words[end:])])


def is_personal(text: str) -> bool:
    """Whether `mask` would hide something of it."""
    return mask(text) != clean(fold(clean(text)))


def _numbers(words: str) -> str:
    words = _PHONE.sub(lambda m: "［電話］" if _many_digits(m[0]) else m[0], words)
    words = _TOKEN.sub(lambda m: "［パスワード］" if _secret(m[0]) else m[0], words)
    return _DIGITS.sub("［番号］", words)


def _many_digits(words: str) -> bool:
    """A phone number has nine digits or more; a row of error codes has dots or short groups."""
    return sum(c.isdigit() for c in words) >= 9 and "." not in words


def _secret(token: str) -> bool:
    """Like a password: letters with digits among them, or with signs that no word has."""
    letters = any(c.isalpha() for c in token)
    digits = any(c.isdigit() for c in token)
    signs = any(c in "!#$%^&*~|?" for c in token.rstrip("!?"))
    return letters and ((digits and len(token) >= 8) or signs)
