"""A question with its answers, and an outcome: written on a draft, read everywhere else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.models import LogEntry
from django.contrib.admin.options import get_content_type_for_model
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from faq.admin.checklist.differences import Fault, differences, places_of
from faq.admin.checklist.forms import Sheet, offered
from faq.admin.checklist.rights import may_write, require_writer
from faq.admin.checklist.typed import (
    ANSWER_TEXTS,
    MOST,
    ROWS,
    Row,
    Typed,
    is_empty,
    keep_known,
    merge,
    prefix,
    read_typed,
    signed,
    typed_of,
    unsigned,
)
from faq.admin.checklist.wording import context_of, home_of
from faq.models import Outcome, Question, Version
from faq.rules.compare import Place
from faq.rules.content import ChecklistFile, OutcomeRow, QuestionRow
from faq.services import editing
from faq.services.draft import Elsewhere, Gone, Made, NotADraft, Stale, row_of, stamp, ways_to
from faq.services.faults import Names, check
from mailsupport.lib.admin import ReadOnly

LONGEST = 19
"""Digits of a number that every database takes are fewer than these."""


class Part(ReadOnly, admin.ModelAdmin[Any]):
    """A part of a version, without an entry on the home page."""

    place: ClassVar[Place]
    words: ClassVar[Mapping[str, Any]]

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Reached from its version."""
        return False

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The form where the version is a draft and the reader an editor, else the texts."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            require_writer(request)
        part = self._part(object_id)
        try:
            return self._post(request, part) if request.method == "POST" else self._get(request, part)
        except (Gone, Version.DoesNotExist) as gone:
            # Taken away between two statements.
            if request.method != "POST":
                raise Http404 from gone
            return self._lost(request, None, read_typed(request.POST, self.place))

    def _get(self, request: HttpRequest, part: Any) -> HttpResponse:
        if part is None:
            raise Http404
        version, file = part.version, editing.read(part.version)
        typed = typed_of(row_of(file, self.place, part.key))
        if version.status != Version.Status.DRAFT or not may_write(request):
            return self._read(request, version, file, part.key, typed)
        return self._form(request, part, file, typed)

    def _part(self, object_id: str) -> Any:
        """The question or outcome with its version; None where there is none. One statement."""
        known = object_id.isascii() and object_id.isdigit() and len(object_id) < LONGEST
        rows = self.model._default_manager.select_related("version__checklist")
        return rows.filter(pk=int(object_id)).first() if known else None

    def _post(self, request: HttpRequest, part: Any) -> HttpResponse:
        typed = read_typed(request.POST, self.place)
        if part is None or part.version.status != Version.Status.DRAFT:
            return self._lost(request, part, typed)
        if arranged := arrange(request, typed):
            return self._form(request, part, editing.read(part.version), arranged)
        file = editing.read(part.version)
        now = row_of(file, self.place, part.key)
        # Before the keys of answers are looked at: those that are gone belong to what was seen.
        was = unsigned(request.POST.get("seen", ""), self.place)
        if was is None or stamp(was) != stamp(now):
            return self._stale(request, part, file, typed, was)
        keep_known(typed, now)
        sheet = self._sheet(file, part.key, typed, bound=True)
        if not sheet.is_valid():
            return self._form(request, part, file, typed, sheet=sheet, status=422)
        return self._save(request, part, typed, sheet.row(), was)

    def _save(self, request: HttpRequest, part: Any, typed: Typed, row: Row, was: Row) -> HttpResponse:
        """Between reading and writing somebody else may have come."""
        try:
            made = self.write(part.version, row, stamp(was), request.user)
        except Stale:
            return self._stale(request, part, editing.read(part.version), typed, was)
        except (Gone, NotADraft):
            return self._lost(request, self._part(str(part.pk)), typed)
        except Elsewhere:
            file = editing.read(part.version)
            sheet = self._sheet(file, part.key, typed, bound=True)
            return self._form(request, part, file, typed, sheet=sheet, status=422)
        self.log_change(request, part, [])
        return self._saved(request, part, made)

    def write(self, version: Version, row: Row, seen: str, by: Any) -> Sequence[Made]:
        """The verb."""
        raise NotImplementedError

    def _saved(self, request: HttpRequest, part: Any, made: Sequence[Made]) -> HttpResponse:
        file, places = editing.read(part.version), places_of(part.version)
        messages.success(request, self.words["saved"])
        if made:
            names = Names(file)
            links = [(places[m.place, m.key], name_of(names, m.place, m.key)) for m in made]
            words = format_html_join(" ", '<a href="{}">{}</a>', links)
            messages.success(request, format_html(gettext("Made and still empty: {}"), words))
        if "_back" in request.POST:
            return HttpResponseRedirect(home_of(part.version))
        keys = [row.key for row in self.rows(file)]
        after = keys[keys.index(part.key) + 1 :] if part.key in keys else []
        if "_next" in request.POST and after:
            return HttpResponseRedirect(places[self.place, after[0]])
        return HttpResponseRedirect(request.path)

    def rows(self, file: ChecklistFile) -> Sequence[Row]:
        """Those of this kind, in order."""
        return file.questions if self.place is Place.QUESTION else file.outcomes

    def _sheet(self, file: ChecklistFile, key: str, typed: Typed, *, bound: bool) -> Sheet:
        saved = next((row for row in file.questions if row.key == key), None)
        fact = saved.fact if saved and self.place is Place.QUESTION else ""
        return Sheet(typed, self.place, key, offered(file, self.place, key), bound=bound, fact_before=fact)

    def _stale(
        self, request: HttpRequest, part: Any, file: ChecklistFile, typed: Typed, was: Row | None
    ) -> HttpResponse:
        """A colleague saved meanwhile: both are shown together, and saving again is a decision."""
        now = row_of(file, self.place, part.key)
        merge(typed, was, now)
        places = places_of(part.version)
        told = differences(with_row(file, was), file, places) if was else []
        log = LogEntry.objects.filter(
            content_type=get_content_type_for_model(part), object_id=str(part.pk)
        ).select_related("user")
        last = log.order_by("-pk").first()
        stale = {"differences": told, "last": last}
        return self._form(request, part, file, typed, stale=stale, status=409)

    def _lost(self, request: HttpRequest, part: Any, typed: Typed) -> HttpResponse:
        """Published, removed or thrown away meanwhile: what was typed is shown, to be copied."""
        version = part.version if part else version_posted(request)
        if version is None:
            messages.warning(request, self.words["gone"])
            return HttpResponseRedirect(reverse("admin:faq_checklist_changelist"))
        file = editing.read(version)
        key = part.key if part else ""
        return self._read(request, version, file, key, typed, lost=True, gone=part is None, status=409)

    def _read(
        self,
        request: HttpRequest,
        version: Version,
        file: ChecklistFile,
        key: str,
        typed: Typed,
        *,
        lost: bool = False,
        gone: bool = False,
        status: int = 200,
    ) -> HttpResponse:
        sheet = self._sheet(file, key, typed, bound=False)
        context = self._context(request, version, file, key) | {
            "groups": sheet.told(),
            "lost": lost,
            "gone": gone,
            "draft": version.status == Version.Status.DRAFT,
        }
        return TemplateResponse(request, "admin/faq/question/read.html", context, status=status)

    def _form(
        self,
        request: HttpRequest,
        part: Any,
        file: ChecklistFile,
        typed: Typed,
        *,
        sheet: Sheet | None = None,
        stale: dict[str, Any] | None = None,
        status: int = 200,
    ) -> HttpResponse:
        now = row_of(file, self.place, part.key)
        carried = "" if stale else request.POST.get("seen", "")
        if sheet is None:
            if self.place is Place.QUESTION and not any(map(is_empty, typed.answers)):
                typed.answers.append(empty_answer())
            sheet = self._sheet(file, part.key, typed, bound=False)
        context = self._context(request, part.version, file, part.key, typed) | {
            "sheet": sheet,
            "errors": sheet.faults() if sheet.form.is_bound else [],
            "seen": carried or signed(now),
            "stale": stale or {},
            "rows": ROWS,
            "full": len(sheet.answers) >= MOST,
        }
        name = "question" if self.place is Place.QUESTION else "outcome"
        return TemplateResponse(request, f"admin/faq/{name}/change_form.html", context, status=status)

    def _context(
        self,
        request: HttpRequest,
        version: Version,
        file: ChecklistFile,
        key: str,
        typed: Typed | None = None,
    ) -> dict[str, Any]:
        names, places = Names(file), places_of(version)
        keys = [row.key for row in self.rows(file)]
        here = keys.index(key) if key in keys else -1
        beside = [keys[n] if here >= 0 and 0 <= n < len(keys) else "" for n in (here - 1, here + 1)]
        heading = name_of(names, self.place, key) if key in keys else str(self.words["one"])
        faults, warnings = self._faults(file, key, typed)
        return context_of(self, request, version, heading) | {
            "heading": heading,
            "faults": faults,
            "warnings": warnings,
            "beside": [(places[self.place, k], name_of(names, self.place, k)) if k else () for k in beside],
            "try_url": try_url(version, file, self.place, key),
            "ways": ways_in(file, names, places, self.place, key),
            "words": self.words,
        }

    def _faults(self, file: ChecklistFile, key: str, typed: Typed | None) -> tuple[list[Fault], list[Fault]]:
        """Those of this question or outcome; what concerns an answer of the form leads to it."""
        checked = check(file)
        answers = typed.answers if typed else []
        targets = {answer["key"]: f"#{prefix(number)}" for number, answer in enumerate(answers, 1)}
        faults, warnings = (
            [
                Fault(mark.words, targets.get(mark.answer, "") if mark.answer else "")
                for mark in marks
                if mark.place is self.place and mark.key == key
            ]
            for marks in (checked.problems, checked.warnings)
        )
        return faults, warnings


