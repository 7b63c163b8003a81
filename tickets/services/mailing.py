"""Which mails a change causes: rows of the outbox, written in the transaction of the change."""

from datetime import timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import Q
from django.utils.crypto import get_random_string

from tickets.models import Contact, Delivery, Event, Message, Ticket
from tickets.rules.letters import mailbox, reaches
from tickets.services import counting, history

HOUR = timedelta(hours=1)


def confirm(*, ticket: Ticket, contact: Contact) -> Delivery | None:
    """The confirmation, where it may arrive and the mailbox got none within the hour."""
    target = _target(ticket, contact)
    if target is None:
        return None
    if counting.count(name="confirmation", who=mailbox(target), window=HOUR) > 1:
        history.write(ticket, Event.Kind.MAIL_LIMITED)
        return None
    return _enqueue(
        _delivery(ticket, Delivery.Kind.CONFIRMATION, target, contact=contact, language=contact.language)
    )


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
    people = User.objects.filter(is_active=True).exclude(email="")
    mine = list(people.filter(pk=ticket.owner_id)) if ticket.owner_id else []
    everybody = people.filter(Q(groups__name="agent") | Q(is_superuser=True)).distinct()
    rows = [_delivery(ticket, kind, user.email, message=message) for user in mine or everybody]
    Delivery.objects.bulk_create(rows)


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
        rfc_message_id=f"<{get_random_string(32).lower()}@{host}>",
    )
