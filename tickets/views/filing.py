"""Filing a request: pages with questions, each a plain form that is posted, kept and followed by the next."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Exists, OuterRef, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language, pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from faq.models import Lookup, Walk
from faq.models.base import SYMPTOMS
from faq.services.lookup import follow
from faq.services.visit import visit_of
from faq.services.walk import walks_by_token
from mailsupport.lib.limits import address_of, allowed
from tickets.forms import StepForm
from tickets.models import Draft, Evidence
from tickets.services import drafts, files
from tickets.services.errors import UploadRefused
from tickets.views.checking import current_draft, hits_of, to_ticket
from tickets.views.stages import STAGES, Told, address_of_step, target

FRESH: Final = timedelta(hours=24)
"""What was searched and walked before that says nothing about the trouble of now."""


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, step: str = "what") -> HttpResponse:
    """One step: shown with what is known, kept whatever is posted, and on when it is right."""
    if step not in STAGES:
        raise Http404
    follow(request.session, request.GET.get("l", ""))
    draft = current_draft(request)
    if request.method == "POST":
        return _keep(request, step, draft)
    if draft is None or draft.ticket_id:
        return _fresh(request, step)
    told = Told.of(draft, drafts.joined(draft.visit, _visit(request)))
    if _comes_back(request, draft) and all(map(told.is_complete, STAGES)):
        return redirect("tickets:check")
    if "missing" in request.GET:
        return _page(request, step, draft, told, told.form(step, bound=True), told.not_asked(step))
    return _ask(request, step, draft, told)


def _fresh(request: HttpRequest, step: str) -> HttpResponse:
    if step != "what":
        return redirect("tickets:new")
    request.session.pop("draft", None)
    return _ask(request, step, None, Told.of(None, _visit(request)))


def _comes_back(request: HttpRequest, draft: Draft) -> bool:
    """From a checklist that the request holds already, where answers were changed; not by the browser's
    Back."""
    came = _named(request, _walks(request))
    return came is not None and came.pk in draft.visit.get("walks", []) and came.last_step > draft.updated


def _ask(request: HttpRequest, step: str, draft: Draft | None, told: Told) -> HttpResponse:
    offered = _offered(request) if step == "what" else {}
    change = _change(request, offered.get("symptom", ""), told)
    form = told.form(step, bound=False, change=change, **offered)
    return _page(request, step, draft, told, form, told.not_asked(step, change))


def _keep(request: HttpRequest, step: str, draft: Draft | None) -> HttpResponse:
    """Keep first, judge afterwards: an error never costs a word or a file."""
    if draft is not None and draft.ticket is not None:
        if request.POST.get("draft"):
            return to_ticket(draft.ticket)
        # A fresh form while the session still remembers the request sent before.
        draft = None
    if draft is None and not allowed("drafts", address_of(request), most=_per_hour() * 6, seconds=3600):
        return render(request, "429.html", status=429)
    draft = draft or drafts.start(key="", language=get_language() or "ja")
    request.session["draft"] = draft.key
    draft = drafts.bring(draft=draft, visit=_visit(request))
    told = Told.of(draft)
    # What the page did not ask is not answered by its form.
    without = [name for name in told.not_asked(step, _change(request, "", told)) if name not in request.POST]
    draft = drafts.save_step(draft=draft, answers=STAGES[step].form.typed(request.POST, without))
    told = told.typing(draft.data)
    if request.headers.get("HX-Request"):
        # While typing: the words are kept, the answer is what may fit them.
        return render(request, "tickets/_suggest.html", {"hits": hits_of(told)})
    return _judge(request, step, draft, told, without)


def _judge(request: HttpRequest, step: str, draft: Draft, told: Told, without: list[str]) -> HttpResponse:
    """On to the next page, or the same one with what is wrong or wanted."""
    refused = _take_files(request, draft)
    if remove := request.POST.get("remove"):
        for attachment in draft.attachments.filter(key=remove.replace("\x00", "")):
            files.discard(attachment=attachment)
        return redirect(address_of_step(step))
    if (change := request.POST.get("change", "")) in without:
        return redirect(f"{address_of_step(step)}?{_query(request, change)}#{target(step, change)}")
    asked = [name for name in STAGES[step].form.kept if name not in without]
    form = told.form(step, bound=True, change=asked)
    if refused:
        form.add_error("photos", refused)
    if form.is_valid() and not refused:
        return redirect(address_of_step(STAGES[step].following))
    return _page(request, step, draft, told, form, without)


def _page(
    request: HttpRequest,
    step: str,
    draft: Draft | None,
    told: Told,
    form: StepForm,
    known: list[str],
) -> HttpResponse:
    stage = STAGES[step]
    before = next((name for name, other in STAGES.items() if other.following == step), "")
    context = {
        "form": form,
        "heading": stage.heading,
        "name": stage.name,
        "number": stage.number,
        "known": told.rows(step, known),
        "walked": told.brought.sent if step == "what" else [],
        "back": address_of_step(before) if before else "",
        "sealed": drafts.sealed(draft.key) if draft else "",
        "files": list(draft.attachments.all()) if draft and step == "when" else [],
        "hits": hits_of(told) if draft and step == "when" else [],
    }
    return render(request, "tickets/step.html", context)


def _change(request: HttpRequest, asked: str, told: Told) -> Collection[str]:
    """Answers that the client wants to see as questions again. Who comes with another symptom has chosen."""
    other = asked and asked != told.known.get("symptom")
    return [*request.GET.getlist("change"), *(["symptom"] if other else [])]


def _query(request: HttpRequest, change: str) -> str:
    """The page's own address with one more answer to change."""
    return urlencode({**request.GET.dict(), "change": [*request.GET.getlist("change"), change]}, doseq=True)


