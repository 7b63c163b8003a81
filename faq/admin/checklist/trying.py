"""Trying a version out as clients will walk it: nothing is kept and nothing counted.

Where the walk stands is all in the address: `given=question:answer` for each answer, `at=question` to look at
one again. A form of the page adds `question` and `answer`, which lead to the address with one answer more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from faq.admin.checklist.rights import may_write
from faq.admin.checklist.wording import found_or_404, version_words
from faq.forms import QuestionForm
from faq.models import Question, Version
from faq.rules.graph import way_of
from faq.rules.words import clean
from faq.services.outcome import rendered, told
from faq.services.rehearse import can_be_counted, rehearse
from faq.services.walk import Standing

MOST = 50
"""Answers read from an address: far more than a walk has questions."""


def try_out(admin: ModelAdmin[Version]) -> Callable[..., HttpResponse]:
    """One question a page, then the outcome, as clients see them; all staff may look."""

    @require_safe
    def view(request: HttpRequest, pk: int) -> HttpResponse:
        if not admin.has_view_permission(request):
            raise PermissionDenied
        given = _given(request.GET)
        now = rehearse(found_or_404(pk), given)
        if "question" in request.GET:
            return _answered(request, now)
        question = _question(now, clean(request.GET.get("at", ""), 50))
        gone = [key for key, answer in given.items() if way_of(now.script.graph, key, answer) is None]
        return _ask(request, now, question, gone=len(gone)) if question else _end(request, now, len(gone))

    return view


def _given(query: QueryDict) -> dict[str, str]:
    """Answers of the address by question; whatever is no answer is passed over."""
    pairs = [clean(text, 110).partition(":") for text in query.getlist("given")[:MOST]]
    return {question: answer for question, _colon, answer in pairs if question and answer}


def _said(now: Standing) -> dict[str, str]:
    """What was answered here; what follows from that is found again each time."""
    return {key: answer for key, answer in now.given.items() if key not in now.prefilled}


def _address(now: Standing, given: Mapping[str, str], at: str = "") -> str:
    query = [*(("given", f"{key}:{answer}") for key, answer in given.items()), *([("at", at)] if at else [])]
    address = reverse("admin:faq_version_try", args=[now.script.version.pk])
    return f"{address}?{urlencode(query)}" if query else address


def _question(now: Standing, key: str) -> Question | None:
    """The question to ask; None at an end, and where the version has no first question."""
    if now.place.question not in now.script.questions and not now.place.answered:
        return None
    return now.question(key) or now.question()


def _answered(request: HttpRequest, now: Standing) -> HttpResponse:
    question = _question(now, clean(request.GET.get("question", ""), 50))
    if question is None or question.key != request.GET.get("question"):
        return HttpResponseRedirect(_address(now, _said(now)))
    form = QuestionForm(request.GET, question=question)
    if not form.is_valid():
        return _ask(request, now, question, form=form)
    return HttpResponseRedirect(_address(now, {**_said(now), question.key: form.cleaned_data["answer"]}))


def _ask(
    request: HttpRequest,
    now: Standing,
    question: Question,
    *,
    gone: int = 0,
    form: QuestionForm | None = None,
) -> HttpResponse:
    test, fault = rendered(question.text("test"))
    paths = question.text("path")
    before = now.before(question.key)
    context = _common(request, now, gone, fault) | {
        "question": question,
        "form": form or QuestionForm(question=question, given=now.given.get(question.key, "")),
        "said": [f"{key}:{answer}" for key, answer in _said(now).items() if key != question.key],
        "number": now.number(question.key),
        # Nobody knows where questions go round in a circle.
        "counted": can_be_counted(now),
        "left": now.left_after(question.key) if can_be_counted(now) else 0,
        "how": render_to_string("faq/_how.html", {"paths": paths, "test": test}) if paths or test else "",
        "has_test": bool(question.test_ja),
        "back": _address(now, _said(now), before) if before else "",
        "answered": _rows(now, leave=question.key),
        "edit": _edit(request, now, "question", question.pk),
    }
    return TemplateResponse(request, "admin/faq/version/try.html", context)


def _end(request: HttpRequest, now: Standing, gone: int) -> HttpResponse:
    """The outcome, or the place where clients would be stuck."""
    context = _common(request, now, gone) | {"answered": _rows(now), "back": ""}
    if not now.place.answered:
        return TemplateResponse(request, "admin/faq/version/try_stuck.html", context | {"stuck": ""})
    last = now.place.answered[-1]
    answer = now.script.answer(last, now.given[last])
    context["back"] = _address(now, _said(now), last)
    if answer.outcome is None:
        context |= {
            "stuck": now.script.questions[last].text("text"),
            "answer": answer.text("text"),
            "round": answer.next.text("text") if answer.next else "",
            "edit": _edit(request, now, "question", answer.question_id),
        }
        return TemplateResponse(request, "admin/faq/version/try_stuck.html", context)
    context |= told(answer.outcome) | {"edit": _edit(request, now, "outcome", answer.outcome.pk)}
    return TemplateResponse(request, "admin/faq/version/try_outcome.html", context)


def _common(request: HttpRequest, now: Standing, gone: int, fault: str = "") -> dict[str, Any]:
    """What the bar over every page needs."""
    # The script is remembered from when it was read first; its version may have been retired since.
    version = now.walk.version
    return {
        "version": version,
        "version_words": version_words(version),
        "restart": _address(now, {}) if now.place.answered else "",
        "gone": gone,
        "fault": fault,
        "edit": "",
        "form": None,
    }


def _edit(request: HttpRequest, now: Standing, name: str, pk: int) -> str:
    """Where what is on the page is written, for whoever may write it there."""
    if not may_write(request) or now.walk.version.status != Version.Status.DRAFT:
        return ""
    return reverse(f"admin:faq_{name}_change", args=[pk])


def _rows(now: Standing, leave: str = "") -> list[dict[str, str]]:
    """For templates/components/check.html."""
    ahead = gettext("From your own words")
    return [
        {
            "label": str(question),
            "value": str(answer),
            "url": _address(now, _said(now), question.key),
            "more": ahead if question.key in now.prefilled else "",
        }
        for question, answer in now.answers()
        if question.key != leave
    ]
