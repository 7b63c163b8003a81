"""Statistics of the checklists, for staff: what becomes of walks, and are their causes the real ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from faq.models import Answer, Checklist, Outcome, Version
from faq.rules.words import clean
from faq.services.drawing import drawing_of, outcomes_of
from faq.services.walk import Script
from mailsupport.templatetags.staff import duration
from tickets.reports import checklists as report
from tickets.reports.checklists import Asked, Figures, Scope, Tally

PAGE = 25
ALL = "all"
WHO = {"": _("Clients and staff"), "client": _("Clients"), "staff": _("Staff on the phone")}


@dataclass(frozen=True)
class Choice:
    """What of a checklist is shown, as the address says it."""

    versions: list[Version]
    shown: Version
    version: str
    days: int
    who: str

    @property
    def scope(self) -> Scope:
        """For the reads."""
        chosen = self.versions if self.version == ALL else [self.shown]
        return Scope(tuple(row.pk for row in chosen), timezone.now(), self.days, self.who)

    @property
    def query(self) -> str:
        """To be kept in links."""
        return urlencode({"days": self.days, "version": self.version, "who": self.who})


@dataclass(frozen=True)
class AnswerRow:
    """How many gave an answer; `ahead` of them without being asked."""

    text: str
    target: str
    href: str
    count: int
    ahead: int
    unknown: bool


@dataclass(frozen=True)
class QuestionRow:
    """One question. `earlier`: the version drawn has it no more."""

    asked: Asked
    answers: list[AnswerRow]
    earlier: bool


@dataclass(frozen=True)
class OutcomeRow:
    """One outcome; without `outcome` where the version drawn has it no more. `width` is 0 to 210."""

    key: str
    title: str
    outcome: Outcome | None
    tally: Tally
    percent: int | None
    width: int


def urls(site: AdminSite) -> list[URLPattern]:
    """For the staff site, before its own."""

    def wrap(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        return site.admin_view(require_safe(view))

    return [
        path("checklists/", wrap(overview), name="checklists_overview"),
        path("checklists/<slug:slug>/", wrap(statistics), name="checklist_statistics"),
        path("checklists/<slug:slug>/differences/", wrap(differences), name="checklist_differences"),
    ]


def overview(request: HttpRequest) -> HttpResponse:
    """All checklists with their key figures."""
    _may(request)
    days = _days(request)
    rows, agreement = report.overview(timezone.now(), days)
    context = {
        "title": gettext("Checklists in figures"),
        "rows": rows,
        "agreement": agreement,
        "days": days,
        "all_days": report.DAYS,
    }
    return _page(request, "admin/checklists/overview.html", context)


def statistics(request: HttpRequest, slug: str) -> HttpResponse:
    """All figures of one checklist."""
    _may(request)
    choice = _choice(request, slug)
    if choice is None:
        return _unpublished(request, slug)
    script = Script.load(choice.shown)
    found = report.figures(choice.scope)
    context = {
        "title": choice.shown.checklist.title,
        "choice": choice,
        "figures": found,
        "median": _median(found.median),
        "drawing": drawing_of(choice.shown, address=_anchor, numbers=found.numbers, script=script),
        "questions": _questions(script, found),
        "outcomes": _outcomes(choice.shown, script, found),
        "all_days": report.DAYS,
        "all_who": WHO.items(),
    }
    return _page(request, "admin/checklists/statistics.html", context)


def differences(request: HttpRequest, slug: str) -> HttpResponse:
    """Requests where the outcome's cause was not the real one."""
    _may(request)
    if not request.user.has_perm("tickets.view_ticket"):
        raise PermissionDenied
    choice = _choice(request, slug)
    if choice is None:
        return _unpublished(request, slug)
    pages = Paginator(report.differences(choice.scope), PAGE)
    context = {
        "title": gettext("Where the cause was another one"),
        "choice": choice,
        "page": pages.get_page(clean(request.GET.get("page", ""), 9)),
        "all_days": report.DAYS,
        "all_who": WHO.items(),
    }
    return _page(request, "admin/checklists/differences.html", context)