def _take_files(request: HttpRequest, draft: Draft) -> str:
    """Keep the files that can be kept; the words for those that cannot, "" where all could."""
    refusals: list[str] = []
    for file in request.FILES.getlist("photos"):
        try:
            files.store(upload=file, draft=draft)
        except UploadRefused as refused:
            refusals.append(f"{file.name}{pgettext('after a label', ': ')}{refused}")
    return " ".join(refusals)


def _offered(request: HttpRequest) -> dict[str, str]:
    """To begin the first page with: the symptom, and the words last searched for."""
    came = _named(request, found := _walks(request)) or next(iter(reversed(found)), None)
    asked = request.GET.get("symptom", "") or (came.version.checklist.symptom if came else "")
    words = request.GET.get("q", "").replace("\x00", "")[:500]
    if not words and (trail := visit_of(request.session).lookups):
        searched = Lookup.objects.filter(pk=trail[-1], created__gte=timezone.now() - FRESH)
        words = searched.values_list("text", flat=True).first() or ""
    return {"symptom": asked if asked in {str(key) for key, _words in SYMPTOMS} else "", "words": words}


def _visit(request: HttpRequest) -> dict[str, list[Any]]:
    """What comes along with the request: walks, articles, searches of this visit."""
    here = visit_of(request.session)
    article = request.GET.get("article", "").replace("\x00", "")[:50]
    articles = [*here.articles, *([article] if article else [])]
    walks = [walk.pk for walk in _walks(request)]
    return {"walks": walks, "articles": articles, "lookups": list(here.lookups)}


def _walks(request: HttpRequest) -> list[Walk]:
    """Those of this visit, and last the one that the client comes from."""
    named = _token(request)
    tokens = [token for token in (*visit_of(request.session).walks, named) if token]
    if not tokens:
        return []
    # Unless they come from it: what was filed, has helped or is of another day is about another trouble.
    is_open = ~Q(helped=True) & Q(last_step__gte=timezone.now() - FRESH)
    unfiled = ~Exists(Evidence.objects.filter(walk=OuterRef("pk")))
    found = walks_by_token(tokens).filter(Q(token=named) | (is_open & Q(unfiled)))
    return sorted(found, key=lambda walk: (walk.token == named, walk.last_step))


def _named(request: HttpRequest, walks: list[Walk]) -> Walk | None:
    """The one that the client comes from."""
    return next((walk for walk in walks if walk.token == _token(request)), None)


def _token(request: HttpRequest) -> str:
    return request.GET.get("walk", "").replace("\x00", "")


def _per_hour() -> int:
    return int(settings.TICKETS_PER_HOUR)
