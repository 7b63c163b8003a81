"""Who may see a request: the link's token, or number and phone at /tickets/find/."""

import hmac
import re
import secrets
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from mailsupport.lib.statements import insert
from tickets.models import AccessLink, Contact, Ticket
from tickets.rules import numbers, phones
from tickets.services import counting

TRIES: Final = 5
WINDOW: Final = timedelta(hours=1)
_NOBODY: Final = "-"


def new_link(*, ticket: Ticket, contact: Contact) -> AccessLink:
    """A fresh key of 192 random bits to one request for one person."""
    link = AccessLink(ticket=ticket, contact=contact, token=secrets.token_urlsafe(24))
    insert(link)
    return link


def link_of(token: str) -> AccessLink | None:
    """The link with exactly this token. None for a wrong, blank or revoked one: one statement each time."""
    wanted = token if re.fullmatch(r"[A-Za-z0-9_-]{22,43}", token, re.ASCII) else _NOBODY
    found = (
        AccessLink.objects.filter(token=wanted, revoked=None)
        .select_related("ticket", "ticket__owner", "contact")
        .first()
    )
    # The index compared it already; a database that folds case would be caught here.
    same = hmac.compare_digest((found.token if found else _NOBODY).encode(), token.encode("utf-8", "replace"))
    return found if same else None


def seen(link: AccessLink) -> None:
    """Remember that the page was opened; writes at most once a minute."""
    moment = timezone.now()
    AccessLink.objects.filter(Q(last_seen=None) | Q(last_seen__lt=moment - timedelta(minutes=1))).filter(
        pk=link.pk
    ).update(last_seen=moment)


def find(*, number: str, phone: str, address: str) -> AccessLink | None:
    """The link of the person with this receipt number and phone; `address` is the asker's on the network.

    None for every wrong pair, after 5 tries a number or network address in an hour, and while the search
    is switched off. All of them take the same statements. Good tries do not count.
    """
    digits, dialled = numbers.normalise(number)[:40], phones.digits(phone)
    tries = [
        counting.count(name="find-number", who=digits, window=WINDOW),
        counting.count(name="find-address", who=address, window=WINDOW),
    ]
    may = settings.FIND_BY_NUMBER and max(tries) <= TRIES and len(dialled) >= 8
    found = (
        AccessLink.objects.filter(
            ticket__number=digits if may else _NOBODY, contact__phone_digits=dialled or _NOBODY, revoked=None
        )
        .select_related("ticket", "contact")
        .first()
    )
    if found:
        counting.forgive(name="find-number", who=digits)
        counting.forgive(name="find-address", who=address)
    return found
