"""What is said on a request, by the client and by us."""

from collections.abc import Iterable, Sequence

from django.contrib.auth.models import User
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from faq.models import Article, Cause, Lookup, Walk, WalkStep
from faq.services.walk import NOTE
from tickets.models import (
    AccessLink,
    Attachment,
    Delivery,
    Draft,
    Event,
    Evidence,
    Message,
    Ticket,
    TicketArticle,
)
from tickets.rules.request import SUBJECT, clean
from tickets.rules.workflow import DONE, Status, after_client_reply
from tickets.services import files, history, mailing, promise
from tickets.services.errors import CauseNeeded, Empty, NotAllowed, Stale

__all__ = [
    "Stale",
    "ask",
    "client_reply",
    "confirm_solved",
    "not_solved",
    "note",
    "redact",
    "reply",
    "resolve",
]

LONGEST = 10_000
"""Characters of one message."""

SEARCHED = 500
"""Characters of words that a client searched for."""

MARK = "●"


def client_reply(
    *, link: AccessLink, body: str, uploads: "Sequence[UploadedFile[bytes]]" = (), idempotency_key: str
) -> Message:
    """The client goes on writing; done requests reopen. A second tap (same key) gives the first message.

    Raises Empty without words and files, UploadRefused for a file we do not keep (then nothing is kept).
    """
    return _client_says(link, body, uploads, idempotency_key, Event.Kind.CLIENT_REPLIED)


def not_solved(*, link: AccessLink, body: str = "") -> Message | None:
    """The client says it is not solved, in words or without. Done requests reopen."""
    if clean(body, lines=True).strip():
        return _client_says(link, body, (), None, Event.Kind.NOT_SOLVED)
    _take_turn(link, None, Event.Kind.NOT_SOLVED)
    return None


def _client_says(
    link: AccessLink,
    body: str,
    uploads: "Sequence[UploadedFile[bytes]]",
    key: str | None,
    kind: Event.Kind,
) -> Message:
    text = clean(body, lines=True).strip()[:LONGEST]
    if not text and not uploads:
        raise Empty
    kept: list[Attachment] = []
    try:
        return _write_client_message(link, text, uploads, key, kind, kept)
    except BaseException:
        # The rows are rolled back; the bytes on disk are not.
        for attachment in kept:
            attachment.file.delete(save=False)
        raise


@transaction.atomic
def _write_client_message(
    link: AccessLink,
    text: str,
    uploads: "Sequence[UploadedFile[bytes]]",
    key: str | None,
    kind: Event.Kind,
    kept: list[Attachment],
) -> Message:
    history.lock(link.ticket)
    done = Message.objects.filter(idempotency_key=key).first() if key else None
    if done and done.ticket_id == link.ticket_id:
        return done
    message = Message.objects.create(
        ticket=link.ticket,
        kind=Message.Kind.CLIENT,
        contact=link.contact,
        body=text,
        # The key of another request's message says nothing here, not even by an error.
        idempotency_key=None if done else key,
    )
    for upload in uploads:
        kept.append(files.store(upload=upload, ticket=link.ticket, message=message))
    _take_turn(link, message, kind)
    return message


@transaction.atomic
def _take_turn(link: AccessLink, message: Message | None, kind: Event.Kind) -> None:
    """A word from the client: it is our turn, with a new promise."""
    ticket, moment = link.ticket, timezone.now()
    history.lock(ticket)
    history.write(ticket, kind, message=message)
    was_done = Status(ticket.status) in DONE
    status = after_client_reply(Status(ticket.status))
    history.move(ticket, status, by=None, kind=Event.Kind.REOPENED if was_done else Event.Kind.STATUS)
    ticket.last_client_at = moment
    ticket.said_solved_at = None
    ticket.version += 1
    promise.renew(ticket, moment)
    ticket.save()
    mailing.tell_staff(ticket=ticket, kind=Delivery.Kind.STAFF_REPLY, message=message)


