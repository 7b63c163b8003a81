"""Words in a message that look like a typed password, so that staff see them and can black them out."""

import re
from typing import Final

from faq.rules.words import KEYWORD

_NAMED: Final = re.compile(
    KEYWORD + r"[ 　]{0,3}(?:は|が|：|:|=|＝|→|is)?[ 　]{0,3}[「『\"']?([!-~]{4,64})",
    re.IGNORECASE,
)
_TOKEN: Final = re.compile(r"(?<![!-~])[A-Za-z0-9!#$%&*+?@^_\-]{8,64}(?![!-~])")
MOST: Final = 5


def suspects(text: str) -> list[str]:
    """Up to five different strings of `text` that may be passwords, in their order.

    What follows the word "password", and lone tokens that mix letters of both cases, digits and signs.
    Addresses, links and plain words are none.
    """
    found = [match[1].rstrip("」』\"'。、.,)") for match in _NAMED.finditer(text)]
    found += [match[0] for match in _TOKEN.finditer(text) if _mixed(match[0])]
    return list(dict.fromkeys(word for word in found if _plausible(word)))[:MOST]


def _plausible(word: str) -> bool:
    return len(word) >= 4 and "//" not in word and not re.fullmatch(r"[\w.+\-]+@[\w\-]+(\.[\w\-]+)+", word)


def _mixed(word: str) -> bool:
    classes = (r"[a-z]", r"[A-Z]", r"[0-9]", r"[!#$%&*+?@^]")
    return sum(bool(re.search(pattern, word)) for pattern in classes) >= 3