def arrange(request: HttpRequest, typed: Typed) -> Typed | None:
    """Buttons that change the form and save nothing: one more answer, one place up or down, new values."""
    move, _colon, way = request.POST.get("_move", "").partition(":")
    if "_add" in request.POST:
        typed.answers += [empty_answer()] if len(typed.answers) < MOST else []
        return typed
    if move.isascii() and move.isdigit() and 1 <= int(move[:4]) <= len(typed.answers):
        numbers = list(map(str, range(len(typed.answers))))
        order = editing.moved(numbers, str(int(move[:4]) - 1), up=way == "up")
        typed.answers = [typed.answers[int(number)] for number in order]
    return typed if {"_move", "_values"} & set(request.POST) else None


def empty_answer() -> dict[str, str]:
    """A row to write a new answer into."""
    return dict.fromkeys(ANSWER_TEXTS, "")


def version_posted(request: HttpRequest) -> Version | None:
    """Of a form whose question is gone; where the draft is gone as well, the newest one of its checklist."""
    numbers = [request.POST.get(name, "") for name in ("version", "checklist")]
    version, checklist = (int(n) if n.isascii() and n.isdigit() and len(n) < LONGEST else 0 for n in numbers)
    rows = Version.objects.select_related("checklist")
    return rows.filter(pk=version).first() or rows.filter(checklist=checklist).first()


