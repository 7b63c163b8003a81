"""Walking a checklist from a request: one question a page, to be read aloud; what the request shows of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, override
from django.views.decorators.http import require_http_methods, require_POST

from faq.forms import QuestionForm
from faq.models import Article, Cause, Checklist, Question
from faq.models.base import Audience
from faq.rules.facts import Facts
from faq.rules.words import clean
from faq.services import rows
from faq.services import walk as walks
from faq.services.facts import Described, describe
from faq.services.outcome import shown
from faq.services.publish import MarkupError, preview
from faq.services.walk import NOTE, NotOnTheWay, Standing
from mailsupport.lib.names import staff_name
from tickets.admin.forms import TalkForm
from tickets.models import Evidence, Ticket
from tickets.rules.secrets import suspects
from tickets.rules.workflow import DONE, Status
from tickets.services import walking
from tickets.services.errors import Refused
from tickets.services.thread import MARK

if TYPE_CHECKING:
    from tickets.admin.ticket import TicketAdmin

KEYS = 9
"""Answers that a key chooses: 1 to 9."""


@dataclass(frozen=True)
class Step:
    """A question, its answer and what was noted; `ahead` where nobody gave it, `later` where the client has
    given it after the request was filed. `secrets` are words of the note that look like a password."""

    key: str
    question: str
    answer: str
    note: str
    ahead: bool
    later: bool
    secrets: list[str]


@dataclass(frozen=True)
class Walked:
    """A walk as the request shows it. `who` is "" for the client's own."""

    evidence: Evidence
    title: str
    who: str
    steps: list[Step]
    asked: str
    outcome: str
    cause: Cause | None
    suspect: bool

    @property
    def ours(self) -> bool:
        """Begun by staff, who can go on with it; the client's can be looked at."""
        return bool(self.evidence.walk and self.evidence.walk.by_id)

    @property
    def changed(self) -> datetime | None:
        """When the client went on with a walk after sending it; None where it stands as it was sent.

        Staff's walks bring their evidence up to date with every answer.
        """
        walk = self.evidence.walk
        is_later = walk is not None and not walk.by_id and walk.last_step > self.evidence.at
        return walk.last_step if walk and is_later else None

    @property
    def sent(self) -> list[Described]:
        """What the walk told when it was sent, for one that the client has changed since."""
        return describe(Facts.from_json(self.evidence.facts_json)) if self.changed else []

    @property
    def finished(self) -> datetime | None:
        """When it came to its outcome."""
        return self.evidence.walk.finished if self.evidence.walk else None


@dataclass(frozen=True)
class Key:
    """One answer of the question on the page, and the key that chooses it."""

    value: str
    number: int
    words: str
    more: str
    chosen: bool

    @property
    def key(self) -> str:
        """Empty past the ninth."""
        return str(self.number) if self.number <= KEYS else ""


# What the page of a request shows


def evidence_of(ticket: Ticket) -> list[Evidence]:
    """All evidence with its walks and their steps. Two statements, however many walks."""
    return list(
        ticket.evidence.select_related(
            "by", "cause", "walk__by", "walk__version__checklist", "walk__question", "walk__outcome__cause"
        )
        .prefetch_related("walk__steps")
        .order_by("pk")
    )


def walks_of(ticket: Ticket, evidence: Iterable[Evidence]) -> list[Walked]:
    """Every walk of the request, the first one first."""
    return [_walked(ticket, row) for row in evidence if row.walk is not None]


def choices_for(ticket: Ticket) -> list[tuple[Checklist, bool]]:
    """All that can be walked, ours first, and whether it is the one to suggest. One statement."""
    published = Checklist.objects.walkable()
    found = sorted(published, key=lambda row: row.audience != Audience.STAFF)
    public = [row for row in found if row.audience != Audience.STAFF]
    suggested = next((row for row in public if row.symptom == ticket.symptom), found[0] if found else None)
    return [(row, row == suggested) for row in found]


def _walked(ticket: Ticket, evidence: Evidence) -> Walked:
    walk = evidence.walk
    assert walk is not None  # noqa: S101 the caller chose those
    now = walks.standing(walk)
    outcome = walk.outcome
    cause = outcome.cause if outcome else None
    return Walked(
        evidence=evidence,
        title=walk.version.checklist.title,
        who=staff_name(evidence.by or walk.by),
        steps=_steps(now, sent=None if walk.by_id else evidence.at),
        asked=walk.question.text("text") if walk.question else "",
        outcome=outcome.text("title") if outcome else "",
        cause=cause,
        suspect=bool(cause and ticket.suspected_cause_id != cause.pk and Status(ticket.status) not in DONE),
    )


