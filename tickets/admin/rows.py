"""A request as the queue shows it: plain values, so that the template asks the database for nothing."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from django.utils.translation import gettext

from mailsupport.lib.names import staff_name
from tickets.models import Event, Evidence, Ticket
from tickets.rules.workflow import DONE, OURS, Status


@dataclass(frozen=True)
class Row:
    """One request. `due` is None where nothing is promised; `since` is what its age is counted from."""

    ticket: Ticket
    due: datetime | None
    since: datetime
    is_overdue: bool
    is_ours: bool
    is_done: bool
    who_waits: str
    client: str
    contact: str
    owner: str
    cause: str
    cause_from: str


def with_sources(rows: QuerySet[Ticket]) -> QuerySet[Ticket]:
    """What a row needs beside `for_queue`: two statements however many rows."""
    spoken = Evidence.objects.exclude(cause=None).only("ticket_id", "kind", "cause_id")
    said = Event.objects.filter(kind=Event.Kind.CAUSE_SUSPECTED).only("ticket_id", "cause_id")
    return rows.for_queue().prefetch_related(  # type: ignore[attr-defined,no-any-return]  # our manager
        Prefetch("evidence", spoken, to_attr="spoken"), Prefetch("events", said, to_attr="suspicions")
    )


def row_of(ticket: Any) -> Row:
    """What stands in the row of a ticket read through `with_sources`."""
    ours = Status(ticket.status) in OURS
    due = ticket.due if ours else None
    return Row(
        ticket=ticket,
        due=due,
        since=(ticket.last_client_at or ticket.created) if ours else ticket.updated,
        is_overdue=due is not None and due < timezone.now(),
        is_ours=ours,
        is_done=Status(ticket.status) in DONE,
        who_waits=who_waits(ticket),
        client=ticket.client.name if ticket.client else ticket.contact.name,
        contact=ticket.contact.name if ticket.client else "",
        owner=staff_name(ticket.owner),
        cause=str(ticket.cause or ticket.suspected_cause or ""),
        cause_from=_cause_from(ticket),
    )


def who_waits(ticket: Ticket) -> str:
    """In words: the client for us, we for the client or another company, nobody."""
    match Status(ticket.status):
        case Status.WAITING:
            return gettext("We wait for the client")
        case Status.ON_HOLD:
            return gettext("We wait for another company")
        case Status.RESOLVED | Status.CLOSED:
            return gettext("Nobody waits")
    if ticket.said_solved_at:
        return gettext("The client says it is solved")
    return gettext("The client waits for us")


def _cause_from(ticket: Any) -> str:
    if ticket.cause_id:
        return gettext("decided")
    wanted = ticket.suspected_cause_id
    if wanted is None:
        return ""
    if any(event.cause_id == wanted for event in ticket.suspicions):
        return gettext("from staff")
    if any(e.cause_id == wanted and e.kind == Evidence.Kind.WALK for e in ticket.spoken):
        return gettext("from the questions")
    return gettext("from the words")