@transaction.atomic
def confirm_solved(*, link: AccessLink) -> None:
    """The client says it is solved.

    Resolved stays resolved. An open request is not resolved by this: that takes the real cause, and a
    suspected one that a client's tap turned into a real one would make our guesses look right. It keeps
    its status, promises nothing more, and `said_solved_at` shows the client "solved" and staff what to do.
    """
    ticket = link.ticket
    history.lock(ticket)
    if ticket.said_solved_at is not None:
        return
    ticket.said_solved_at = ticket.last_client_at = timezone.now()
    ticket.due = None
    ticket.version += 1
    ticket.save()
    history.write(ticket, Event.Kind.CONFIRMED_SOLVED)


def reply(
    *,
    ticket: Ticket,
    body: str,
    by: User,
    seen_version: int | None = None,
    articles: Iterable[Article] = (),
    then: Status | None = None,
) -> Message:
    """Answer the client: shown on the page at once, mailed where mail arrives.

    `then` is the status afterwards; without it a new or reopened request becomes "in progress". While it
    stays our turn, the answer begins a new promise. Raises Empty, Stale or NotAllowed.
    """
    return _say(ticket, body, by, seen_version, tuple(articles), then)


def ask(
    *,
    ticket: Ticket,
    body: str,
    by: User,
    seen_version: int | None = None,
    articles: Iterable[Article] = (),
) -> Message:
    """Ask the client back; then we wait. Raises Empty, Stale or NotAllowed (a done request)."""
    return _say(ticket, body, by, seen_version, tuple(articles), Status.WAITING)


@transaction.atomic
def _say(
    ticket: Ticket,
    body: str,
    by: User,
    seen_version: int | None,
    articles: tuple[Article, ...],
    then: Status | None,
) -> Message:
    history.lock(ticket)
    history.check_seen(ticket, seen_version)
    message = _message(ticket, Message.Kind.REPLY, body, by)
    history.write(ticket, Event.Kind.REPLIED, by=by, message=message)
    _connect(ticket, articles, TicketArticle.Kind.INSERTED, by)
    _take_if_free(ticket, by)
    if then is None and ticket.status in (Status.NEW, Status.REOPENED):
        then = Status.IN_PROGRESS
    if then is not None:
        history.move(ticket, Status(then), by=by, message=message)
    _spoken(ticket)
    mailing.answer(ticket=ticket, message=message)
    return message


@transaction.atomic
def note(*, ticket: Ticket, body: str, by: User) -> Message:
    """Write down what only staff see. Raises Empty."""
    history.lock(ticket)
    message = _message(ticket, Message.Kind.NOTE, body, by)
    history.write(ticket, Event.Kind.NOTED, by=by, message=message)
    return message


@transaction.atomic
def resolve(
    *,
    ticket: Ticket,
    cause: Cause | None,
    by: User,
    body: str = "",
    article: Article | None = None,
    articles: Iterable[Article] = (),
    seen_version: int | None = None,
) -> Message | None:
    """Resolve with the real cause, with a last answer if `body` says something.

    `article` is the one that solved it, `articles` are those inserted into the answer.

    Raises CauseNeeded without a cause, Stale, and NotAllowed where it is done already.
    """
    history.lock(ticket)
    history.check_seen(ticket, seen_version)
    if Status(ticket.status) in DONE:
        raise NotAllowed
    if cause is None:
        raise CauseNeeded
    ticket.cause = cause
    _take_if_free(ticket, by)
    message = _message(ticket, Message.Kind.REPLY, body, by) if body.strip() else None
    history.move(ticket, Status.RESOLVED, by=by, kind=Event.Kind.RESOLVED, message=message)
    if article:
        _connect(ticket, (article,), TicketArticle.Kind.SOLVED, by)
    _connect(ticket, tuple(articles), TicketArticle.Kind.INSERTED, by)
    _spoken(ticket)
    if message:
        mailing.answer(ticket=ticket, message=message)
    return message


def _message(ticket: Ticket, kind: Message.Kind, body: str, by: User) -> Message:
    text = clean(body, lines=True).strip()[:LONGEST]
    if not text:
        raise Empty
    return Message.objects.create(ticket=ticket, kind=kind, by=by, body=text)


