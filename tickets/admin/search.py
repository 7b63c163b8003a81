"""Routed search: what staff type decides which index answers, instead of one scan over everything."""

import re

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Lower

from mailsupport.lib.text import fold
from tickets.models import Contact, Domain, Message, Ticket

RECENT = 5000
"""Words are looked for in so many of the newest requests; numbers and addresses in all."""
PEOPLE = 200
WORDS = 5
DOMAIN = re.compile(r"@?([a-z0-9-]+(?:\.[a-z0-9-]+)+)")
DIGITS = re.compile(r"[0-9]{3,20}")


def search(requests: QuerySet[Ticket], typed: str) -> QuerySet[Ticket]:
    """Those of `requests` that `typed` speaks of: a number, a phone number, an address, a domain or words."""
    term = fold(typed)[:200]
    digits = re.sub(r"[\s\-()]", "", term)
    if not term:
        return requests
    if DIGITS.fullmatch(digits):
        return requests.filter(_number(digits))
    if found := DOMAIN.fullmatch(term.lower()):
        return requests.filter(_domain(found[1]))
    if "@" in term and " " not in term:
        return requests.filter(_address(term.lower()))
    return _words(requests, term.split()[:WORDS])


def _number(digits: str) -> Q:
    # Ranges of digits instead of LIKE: the index answers on both databases, whatever the collation.
    phones = Contact.objects.filter(phone_digits__gte=digits, phone_digits__lte=digits.ljust(20, "9"))
    query = Q(contact__in=phones.values("pk")[:PEOPLE])
    if len(digits) <= 10:
        query |= Q(number__gte=digits.ljust(10, "0"), number__lte=digits.ljust(10, "9"))
    return query


def _address(address: str) -> Q:
    people = Contact.objects.annotate(folded=Lower("email")).filter(folded__startswith=address)
    return Q(contact__in=people.values("pk")[:PEOPLE])


def _domain(name: str) -> Q:
    owners = Domain.objects.filter(name=name).values("client")
    return Q(affected_domain=name) | Q(client__in=owners)


def _words(requests: QuerySet[Ticket], words: list[str]) -> QuerySet[Ticket]:
    oldest = Ticket.objects.order_by("-pk").values_list("pk", flat=True)[RECENT - 1 : RECENT].first()
    found = requests.filter(pk__gte=oldest) if oldest else requests
    for word in words:
        said = Message.objects.filter(ticket=OuterRef("pk"), body__icontains=word)
        found = found.filter(Q(subject__icontains=word) | Q(contact__name__icontains=word) | Exists(said))
    return found
