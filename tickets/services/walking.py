"""A checklist walked by staff for a request: on the phone, with the client at the other end."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from faq.models import Cause, Checklist, Walk
from faq.rules.facts import Facts
from faq.rules.words import clean
from faq.services import walk as walks
from faq.services.walk import NOTE, Standing
from tickets.models import Event, Evidence, Ticket
from tickets.rules.domains import domain_of
from tickets.rules.workflow import DONE, Status
from tickets.services import history, routing
from tickets.services.errors import Refused


class NotOurs(Refused):
    """The client's own walk, or one of another request."""

    message = _("This walk was made by the client: it can only be read.")


class Begun(Refused):
    """Answers have been given: they are evidence."""

    message = _("Answers have been given already: the walk stays with the request.")


@transaction.atomic
def begin(*, ticket: Ticket, checklist: Checklist, by: User) -> Evidence:
    """Begin a walk with what the request knows; its evidence is there from the first question on.

    A second tap gets the walk that the first one began. Raises Version.DoesNotExist where there is nothing
    published.
    """
    history.lock(ticket)
    waiting = _untouched(ticket, checklist, by)
    if waiting is not None:
        return waiting
    walk = walks.begin(checklist=checklist, facts=ticket.facts, by=by)
    evidence = Evidence(ticket=ticket, kind=Evidence.Kind.WALK, walk=walk, by=by)
    _join(evidence, ticket, walks.standing(walk), by)
    return evidence


@transaction.atomic
def answer(*, ticket: Ticket, walk: Walk, question: str, answer: str, note: str = "", by: User) -> Standing:
    """Give an answer with a note; what it tells joins the request at once.

    An outcome reached anew is suspected, unless the request is done; an outcome that is gone takes its
    suspicion with it, unless somebody has suspected anything else since. Raises NotOnTheWay as the walk
    itself does, NotOurs for a walk of the client or of another request.
    """
    evidence = _ours(ticket, walk)
    came = evidence.walk.finished if evidence.walk else None
    cause = evidence.cause_id
    now = walks.answer(walk=walk, question=question, answer=answer, note=clean(note, NOTE))
    _join(evidence, evidence.ticket, now, by)
    if cause and came and not evidence.cause_id:
        _withdraw(evidence, cause, came, by)
    return now


@transaction.atomic
def drop(*, ticket: Ticket, walk: Walk, by: User) -> None:
    """Take away a walk begun by mistake: one that nobody has given an answer in. Raises Begun, NotOurs.

    `by` is asked for as by every verb; of nothing happened, nothing is left to sign.
    """
    evidence = _ours(ticket, walk)
    if walk.steps.filter(prefilled=False).exists():
        raise Begun
    evidence.delete()
    walk.delete()


def _untouched(ticket: Ticket, checklist: Checklist, by: User) -> Evidence | None:
    return (
        ticket.evidence.select_related("walk")
        .filter(kind=Evidence.Kind.WALK, walk__by=by, walk__version__checklist=checklist)
        .filter(walk__version__status="published", walk__finished=None)
        .exclude(walk__steps__prefilled=False)
        .last()
    )


def _ours(ticket: Ticket, walk: Walk) -> Evidence:
    """The walk's evidence with its request, both locked and as they are now: one statement for a step."""
    rows = Evidence.objects.select_for_update(of=("self", "ticket")).select_related("ticket", "walk")
    found = rows.filter(kind=Evidence.Kind.WALK, ticket=ticket, walk=walk).first() if walk.by_id else None
    if found is None:
        raise NotOurs
    return found


def _join(evidence: Evidence, ticket: Ticket, now: Standing, by: User) -> None:
    """Bring evidence and request (locked) up to date with the walk."""
    before = Facts.from_json(evidence.facts_json).to_json()
    told = now.script.facts({key: now.given[key] for key in now.place.answered})
    cause_before, outcome = evidence.cause_id, now.walk.outcome
    evidence.facts_json, evidence.at, evidence.by = told.to_json(), timezone.now(), by
    evidence.cause = outcome.cause if outcome else None
    evidence.save()
    _tell(ticket, before, told, Facts.from_json(now.walk.facts_json))
    if evidence.cause is None or evidence.cause_id == cause_before or Status(ticket.status) in DONE:
        return
    routing.suspect(ticket=ticket, cause=evidence.cause, by=by, at=now.walk.finished)


def _withdraw(evidence: Evidence, cause: int, came: datetime, by: User) -> None:
    """Take back the suspicion that this walk made when it `came` to its outcome."""
    ticket = evidence.ticket
    last = ticket.events.filter(kind=Event.Kind.CAUSE_SUSPECTED).last()
    if last is None or (last.cause_id, last.at) != (cause, came) or Status(ticket.status) in DONE:
        return
    routing.suspect(ticket=ticket, cause=_before(evidence), by=by)


def _before(evidence: Evidence) -> Cause | None:
    """What is suspected without this walk: by what was said last, by people or by other evidence."""
    assert evidence.walk is not None  # noqa: S101 it is a walk's
    kinds = (Event.Kind.OPENED, Event.Kind.CAUSE_SUSPECTED)
    said = evidence.ticket.events.select_related("cause").filter(kind__in=kinds, at__lt=evidence.walk.started)
    others = evidence.ticket.evidence.select_related("cause").exclude(pk=evidence.pk).exclude(cause=None)
    found = [row for row in (said.last(), others.order_by("at").last()) if row]
    return max(found, key=lambda row: row.at).cause if found else None


def _tell(ticket: Ticket, before: dict[str, str], told: Facts, known: Facts) -> None:
    """Answers over what was known; an answer taken back leaves what was known before the walk."""
    facts, new = ticket.facts.to_json(), told.to_json()
    for name, value in before.items():
        if name not in new and facts.get(name) == value:
            facts[name] = getattr(known, name)
    after = Facts.from_json(facts).merged(told)
    if after == ticket.facts:
        return
    ticket.facts_json = after.to_json()
    ticket.work_stopped = after.work_stopped == "yes"
    ticket.affected_domain = domain_of(after.affected_address)[:253]
    ticket.save(update_fields=["facts_json", "work_stopped", "affected_domain", "updated"])
