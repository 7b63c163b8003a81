"""The outbox: claim a row, send it outside any transaction, write down what became of it."""

import logging
import time
from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext

from faq.models import Desk
from tickets.channels.smtp import Channel, NotSent
from tickets.models import AccessLink, Delivery, Event, WorkerBeat
from tickets.rules.backoff import wait_after
from tickets.rules.letters import Letter, greeting
from tickets.services import history

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
"""How long a row stays with a worker. Longer than a mail can take (EMAIL_TIMEOUT is 20 s a step)."""

AT_ONCE = 20
FRESH = 1.0
"""So many due rows are read together, and what was read is believed for so many seconds."""

State = Delivery.State


def claim() -> Delivery | None:
    """Take the next row that is due, or None. However many workers ask, one of them gets it."""
    return next(claims(), None)


def claims() -> Iterator[Delivery]:
    """Take one row after the other, each when it is asked for, until nothing is due."""
    while rows := list(Delivery.objects.due().select_related("ticket", "contact", "message")[:AT_ONCE]):
        stale = time.monotonic() + FRESH
        for row in rows:
            if time.monotonic() > stale:
                break
            if _take(row):
                yield row


def _take(row: Delivery) -> bool:
    """Whoever takes a row changes state and attempts together: only one update finds both as they were read,
    and the number of rows says whether it was ours."""
    mine = {"state": State.SENDING, "leased_until": timezone.now() + LEASE, "attempts": row.attempts + 1}
    free = Delivery.objects.filter(pk=row.pk, state=row.state, attempts=row.attempts)
    if not free.update(**mine):
        return False
    for name, value in mine.items():
        setattr(row, name, value)
    return True


def deliver(delivery: Delivery, *, channel: Channel) -> bool:
    """Send a claimed row and write down the result; True if it went out.

    Dying between the server's 250 and our commit sends it again, with the same Message-ID. Nothing else does.
    """
    try:
        letter = letter_of(delivery)
    except Exception as error:
        # Only the kind of error: its message could quote the text.
        return _put_back(delivery, NotSent(f"text: {type(error).__name__}", permanent=False))
    try:
        channel.send(letter)
    except NotSent as error:
        return _put_back(delivery, error)
    _mine(delivery).update(state=State.SENT, sent=timezone.now(), leased_until=None, error="")
    log.info("delivery %s: sent at attempt %s", delivery.pk, delivery.attempts)
    return True


def _mine(delivery: Delivery) -> QuerySet[Delivery]:
    """The row as long as it is still this attempt's: a worker that overslept its lease changes nothing."""
    return Delivery.objects.filter(pk=delivery.pk, state=State.SENDING, attempts=delivery.attempts)


@transaction.atomic
def _put_back(delivery: Delivery, error: NotSent) -> bool:
    wait = None if error.permanent else wait_after(delivery.attempts)
    log.warning("delivery %s: not sent at attempt %s (%s)", delivery.pk, delivery.attempts, error)
    if wait is not None:
        _mine(delivery).update(
            state=State.WAITING, next_try=timezone.now() + wait, leased_until=None, error=str(error)[:300]
        )
    elif _mine(delivery).update(state=State.FAILED, leased_until=None, error=str(error)[:300]):
        history.write(delivery.ticket, Event.Kind.MAIL_FAILED, message=delivery.message)
    return False


def letter_of(delivery: Delivery) -> Letter:
    """The mail's text, in the reader's language."""
    with translation.override(delivery.language):
        context = _context(delivery)
        return Letter(
            message_id=delivery.rfc_message_id,
            written=delivery.created,
            to=delivery.target,
            subject=_subject(delivery),
            body=render_to_string(f"tickets/mail/{delivery.kind}.txt", context).strip() + "\n",
            automatic=delivery.kind != Delivery.Kind.REPLY,
        )


def _subject(delivery: Delivery) -> str:
    words = {
        Delivery.Kind.CONFIRMATION: gettext("We have received your request (%(number)s)"),
        Delivery.Kind.REPLY: gettext("There is an answer to your request (%(number)s)"),
        Delivery.Kind.STAFF_NEW: gettext("New request %(number)s"),
        Delivery.Kind.STAFF_REPLY: gettext("The client has written again: %(number)s"),
    }
    return words[Delivery.Kind(delivery.kind)] % {"number": delivery.ticket.grouped_number}


def _context(delivery: Delivery) -> dict[str, object]:
    """What the mail texts use. The writer's own words are not among it: whoever fills in the form with
    somebody else's address must not be able to write to them through us."""
    ticket, contact = delivery.ticket, delivery.contact
    return {
        "ticket": ticket,
        "greeting": greeting(contact.name) if contact else "",
        "url": _client_url(delivery) if contact else _staff_url(delivery),
        "body": delivery.message.body if delivery.message and contact else "",
        "desk": Desk.shown(),
    }


def _client_url(delivery: Delivery) -> str:
    link = AccessLink.objects.filter(
        ticket=delivery.ticket_id, contact=delivery.contact_id, revoked=None
    ).latest("pk")
    return settings.SITE_URL + reverse("tickets:ticket", args=[link.token])


def _staff_url(delivery: Delivery) -> str:
    return settings.SITE_URL + reverse("admin:tickets_ticket_change", args=[delivery.ticket_id])


def beat() -> None:
    """The worker is alive."""
    WorkerBeat.objects.update_or_create(pk=1, defaults={"at": timezone.now()})