def name_of(names: Names, place: Place, key: str) -> str:
    """3「…」 or 「…」."""
    return names.question(key) if place is Place.QUESTION else names.outcome(key)


def with_row(file: ChecklistFile, was: Row) -> ChecklistFile:
    """The checklist with one row as it was."""
    if isinstance(was, OutcomeRow):
        return replace(file, outcomes=tuple(was if o.key == was.key else o for o in file.outcomes))
    return replace(file, questions=tuple(was if q.key == was.key else q for q in file.questions))


def ways_in(
    file: ChecklistFile, names: Names, places: Mapping[tuple[Place, str], str], place: Place, key: str
) -> list[tuple[str, str]]:
    """Answers that lead here, as links to their questions."""
    words = gettext("%(question)s, answer %(answer)s")
    return [
        (
            places[Place.QUESTION, question],
            words % {"question": names.question(question), "answer": names.answer(question, answer.key)},
        )
        for question, answer in ways_to(file, place).get(key, [])
    ]


def try_url(version: Version, file: ChecklistFile, place: Place, key: str) -> str:
    """The try-out with the answers given that lead here by the shortest way."""
    given: dict[tuple[Place, str], tuple[str, ...]] = {(Place.QUESTION, file.first): ()}
    rows, waiting = {row.key: row for row in file.questions}, [file.first]
    for here in waiting:
        row = rows.get(here)
        for answer in row.answers if row else ():
            step = (*given[Place.QUESTION, here], f"{here}:{answer.key}")
            if answer.to and (Place.QUESTION, answer.to) not in given:
                given[Place.QUESTION, answer.to] = step
                waiting.append(answer.to)
            if answer.outcome:
                given.setdefault((Place.OUTCOME, answer.outcome), step)
    address = reverse("admin:faq_version_try", args=[version.pk])
    query = urlencode([("given", step) for step in given.get((place, key), ())])
    return f"{address}?{query}" if query else address


@admin.register(Question)
class QuestionAdmin(Part):
    """One question a page."""

    place = Place.QUESTION
    words: ClassVar[Mapping[str, Any]] = {
        "one": _("Question"),
        "saved": _("The question is saved."),
        "gone": _("This question is not there any more. Nothing was saved."),
        "before": _("The question before"),
        "after": _("The next question"),
        "save_next": _("Save and go to the next question"),
        "ways": _("Answers that lead to this question"),
    }
    list_display = ["text_ja", "version"]
    list_select_related = ["version__checklist"]
    search_fields = ["text_ja", "text_en"]

    def write(self, version: Version, row: Row, seen: str, by: Any) -> Sequence[Made]:
        """With what its answers made."""
        assert isinstance(row, QuestionRow)  # noqa: S101  # of the form of a question
        return editing.save_question(version=version, row=row, seen=seen, by=by)


@admin.register(Outcome)
class OutcomeAdmin(Part):
    """Where a walk ends."""

    place = Place.OUTCOME
    words: ClassVar[Mapping[str, Any]] = {
        "one": _("Outcome"),
        "saved": _("The outcome is saved."),
        "gone": _("This outcome is not there any more. Nothing was saved."),
        "before": _("The outcome before"),
        "after": _("The next outcome"),
        "save_next": _("Save and go to the next outcome"),
        "ways": _("Answers that lead to this outcome"),
    }
    list_display = ["title_ja", "cause", "version"]
    list_select_related = ["version__checklist", "cause"]
    search_fields = ["title_ja", "title_en"]

    def write(self, version: Version, row: Row, seen: str, by: Any) -> Sequence[Made]:
        """Makes nothing else."""
        assert isinstance(row, OutcomeRow)  # noqa: S101  # of the form of an outcome
        editing.save_outcome(version=version, row=row, seen=seen, by=by)
        return ()
