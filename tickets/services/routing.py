"""Whose a request is and where it stands."""

from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from faq.models import Cause
from tickets.models import Event, Ticket
from tickets.rules.workflow import QUIET_DAYS, Status
from tickets.services import history, promise


@transaction.atomic
def assign(*, ticket: Ticket, to: User | None, by: User) -> None:
    """Give the request to somebody, or (None) back to everybody. A new one becomes "in progress"."""
    history.lock(ticket)
    if ticket.owner_id == (to.pk if to else None):
        return
    ticket.owner = to
    history.write(ticket, Event.Kind.ASSIGNED, by=by, owner=to)
    if to and ticket.status == Status.NEW:
        history.move(ticket, Status.IN_PROGRESS, by=by)
    ticket.save()


@transaction.atomic
def set_status(*, ticket: Ticket, status: Status, by: User) -> None:
    """Move the request. Raises NotAllowed (see rules.workflow) or CauseNeeded (use thread.resolve)."""
    history.lock(ticket)
    old = ticket.status
    history.move(ticket, Status(status), by=by)
    if ticket.status == old:
        return
    promise.renew(ticket, timezone.now())
    ticket.version += 1
    ticket.save()


@transaction.atomic
def suspect(*, ticket: Ticket, cause: Cause | None, by: User, at: datetime | None = None) -> None:
    """Say what it probably is. `at` is when a walk came to that: its event is told from others by it."""
    history.lock(ticket)
    if ticket.suspected_cause_id == (cause.pk if cause else None):
        return
    ticket.suspected_cause = cause
    history.write(ticket, Event.Kind.CAUSE_SUSPECTED, by=by, cause=cause, at=at)
    ticket.save()


def close_quiet() -> int:
    """Close what has been resolved for a week without a word from the client; gives how many."""
    limit = timezone.now() - timedelta(days=QUIET_DAYS)
    quiet = Ticket.objects.filter(status=Status.RESOLVED, resolved_at__lt=limit)
    return sum(_close(ticket, limit) for ticket in quiet.order_by("pk")[:500])


@transaction.atomic
def _close(ticket: Ticket, limit: datetime) -> bool:
    history.lock(ticket)
    if ticket.status != Status.RESOLVED or ticket.resolved_at is None or ticket.resolved_at >= limit:
        return False
    history.move(ticket, Status.CLOSED, by=None, kind=Event.Kind.CLOSED)
    ticket.save()
    return True
