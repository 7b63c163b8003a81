"""Which mails a change causes: rows of the outbox, written in the transaction of the change."""

import secrets
from datetime import timedelta
from functools import cache

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import Q, QuerySet

from tickets.models import Contact, Delivery, Event, Message, Ticket
from tickets.rules.letters import mailbox, reaches
from tickets.services import counting, history

HOUR = timedelta(hours=1)


def opened(*, ticket: Ticket, contact: Contact) -> None:
    """Of a new request: the client's confirmation, and word to staff."""
    mails = [*_confirmation(ticket, contact), *_to_staff(ticket, Delivery.Kind.STAFF_NEW)]
    Delivery.objects.bulk_create(mails)


def _confirmation(ticket: Ticket, contact: Contact) -> list[Delivery]:
    """None where it may not arrive, or where the mailbox got one within the hour."""
    target = _target(ticket, contact)
    if target is None:
        return []
    if counting.count(name="confirmation", who=mailbox(target), window=HOUR) > 1:
        history.write(ticket, Event.Kind.MAIL_LIMITED)
        return []
    kind = Delivery.Kind.CONFIRMATION
    return [_delivery(ticket, kind, target, contact=contact, language=contact.language)]


def answer(*, ticket: Ticket, message: Message) -> Delivery | None:
    """Our reply, to the person who asked."""
    contact = ticket.contact
    target = _target(ticket, contact)
    if target is None:
        return None
    reply = Delivery.Kind.REPLY
    return _enqueue(
        _delivery(ticket, reply, target, contact=contact, message=message, language=contact.language)
    )


def tell_staff(*, ticket: Ticket, kind: Delivery.Kind, message: Message | None = None) -> None:
    """To the owner, else to everybody who answers requests and has an address."""
    Delivery.objects.bulk_create(_to_staff(ticket, kind, message))


def _to_staff(ticket: Ticket, kind: Delivery.Kind, message: Message | None = None) -> list[Delivery]:
    mine = list(_with_address().filter(pk=ticket.owner_id)) if ticket.owner_id else []
    return [_delivery(ticket, kind, email, message=message) for _pk, email in mine or _everybody().all()]


def _with_address() -> QuerySet[User, tuple[int, str]]:
    # The id stays in it: two accounts that share an address are two people.
    return User.objects.filter(is_active=True).exclude(email="").values_list("pk", "email").order_by("pk")


@cache
def _everybody() -> QuerySet[User, tuple[int, str]]:
    """The question, never its answer: putting it together takes as long as asking it."""
    return _with_address().filter(Q(groups__name="agent") | Q(is_superuser=True)).distinct()


def _target(ticket: Ticket, contact: Contact) -> str | None:
    """The first address that can receive. Where none can, the ticket says that no mail was sent."""
    addresses = [address for address in (contact.email, contact.second_email) if address]
    for address in addresses:
        if reaches(address=address, symptom=ticket.symptom, affected=ticket.affected_domain):
            return address
    if addresses:
        history.write(ticket, Event.Kind.MAIL_SKIPPED)
    return None


def _enqueue(row: Delivery) -> Delivery:
    row.save(force_insert=True)
    return row


def _delivery(
    ticket: Ticket,
    kind: Delivery.Kind,
    target: str,
    *,
    contact: Contact | None = None,
    message: Message | None = None,
    language: str = "ja",
) -> Delivery:
    host = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">")
    return Delivery(
        ticket=ticket,
        kind=kind,
        target=target,
        contact=contact,
        message=message,
        language=language,
        # Made once, here: every attempt carries the same one, so that a second copy is seen as one.
        rfc_message_id=f"<{secrets.token_hex(16)}@{host}>",
    )