def _steps(now: Standing, leave: str = "", sent: datetime | None = None) -> list[Step]:
    return [
        Step(
            q.key,
            q.text("text"),
            a.text("text"),
            note := now.note(q.key),
            ahead=q.key in now.prefilled,
            later=sent is not None and now.steps[q.key].at > sent,
            secrets=suspects(note.replace(MARK, " ")) if note else [],
        )
        for q, a in now.answers()
        if q.key != leave
    ]


# The pages


def urls(site: TicketAdmin) -> list[URLPattern]:
    """Beginning a walk, and walking it."""
    wrap = site.admin_site.admin_view

    def begin(request: HttpRequest, pk: int) -> HttpResponse:
        return _begin(site, request, pk)

    def walk(request: HttpRequest, pk: int, walk: int) -> HttpResponse:
        return _walk(site, request, pk, walk)

    methods = require_http_methods(["GET", "HEAD", "POST"])
    return [
        path("<int:pk>/walks/", wrap(require_POST(begin)), name="tickets_ticket_walks"),
        path("<int:pk>/walks/<int:walk>/", wrap(methods(walk)), name="tickets_ticket_walk"),
    ]


def _begin(site: TicketAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    _may(site, request)
    ticket = get_object_or_404(Ticket, pk=_fits(pk))
    slug = clean(request.POST.get("checklist", ""), 50)
    checklist = get_object_or_404(Checklist.objects.walkable(), slug=slug)
    evidence = walking.begin(ticket=ticket, checklist=checklist, by=_me(request))
    return HttpResponseRedirect(_address(evidence))


def _walk(site: TicketAdmin, request: HttpRequest, pk: int, walk: int) -> HttpResponse:
    _may(site, request)
    found = Evidence.objects.select_related(
        "by", "ticket__contact", "walk__by", "walk__version__checklist", "walk__outcome__cause"
    )
    evidence = found.filter(ticket=_fits(pk), walk=_fits(walk)).order_by("pk").first()
    if evidence is None:
        raise Http404
    assert evidence.walk is not None  # noqa: S101 it was asked for by its walk
    if request.method == "POST":
        return _drop(site, request, evidence) if "drop" in request.POST else _answer(site, request, evidence)
    now = walks.standing(evidence.walk)
    question = now.question(clean(request.GET.get("question", ""), 50)) if evidence.walk.by_id else None
    if question is None and evidence.walk.by_id and not now.place.outcome:
        return HttpResponseRedirect(_address(evidence))
    return _page(site, request, evidence, now, question)


def _may(site: TicketAdmin, request: HttpRequest) -> None:
    if not site.has_change_permission(request):
        raise PermissionDenied


def _me(request: HttpRequest) -> User:
    """The staff user: the admin lets nobody else in."""
    return cast(User, request.user)


def _fits(pk: int) -> int:
    """0, which no row has, for what the database takes no number for."""
    return pk if pk < 2**63 else 0


def _address(evidence: Evidence, question: str = "") -> str:
    address = reverse("admin:tickets_ticket_walk", args=[evidence.ticket_id, evidence.walk_id])
    return f"{address}?question={question}" if question else address


def _request_address(evidence: Evidence) -> str:
    return reverse("admin:tickets_ticket_change", args=[evidence.ticket_id])


def _drop(site: TicketAdmin, request: HttpRequest, evidence: Evidence) -> HttpResponse:
    assert evidence.walk is not None  # noqa: S101 see _walk
    try:
        walking.drop(ticket=evidence.ticket, walk=evidence.walk, by=_me(request))
    except Refused as refused:
        site.message_user(request, str(refused), messages.WARNING)
        return HttpResponseRedirect(_address(evidence))
    return HttpResponseRedirect(_request_address(evidence))


def _answer(site: TicketAdmin, request: HttpRequest, evidence: Evidence) -> HttpResponse:
    assert evidence.walk is not None  # noqa: S101 see _walk
    script = walks.script_of(evidence.walk.version)
    question = script.questions.get(clean(request.POST.get("question", ""), 50))
    if question is None:
        return HttpResponseRedirect(_address(evidence))
    form = QuestionForm(request.POST, question=question)
    note = clean(request.POST.get("note", ""), NOTE)
    if not form.is_valid():
        return _again(site, request, evidence, question, note, str(form.errors["answer"][0]))
    try:
        walking.answer(
            ticket=evidence.ticket,
            walk=evidence.walk,
            question=question.key,
            answer=form.cleaned_data["answer"],
            note=note,
            by=_me(request),
        )
    except (NotOnTheWay, walking.NotOurs):
        # A page left open while a colleague went on: the next one shows where the walk stands.
        words = gettext("A colleague changed the walk meanwhile: this question is no longer asked. %s")
        messages.warning(request, words % (gettext("Your note: “%s”") % note if note else ""))
    return HttpResponseRedirect(_address(evidence))


def _again(
    site: TicketAdmin, request: HttpRequest, evidence: Evidence, question: Question, note: str, fault: str
) -> HttpResponse:
    """The same question once more, with the note as it was typed."""
    assert evidence.walk is not None  # noqa: S101 see _walk
    now = walks.standing(evidence.walk)
    if not evidence.walk.by_id or now.question(question.key) is None:
        return HttpResponseRedirect(_address(evidence))
    return _page(site, request, evidence, now, question, note=note, fault=fault)


def _page(
    site: TicketAdmin,
    request: HttpRequest,
    evidence: Evidence,
    now: Standing,
    question: Question | None,
    *,
    note: str | None = None,
    fault: str = "",
) -> HttpResponse:
    context = {
        **site.admin_site.each_context(request),
        "title": now.walk.version.checklist.title,
        "subtitle": "",
        "opts": site.opts,
        "ticket": evidence.ticket,
        "evidence": evidence,
        "walk": now.walk,
        "steps": _steps(now, question.key if question else "", None if now.walk.by_id else evidence.at),
        "request_address": _request_address(evidence),
        "address": _address(evidence),
        "fault": fault,
        "question": question,
        "number": len(now.place.answered) + 1,
        "back": "",
        "end": None,
        "who": staff_name(evidence.by or now.walk.by),
        "asked": now.question() if not now.place.outcome else None,
        "empty": not set(now.steps) - now.prefilled,
    }
    context |= _asked(evidence, now, question, note) if question else _ended(evidence, now)
    return TemplateResponse(request, "admin/tickets/ticket/walk.html", context, status=422 if fault else 200)


def _asked(evidence: Evidence, now: Standing, question: Question, note: str | None) -> dict[str, Any]:
    before = now.before(question.key)
    return {
        "number": now.number(question.key),
        "left": now.left_after(question.key),
        "back": _address(evidence, before) if before else "",
        "hint": question.text("hint"),
        "test": _steps_html(question.text("test")),
        "paths": question.text("path"),
        "ahead": question.key in now.prefilled,
        "note": now.note(question.key) if note is None else note,
        "most": NOTE,
        "keys": _keys(question, now.given.get(question.key, "")),
    }


def _keys(question: Question, given: str) -> Sequence[Key]:
    return [
        Key(a.key, number, a.text("text"), a.text("more"), a.key == given)
        for number, a in enumerate(question.answers.all(), 1)
    ]


def _steps_html(markdown: str) -> SafeString | str:
    """A test's steps; as written where they cannot be rendered."""
    if not markdown.strip():
        return ""
    with suppress(MarkupError):
        return mark_safe(preview(markdown, language=(get_language() or "ja")[:2]))
    return markdown


def _ended(evidence: Evidence, now: Standing) -> dict[str, Any]:
    """The outcome; nothing for a client's walk that has none yet."""
    outcome, ticket = now.walk.outcome, evidence.ticket
    if outcome is None:
        return {}
    open_ = Status(ticket.status) not in DONE
    return {
        "end": shown(now.walk),
        "cause": outcome.cause,
        "suspect": open_ and ticket.suspected_cause_id != outcome.cause_id,
        "suspected": open_ and ticket.suspected_cause_id == outcome.cause_id,
        "back": _address(evidence, now.place.answered[-1]) if now.walk.by_id else "",
    }


def walked_words(walked: Walked) -> str:
    """One line for the thread."""
    words = gettext("Checklist walked: %(title)s → %(cause)s") % {
        "title": walked.title,
        "cause": walked.cause or "–",
    }
    return gettext("%(words)s (%(who)s)") % {"words": words, "who": walked.who} if walked.who else words


def with_article(request: HttpRequest, ticket: Ticket, form: TalkForm) -> TalkForm:
    """The reply with the article of an outcome in it already (`?insert=` its number), as a button does."""
    wanted = request.GET.get("insert", "")
    if not (wanted.isdecimal() and len(wanted) < 10):
        return form
    with override(ticket.language):
        found = rows.of_articles(Article.objects.public().for_display().filter(pk=int(wanted)))
    for row in found:
        form.initial["body"] = f"{row.title}\n{settings.SITE_URL.rstrip('/')}{row.url}\n"
        form.initial["articles"] = [str(row.article_id)]
    return form
