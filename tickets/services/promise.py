"""The promise: our next word by then."""

from datetime import datetime, timedelta

from faq.models import Desk
from tickets.models import Ticket
from tickets.rules.workflow import OURS, Status


def due_after(moment: datetime) -> datetime | None:
    """When the desk's hours for an answer have passed since `moment`; None while it has no hours."""
    desk = Desk.shown()
    if desk is None or desk.hours is None:
        return None
    due = desk.hours.after(moment, timedelta(hours=desk.answer_hours))
    return due and _on_the_quarter(due)


def _on_the_quarter(moment: datetime) -> datetime:
    """The next full quarter of an hour: people promise 12:30, not 12:22."""
    return moment + (datetime.min.replace(tzinfo=moment.tzinfo) - moment) % timedelta(minutes=15)


def renew(ticket: Ticket, moment: datetime) -> None:
    """Set `ticket.due` (not saved) from a word spoken at `moment`; None while it is not our turn."""
    ticket.due = due_after(moment) if Status(ticket.status) in OURS else None