def _may(request: HttpRequest) -> None:
    if not (request.user.has_perm("faq.view_checklist") or request.user.has_perm("faq.view_walk")):
        raise PermissionDenied


def _page(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    return TemplateResponse(
        request, template, {**admin.site.each_context(request), "subtitle": "", **context}
    )


def _unpublished(request: HttpRequest, slug: str) -> HttpResponse:
    """Of a checklist that nobody can walk yet. Raises Http404 where there is no such checklist."""
    checklist = get_object_or_404(Checklist, slug=slug)
    context = {"title": checklist.title, "checklist": checklist}
    return _page(request, "admin/checklists/unpublished.html", context)


def _days(request: HttpRequest) -> int:
    typed = request.GET.get("days", "")
    return next((days for days in report.DAYS if str(days) == typed), report.USUAL)


def _choice(request: HttpRequest, slug: str) -> Choice | None:
    """None where nothing was ever published. Raises Http404 for a version that there is not."""
    versions = report.versions_of(slug)
    if not versions:
        return None
    usual = next((row for row in versions if row.status == Version.Status.PUBLISHED), versions[0])
    typed = clean(request.GET.get("version", ""), 9)
    shown = next((row for row in versions if str(row.number) == typed), None)
    if typed not in ("", ALL) and shown is None:
        raise Http404
    who = request.GET.get("who", "")
    return Choice(
        versions=versions,
        shown=shown or usual,
        version=ALL if typed == ALL else str((shown or usual).number),
        days=_days(request),
        who=who if who in WHO else "",
    )


def _anchor(kind: str, key: str) -> str:
    """A node of the drawing leads to its row in the tables."""
    return f"#{kind}-{key}"


def _median(median: timedelta | None) -> str:
    if median is None:
        return ""
    return duration(median) if median >= timedelta(minutes=1) else gettext("under a minute")


def _questions(script: Script, found: Figures) -> list[QuestionRow]:
    """In the order of the version; then those that only other versions have."""
    rows = []
    for key, question in script.questions.items():
        asked = found.questions.get(key) or Asked(key, str(question))
        answers = [_answer(asked, answer) for answer in question.answers.all()]
        known = {answer.key for answer in question.answers.all()}
        rows.append(QuestionRow(asked, [*answers, *_earlier(asked, known)], earlier=False))
    for key, asked in found.questions.items():
        if key not in script.questions:
            rows.append(QuestionRow(asked, _earlier(asked, set()), earlier=True))
    return rows


def _answer(asked: Asked, answer: Answer) -> AnswerRow:
    target = answer.outcome or answer.next
    href = ""
    if target:
        href = _anchor("outcome" if answer.outcome else "question", target.key)
    ahead = asked.ahead[answer.key]
    return AnswerRow(
        text=str(answer),
        target=str(target or ""),
        href=href,
        count=asked.answers[answer.key] + ahead,
        ahead=ahead,
        unknown=answer.unknown,
    )


def _earlier(asked: Asked, known: set[str]) -> list[AnswerRow]:
    """Answers that the version drawn does not offer, by their keys."""
    counts = asked.answers + asked.ahead
    return [
        AnswerRow(key, "", "", count, asked.ahead[key], unknown=False)
        for key, count in sorted(counts.items())
        if key not in known
    ]


def _outcomes(version: Version, script: Script, found: Figures) -> list[OutcomeRow]:
    """The most frequent first, those that nobody came to last."""
    known = outcomes_of(version, script)
    tallies = {end.key: (end.title, end.tally) for end in found.ends}
    tallies |= {key: (str(row), Tally()) for key, row in known.items() if key not in tallies}
    most = max((tally.finished for _title, tally in tallies.values()), default=0)
    return [
        OutcomeRow(
            key=key,
            title=str(known.get(key) or title),
            outcome=known.get(key),
            tally=tally,
            percent=found.total.percent(tally.finished, found.total.finished),
            width=round(210 * tally.finished / most) if most else 0,
        )
        for key, (title, tally) in tallies.items()
    ]