def _take_if_free(ticket: Ticket, by: User) -> None:
    """Who answers a request that nobody looks after looks after it."""
    if ticket.owner_id is None:
        ticket.owner = by
        history.write(ticket, Event.Kind.ASSIGNED, by=by, owner=by)


def _connect(
    ticket: Ticket, articles: tuple[Article, ...], kind: TicketArticle.Kind, by: User | None
) -> None:
    TicketArticle.objects.bulk_create(
        [TicketArticle(ticket=ticket, article=article, kind=kind, by=by) for article in articles],
        ignore_conflicts=True,
    )


def _spoken(ticket: Ticket) -> None:
    """Our word: counts as a change that others must have seen, and begins a new promise or ends it."""
    ticket.last_staff_at = timezone.now()
    ticket.version += 1
    promise.renew(ticket, ticket.last_staff_at)
    ticket.save()


@transaction.atomic
def redact(*, message: Message, secret: str, by: User) -> int:
    """Replace `secret` (a typed password) by ● everywhere on the request, for ever; gives how often.

    In all messages, the subject, the facts, the evidence with its searches and the notes of its walks, and
    the draft it was filed from. Raises Empty where nothing is selected.
    """
    wanted = clean(secret, lines=True).strip()
    if not wanted:
        raise Empty
    ticket = message.ticket
    history.lock(ticket)
    count = _redact_messages(ticket, wanted) + _redact_evidence(ticket, wanted)
    count += _redact_notes(ticket, wanted)
    count += wanted in ticket.subject
    ticket.subject = _hidden(ticket.subject, wanted)[:SUBJECT]
    ticket.facts_json = _hidden_facts(ticket.facts_json, wanted)
    ticket.save()
    _redact_draft(ticket, wanted)
    if count:
        history.write(ticket, Event.Kind.REDACTED, by=by, message=message)
    return count


def _redact_messages(ticket: Ticket, secret: str) -> int:
    found = 0
    for message in ticket.messages.filter(body__contains=secret):
        found += message.body.count(secret)
        message.body = _hidden(message.body, secret)
        message.redacted = timezone.now()
        message.save(update_fields=["body", "redacted"])
    return found


def _redact_evidence(ticket: Ticket, secret: str) -> int:
    found = 0
    for evidence in ticket.evidence.all():
        before = (evidence.text, evidence.facts_json)
        evidence.text = _hidden(evidence.text, secret)[:SEARCHED]
        evidence.facts_json = _hidden_facts(evidence.facts_json, secret)
        if (evidence.text, evidence.facts_json) != before:
            evidence.save(update_fields=["text", "facts_json"])
            found += 1
        if evidence.kind == Evidence.Kind.WORDS and evidence.text != before[0]:
            # A copy of a search, which is kept for itself and read by whoever looks for gaps.
            Lookup.objects.filter(text=before[0]).update(text=evidence.text)
    return found


def _redact_notes(ticket: Ticket, secret: str) -> int:
    """What staff noted with answers, and what a walk took over from the request when it began."""
    found = 0
    for step in WalkStep.objects.filter(walk__evidence__ticket=ticket, note__contains=secret).distinct():
        found += step.note.count(secret)
        step.note = _hidden(step.note, secret)[:NOTE]
        step.save(update_fields=["note"])
    for walk in Walk.objects.filter(evidence__ticket=ticket).exclude(facts_json={}).distinct():
        hidden = _hidden_facts(walk.facts_json, secret)
        if hidden != walk.facts_json:
            walk.facts_json = hidden
            walk.save(update_fields=["facts_json"])
    return found


def _redact_draft(ticket: Ticket, secret: str) -> None:
    """No page shows a filed draft, but it lies in the database until it is purged."""
    for draft in Draft.objects.filter(ticket=ticket):
        draft.data = {k: _hidden(v, secret) if isinstance(v, str) else v for k, v in draft.data.items()}
        draft.save(update_fields=["data"])


def _hidden(text: str, secret: str) -> str:
    """As many marks whatever its length: how long a password is, is nobody's business."""
    return text.replace(secret, MARK * 8)


def _hidden_facts(facts: dict[str, str], secret: str) -> dict[str, str]:
    return {name: _hidden(value, secret) for name, value in facts.items()}
