"""Routed search: what staff type decides which index answers, instead of one scan over everything."""

import re

from django.db.models import Q, QuerySet, Subquery
from django.db.models.functions import Lower

from mailsupport.lib.text import fold
from tickets.models import Contact, Domain, Message, Ticket

RECENT = 5000
"""Words are looked for in so many of the newest requests, and anywhere in the names of so many of the newest
people; numbers, addresses and the beginnings of names in all."""
PEOPLE = 200
FOUND = 1000
"""Requests found at most, the newest ones: who finds more has to say more."""
WORDS = 5
DOMAIN = re.compile(r"@?([a-z0-9-]+(?:\.[a-z0-9-]+)+)")
DIGITS = re.compile(r"[0-9]{3,20}")
LAST = "\U0010ffff"
"""Sorts behind every character."""


def search(requests: QuerySet[Ticket], typed: str) -> QuerySet[Ticket]:
    """Those of `requests` that `typed` speaks of: a number, a phone number, an address, a domain or words."""
    term = fold(typed)[:200]
    digits = re.sub(r"[\s\-()]", "", term)
    if not term:
        return requests
    # Each way is looked up by its own index, once, and the list then counts and pages over ids: no database
    # has an index for "this or that".
    if DIGITS.fullmatch(digits):
        ways = _numbers(digits)
    elif found := DOMAIN.fullmatch(term.lower()):
        ways = _domains(found[1])
    elif "@" in term and " " not in term:
        ways = [_of(_people(term.lower()))]
    else:
        ways = [_words(term.split()[:WORDS])]
    ids = {pk for way in ways for pk in way.order_by("-pk").values_list("pk", flat=True)[:FOUND]}
    return requests.filter(pk__in=sorted(ids, reverse=True)[:FOUND])


def people(contacts: QuerySet[Contact], typed: str) -> QuerySet[Contact]:
    """Those of `contacts` that `typed` speaks of: the beginning of a phone number, an address or a name;
    among the newest any part of a name."""
    term = fold(typed)[:200]
    digits = re.sub(r"[\s\-()]", "", term)
    if not term:
        return contacts
    if DIGITS.fullmatch(digits):
        return contacts.filter(phone_digits__gte=digits, phone_digits__lte=digits.ljust(20, "9"))
    newest = Contact.objects.order_by("-pk").values_list("pk", flat=True)
    since = newest[RECENT - 1 : RECENT].first() or 0
    ways = [*_named(term, since), _people(term.lower())]
    return contacts.filter(
        pk__in={pk for way in ways for pk in way.order_by().values_list("pk", flat=True)[:PEOPLE]}
    )


def _named(word: str, since: int) -> list[QuerySet[Contact]]:
    """Those whose name begins so, and of those from `since` on who have it anywhere in their name."""
    beginning = Contact.objects.filter(name__gte=word, name__lt=word + LAST, name__startswith=word)
    anywhere = Contact.objects.filter(**{"pk__gte": since, f"name__{_has(word)}": word})
    return [beginning, anywhere]


def _has(word: str) -> str:
    # Japanese has no capitals: PostgreSQL need not write every text in capitals to compare it.
    return "icontains" if word.upper() != word.lower() else "contains"


def _numbers(digits: str) -> list[QuerySet[Ticket]]:
    # Ranges of digits instead of LIKE: the index answers on both databases, whatever the collation.
    phones = Contact.objects.filter(phone_digits__gte=digits, phone_digits__lte=digits.ljust(20, "9"))
    ways = [_of(phones)]
    if len(digits) <= 10:
        low, high = digits.ljust(10, "0"), digits.ljust(10, "9")
        named = Ticket.objects.filter(number__gte=low, number__lte=high).order_by("number")
        ways.append(Ticket.objects.filter(pk__in=list(named.values_list("pk", flat=True)[:FOUND])))
    return ways


def _of(people: QuerySet[Contact]) -> QuerySet[Ticket]:
    return Ticket.objects.filter(contact__in=list(people.order_by().values_list("pk", flat=True)[:PEOPLE]))


def _people(address: str) -> QuerySet[Contact]:
    """Whose address begins so. The range is what the index answers; the rest is for other collations."""
    people = Contact.objects.annotate(folded=Lower("email"))
    within = Q(folded__gte=address, folded__lt=address + LAST, folded__startswith=address)
    return people.filter(Q(folded=address) | within)


def _domains(name: str) -> list[QuerySet[Ticket]]:
    owners = list(Domain.objects.filter(name=name).values_list("client", flat=True))
    return [Ticket.objects.filter(affected_domain=name), Ticket.objects.filter(client__in=owners)]


def _words(words: list[str]) -> QuerySet[Ticket]:
    people = Contact.objects.order_by("-pk").values("pk")[RECENT - 1 : RECENT]
    newest = Ticket.objects.order_by("-pk").values_list("pk", Subquery(people))
    oldest, since = newest[RECENT - 1 : RECENT].first() or (0, 0)
    found = Ticket.objects.filter(pk__gte=oldest)
    for word in words:
        has = _has(word)
        said = Message.objects.filter(**{"ticket__gte": oldest, f"body__{has}": word}).values("ticket")
        either = Q(**{f"subject__{has}": word}) | Q(pk__in=said)
        for people_so_named in _named(word, since or 0):
            # Not by way of a join: PostgreSQL would read all people for those of a few thousand requests.
            either |= Q(contact__in=people_so_named.order_by().values("pk"))
        found = found.filter(either)
    return found
