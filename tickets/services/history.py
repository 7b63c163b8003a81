"""Steps that every verb takes: lock the ticket, move it, write the event."""

from datetime import datetime

from django.contrib.auth.models import User
from django.utils import timezone

from faq.models import Cause
from mailsupport.lib.statements import insert
from tickets.models import Event, Message, Ticket
from tickets.rules.workflow import DONE, Status, may
from tickets.services.errors import CauseNeeded, NotAllowed, Stale


def lock(ticket: Ticket) -> None:
    """Lock the row until the end of the transaction, and bring `ticket` up to date."""
    ticket.refresh_from_db(from_queryset=Ticket.objects.select_for_update())


def check_seen(ticket: Ticket, seen_version: int | None) -> None:
    """Raises Stale where the (locked) ticket has changed since the version that the writer saw."""
    if seen_version is None or seen_version >= ticket.version:
        return
    newer = ticket.messages.exclude(kind=Message.Kind.NOTE).last()
    raise Stale(newer, newer.created if newer else ticket.updated)


def write(
    ticket: Ticket,
    kind: Event.Kind,
    *,
    by: User | None = None,
    message: Message | None = None,
    cause: Cause | None = None,
    owner: User | None = None,
    at: datetime | None = None,
) -> Event:
    """One event: ids and enums only. `at` is now, where nothing else is said."""
    event = Event(
        ticket=ticket,
        kind=kind,
        by=by,
        message=message,
        cause=cause,
        owner=owner,
        at=at or timezone.now(),
    )
    insert(event)
    return event


def move(
    ticket: Ticket,
    status: Status,
    *,
    by: User | None,
    kind: Event.Kind = Event.Kind.STATUS,
    message: Message | None = None,
) -> None:
    """Set the status of a locked ticket (not saved) and write the event. Staying is no event.

    Raises NotAllowed where TRANSITIONS has no such step, CauseNeeded where it ends without a cause.
    """
    old = Status(ticket.status)
    if old == status:
        return
    if not may(old, status):
        raise NotAllowed
    if status in DONE and ticket.cause_id is None:
        raise CauseNeeded
    ticket.status = status
    _stamp(ticket, status)
    Event.objects.create(
        ticket=ticket,
        kind=kind,
        by=by,
        old_status=old,
        new_status=status,
        message=message,
        cause_id=ticket.cause_id if status in DONE else None,
    )


def _stamp(ticket: Ticket, status: Status) -> None:
    moment = timezone.now()
    if status == Status.RESOLVED:
        ticket.resolved_at = moment
    elif status == Status.CLOSED:
        ticket.closed_at = moment
    else:
        # Open again: the cause we named was not the whole of it, and is named anew.
        ticket.resolved_at = ticket.closed_at = None
