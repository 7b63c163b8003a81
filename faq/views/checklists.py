"""Checklists: the list, the page before the first question, and the walk, one question a page."""

from contextlib import suppress
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from faq.forms import QuestionForm
from faq.models import Checklist, Question, Walk
from faq.models.base import Audience
from faq.rules.facts import Facts
from faq.rules.words import clean
from faq.services import ahead, lookup, visit
from faq.services import walk as walks
from faq.services.home import icon_of
from faq.services.offer import CARRIED, address_of
from faq.services.outcome import prose, shown
from faq.services.resume import unfinished
from faq.services.walk import NotOnTheWay, Standing


@require_safe
def checklists(request: HttpRequest) -> HttpResponse:
    """All that may be walked; those begun in this visit can be gone on with."""
    begun = unfinished(_visit(request).walks)
    lists = [(one, icon_of(one.symptom), begun.get(one.pk)) for one in walks.checklists()]
    response = render(request, "faq/checklists.html", {"checklists": lists})
    if begun:
        add_never_cache_headers(response)
    return response


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def checklist(request: HttpRequest, slug: str) -> HttpResponse:
    """What it is, how long it takes, and what the client's words answer of it; POST begins a walk."""
    found = get_object_or_404(Checklist, slug=slug, audience=Audience.PUBLIC)
    version = found.published()
    if version is None:
        raise Http404
    words = _words(request)
    known = ahead.read(version, words)
    if request.method == "POST":
        return _begin(request, found, known.left(request.POST.getlist("told")))
    context = {
        "checklist": found,
        "most": walks.most_questions(version),
        "ahead": known,
        "instead": known.instead and address_of(known.instead, words=words),
        "begun": unfinished(_visit(request).walks).get(found.pk),
    }
    return render(request, "faq/checklist.html", context)


def _visit(request: HttpRequest) -> visit.Visit:
    """The visit so far. Without a cookie there is none, and a page that may be cached stays one."""
    has_one = settings.SESSION_COOKIE_NAME in request.COOKIES
    return visit.visit_of(request.session) if has_one else visit.Visit()


def _words(request: HttpRequest) -> str:
    """The client's: those that the address carries, else those of the last search."""
    if typed := clean(request.GET.get("q", ""))[:CARRIED]:
        return typed
    return lookup.words_of(
        lookup.follow(request.session, request.GET.get("l", "")) or _visit(request).lookups
    )


def _begin(request: HttpRequest, found: Checklist, known: Facts) -> HttpResponse:
    here = visit.remember_walk(request.session, "")
    begun = walks.begin(checklist=found, language=get_language(), visit=here.id, facts=known)
    visit.remember_walk(request.session, begun.token)
    return HttpResponseRedirect(_asked(begun))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def walk(request: HttpRequest, slug: str, token: str) -> HttpResponse:
    """Where the walk stands: a question (`?question=` for one answered before) or the outcome."""
    found = walks.walk_by_token(token)
    if found is None or found.version.checklist.slug != slug:
        raise Http404
    if request.method == "POST" and not request.POST.keys().isdisjoint(_BUTTONS):
        return _button(request, found)
    now = walks.standing(found)
    if request.method == "POST":
        return _answer(request, now)
    question = now.question(request.GET.get("question", ""))
    if question is None and not now.place.outcome:
        return HttpResponseRedirect(_address(found))
    # A link that changes an answer names a question alone; the way back from a test names a choice as well.
    if found.paused and question and ("question" not in request.GET or "chosen" in request.GET):
        return _paused(request, now, question)
    return _ask(request, now, question) if question else _outcome(request, now)


_BUTTONS = frozenset({"helped", "pause", "resume"})


def _button(request: HttpRequest, found: Walk) -> HttpResponse:
    """It helped; the client goes to make a test; the client is back."""
    if "helped" in request.POST and found.outcome_id:
        walks.finish(walk=found, helped=True)
    elif "helped" not in request.POST and not found.outcome_id:
        walks.pause(walk=found, paused="pause" in request.POST)
        if found.paused or _choice(request.POST):
            return HttpResponseRedirect(_address(found) + _choice(request.POST))
    return HttpResponseRedirect(_asked(found))


