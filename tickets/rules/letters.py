"""A mail as plain data, and what may stand in it."""

import re
from dataclasses import dataclass
from datetime import datetime

from faq.rules.names import Symptom
from mailsupport.lib.text import fold
from tickets.rules.domains import domain_of, same_domain
from tickets.rules.request import clean

_CANNOT_RECEIVE = (Symptom.NOTHING_ARRIVES, Symptom.SOME_MISSING)
_NAME = 40
# A letter first, a letter or a bracket last; each sign in between is read in one way only.
_CALLED = re.compile(r"(?=[^\W\d_])(?:[^\W\d_]|[ ・'\-()&])*(?<=[^\W\d_])[)]?")


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail to one address. `message_id` has its angle brackets, and is the same on every attempt."""

    message_id: str
    written: datetime
    to: str
    subject: str
    body: str
    automatic: bool


def reaches(*, address: str, symptom: str, affected: str) -> bool:
    """May a mail to `address` arrive? Not while its domain is the one that does not receive."""
    return not (symptom in _CANNOT_RECEIVE and same_domain(address, affected))


def mailbox(address: str) -> str:
    """What all ways of writing one mailbox share: for counting mails to it, never for writing to it.

    Case, quotes, what follows a plus sign, Gmail's dots and the two spellings of a Japanese domain.
    """
    local, domain = fold(address).lower().rpartition("@")[0], domain_of(address)
    local = re.sub(r'["\\]', "", local).partition("+")[0]
    if domain in ("gmail.com", "googlemail.com"):
        return f"{local.replace('.', '')}@gmail.com"
    return f"{local}@{domain}"


def header(text: str, most: int = 200) -> str:
    """Text for one header field: one line, no control characters, so that it cannot begin another."""
    return clean(text)[:most].strip()


def greeting(name: str) -> str:
    """The name if it is only a name, else "": whoever fills in the form must not write our mails.

    Letters, marks, spaces and a few signs of company names; no digits, dots, slashes or at signs.
    """
    plain = fold(header(name))
    fits = len(plain) <= _NAME and _CALLED.fullmatch(plain)
    return plain if fits else ""
