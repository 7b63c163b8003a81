"""Which mails a change causes: rows of the outbox, written in the transaction of the change."""

import secrets
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import Q, QuerySet

from mailsupport.lib.statements import insert, prepared
from tickets.models import Contact, Delivery, Event, Message, Ticket
from tickets.rules.letters import mailbox, reaches
from tickets.services import counting, history

HOUR = timedelta(hours=1)


def opened(*, ticket: Ticket, contact: Contact) -> None:
    """Of a new request: the client's confirmation, and word to staff."""
    _put_out(*_confirmation(ticket, contact), *_to_staff(ticket, Delivery.Kind.STAFF_NEW))


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
    row = _delivery(ticket, reply, target, contact=contact, message=message, language=contact.language)
    _put_out(row)
    return row


def tell_staff(*, ticket: Ticket, kind: Delivery.Kind, message: Message | None = None) -> None:
    """To the owner, else to everybody who answers requests and has an address."""
    _put_out(*_to_staff(ticket, kind, message))


def _to_staff(ticket: Ticket, kind: Delivery.Kind, message: Message | None = None) -> list[Delivery]:
    mine = _owner(ticket.owner_id) if ticket.owner_id else []
    return [_delivery(ticket, kind, user.email, message=message) for user in mine or _everybody()]


@prepared
def _owner(pk: int) -> QuerySet[User]:
    return _with_address().filter(pk=pk)


@prepared
def _everybody() -> QuerySet[User]:
    return _with_address().filter(Q(groups__name="agent") | Q(is_superuser=True)).distinct()


def _with_address() -> QuerySet[User]:
    # The id stays in it: two accounts that share an address are two people.
    return User.objects.filter(is_active=True).exclude(email="").only("pk", "email").order_by("pk")


def _target(ticket: Ticket, contact: Contact) -> str | None:
    """The first address that can receive. Where none can, the ticket says that no mail was sent."""
    addresses = [address for address in (contact.email, contact.second_email) if address]
    for address in addresses:
        if reaches(address=address, symptom=ticket.symptom, affected=ticket.affected_domain):
            return address
    if addresses:
        history.write(ticket, Event.Kind.MAIL_SKIPPED)
    return None


def _put_out(*rows: Delivery) -> None:
    if rows:
        insert(*rows)


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