def _choice(said: QueryDict) -> str:
    """What was chosen but not sent yet travels in the address, which is what the client keeps."""
    question, chosen = said.get("question", ""), said.get("answer", "") or said.get("chosen", "")
    return f"?{urlencode({'question': question, 'chosen': chosen})}" if question and chosen else ""


def _paused(request: HttpRequest, now: Standing, question: Question) -> HttpResponse:
    context = {
        "walk": now.walk,
        "question": question,
        "test": prose(question.text("test")),
        "number": now.number(question.key),
        "address": request.build_absolute_uri(_address(now.walk) + _choice(request.GET)),
        "chosen": request.GET.get("chosen", ""),
        "answered": _answered(now, leave=question.key),
    }
    return render(request, "faq/paused.html", context)


def _answer(request: HttpRequest, now: Standing) -> HttpResponse:
    question = now.question(request.POST.get("question", ""))
    if question is None:
        # A page left open while the walk went on elsewhere: show where it stands.
        return HttpResponseRedirect(_address(now.walk))
    form = QuestionForm(request.POST, question=question)
    if not form.is_valid():
        return _ask(request, now, question, form)
    # Answered elsewhere in the same moment: the next page shows where the walk stands.
    with suppress(NotOnTheWay):
        walks.answer(walk=now.walk, question=question.key, answer=form.cleaned_data["answer"])
    if now.walk.outcome_id:
        # Gone on with on another device, perhaps: a request from there carries it along, too.
        visit.remember_walk(request.session, now.walk.token)
    return HttpResponseRedirect(_asked(now.walk))


def _ask(
    request: HttpRequest, now: Standing, question: Question, form: QuestionForm | None = None
) -> HttpResponse:
    number = now.number(question.key)
    chosen = request.GET.get("chosen", "")
    offered = chosen in now.script.meanings[question.key]
    given = chosen if offered else now.given.get(question.key, "")
    context = {
        "walk": now.walk,
        "question": question,
        "form": form or QuestionForm(question=question, given=given),
        "number": number,
        "ahead": question.key in now.prefilled,
        "left": now.left_after(question.key),
        "how": _how(question),
        "has_test": bool(question.test_ja),
        "back": _back(now, number),
        "answered": _answered(now, leave=question.key),
    }
    return render(request, "faq/question.html", context)


def _how(question: Question) -> str:
    """The way through menus and the test to make, between the question and its answers."""
    paths, test = question.text("path"), prose(question.text("test"))
    return render_to_string("faq/_how.html", {"paths": paths, "test": test}) if paths or test else ""


def _outcome(request: HttpRequest, now: Standing) -> HttpResponse:
    context = shown(now.walk) | {
        "walk": now.walk,
        "back": f"{_address(now.walk)}?question={now.place.answered[-1]}",
        "answered": _answered(now),
        "ask": f"{reverse('tickets:new')}?walk={now.walk.token}",
    }
    return render(request, "faq/outcome.html", context)


def _address(found: Walk) -> str:
    return reverse("faq:walk", args=[found.version.checklist.slug, found.token])


def _asked(found: Walk) -> str:
    """Where the walk stands; every question at an address of its own, else the browser's Back would show the
    same one again and again."""
    return f"{_address(found)}?question={found.question.key}" if found.question else _address(found)


def _back(now: Standing, number: int) -> str:
    if number == 1:
        return reverse("faq:checklist", args=[now.walk.version.checklist.slug])
    return f"{_address(now.walk)}?question={now.place.answered[number - 2]}"


def _answered(now: Standing, leave: str = "") -> list[dict[str, str]]:
    """Rows for templates/components/check.html."""
    address = _address(now.walk)
    ahead = gettext("From your own words")
    return [
        {
            "label": str(question),
            "value": str(answer),
            "url": f"{address}?question={question.key}",
            "more": ahead if question.key in now.prefilled else "",
        }
        for question, answer in now.answers()
        if question.key != leave
    ]
