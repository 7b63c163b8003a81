"""Filing a request: four pages, each a plain form that is posted, kept and followed by the next."""

import time
from collections.abc import Mapping
from typing import NamedTuple

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext, pgettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from django_stubs_ext import StrPromise

from faq.models import Article, Lookup, Walk
from faq.models.base import SYMPTOMS
from faq.services.lookup import unsign
from faq.services.suggest import Suggestion, suggest
from faq.services.visit import visit_of
from faq.services.walk import walks_by_token
from mailsupport.lib.limits import address_of, allowed
from tickets.forms import StepForm, WhatForm, WhenForm, WhoForm
from tickets.models import Draft, Ticket
from tickets.rules.domains import domain_of, same_domain
from tickets.rules.secrets import suspects
from tickets.services import drafts, files, opening
from tickets.services.brought import brought_by
from tickets.services.errors import UploadRefused

SUGGESTIONS = 3


class Stage(NamedTuple):
    """One of the pages with questions."""

    form: type[StepForm]
    number: int
    name: StrPromise
    heading: StrPromise
    following: str


STAGES: Mapping[str, Stage] = {
    "what": Stage(WhatForm, 1, _("What happens"), _("What is the trouble?"), "when"),
    "when": Stage(WhenForm, 2, _("The situation"), _("Since when, and which address?"), "who"),
    "who": Stage(WhoForm, 3, _("How to reach you"), _("How can we reach you?"), "check"),
}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, step: str = "what") -> HttpResponse:
    """One step: shown with what is known, kept whatever is posted, and on when it is right."""
    if step not in STAGES:
        raise Http404
    draft = _draft(request)
    if request.method == "POST":
        return _keep(request, step, draft)
    if draft is None or draft.ticket_id:
        return _fresh(request, step)
    known = _arrival(request) if step == "what" else _known(step, draft)
    return _page(request, step, draft, _form(step, draft.data, bound=False, known=known))


def _fresh(request: HttpRequest, step: str) -> HttpResponse:
    if step != "what":
        return redirect("tickets:new")
    request.session.pop("draft", None)
    return _page(request, step, None, _form(step, {}, bound=False, known=_arrival(request)))


def _keep(request: HttpRequest, step: str, draft: Draft | None) -> HttpResponse:
    """Keep first, judge afterwards: an error never costs a word or a file."""
    if draft is not None and draft.ticket is not None:
        if request.POST.get("draft"):
            return _to_ticket(draft.ticket)
        # A fresh form while the session still remembers the request sent before.
        draft = None
    if draft is None and not allowed("drafts", address_of(request), most=_per_hour() * 6, seconds=3600):
        return render(request, "429.html", status=429)
    draft = draft or drafts.start(key="", language=get_language() or "ja")
    request.session["draft"] = draft.key
    drafts.bring(draft=draft, visit=_arrival_visit(request))
    draft = drafts.save_step(draft=draft, answers=STAGES[step].form.typed(request.POST))
    if request.headers.get("HX-Request"):
        # While typing: the words are kept, the answer is what may fit them.
        return render(request, "tickets/_suggest.html", {"hits": _hits(draft)})
    form = _form(step, draft.data, bound=True, known={})
    refused = _take_files(request, draft)
    if remove := request.POST.get("remove"):
        for attachment in draft.attachments.filter(key=remove.replace("\x00", "")):
            files.discard(attachment=attachment)
        return redirect(_address(step))
    if refused:
        form.add_error("photos", refused)
    if form.is_valid() and not refused:
        return redirect(_address(STAGES[step].following))
    return _page(request, step, draft, form)


def _form(step: str, data: Mapping[str, str], *, bound: bool, known: Mapping[str, str]) -> StepForm:
    kind = STAGES[step].form
    mine = {name: data.get(name, "") for name in kind.kept}
    affected = data.get("affected_address", "")
    if bound:
        return kind(mine, affected=affected)
    return kind(
        initial={**known, **{name: value for name, value in mine.items() if value}}, affected=affected
    )


def _page(request: HttpRequest, step: str, draft: Draft | None, form: StepForm) -> HttpResponse:
    stage = STAGES[step]
    before = next((name for name, other in STAGES.items() if other.following == step), "")
    context = {
        "form": form,
        "heading": stage.heading,
        "name": stage.name,
        "number": stage.number,
        "back": _address(before) if before else "",
        "sealed": drafts.sealed(draft.key) if draft else "",
        "files": list(draft.attachments.all()) if draft and step == "when" else [],
        "hits": _hits(draft) if draft and step == "when" else [],
    }
    return render(request, "tickets/step.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """Everything once more, then send: a second press or a reload gives the same receipt."""
    draft = _draft(request)
    if draft is None:
        return redirect("tickets:new")
    if draft.ticket is not None:
        return _to_ticket(draft.ticket)
    if wrong := next((name for name in STAGES if not _complete(name, draft)), ""):
        return redirect(_address(wrong))
    if request.method != "POST":
        return _check_page(request, draft)
    age = time.time() - draft.created.timestamp()
    if request.POST.get("remark") or age < settings.FORM_SECONDS:
        return _check_page(request, draft, again=True)
    if opening.too_many(address=address_of(request)):
        return render(request, "429.html", status=429)
    opened = opening.file_draft(draft=draft, user_agent=request.META.get("HTTP_USER_AGENT", ""))
    return redirect(reverse("tickets:ticket", args=[opened.link.token]) + "?new=1")


def _check_page(request: HttpRequest, draft: Draft, *, again: bool = False) -> HttpResponse:
    data = draft.data
    email, affected = data.get("email", ""), data.get("affected_address", "")
    context = {
        "rows": _rows(draft),
        "brought": _brought(draft),
        "hits": _hits(draft),
        "affected": domain_of(email) if same_domain(email, affected) else "",
        "secret": bool(suspects(f"{data.get('words', '')}\n{data.get('error_text', '')}")),
        "again": again,
        "back": _address("who"),
        "sealed": drafts.sealed(draft.key),
    }
    return render(request, "tickets/check.html", context)


def _complete(step: str, draft: Draft) -> bool:
    return _form(step, draft.data, bound=True, known={}).is_valid()


def _rows(draft: Draft) -> list[dict[str, object]]:
    """Every answer with its words and the address where it is changed."""
    rows: list[dict[str, object]] = []
    for name, stage in STAGES.items():
        for key, field in stage.form.base_fields.items():
            if key not in stage.form.kept or key == "page_only":
                continue
            value = draft.data.get(key, "")
            shown = dict(getattr(field, "choices", ())).get(value, value)
            rows.append({"label": field.label, "value": str(shown), "url": _address(name)})
        if name == "when":
            names = "\n".join(file.name for file in draft.attachments.all())
            rows.append({"label": gettext("Photos or files"), "value": names, "url": _address(name)})
    return rows


def _brought(draft: Draft) -> list[tuple[str, str]]:
    """What comes along, as (icon, words)."""
    visit = draft.visit
    searches = Lookup.objects.filter(pk__in=visit.get("lookups", [])).order_by("pk")
    articles = Article.objects.public().filter(key__in=visit.get("articles", [])).for_display()
    return [
        *(("search", gettext("You searched: %s") % lookup.text) for lookup in searches),
        *([("list", gettext("Your answers to our questions"))] if brought_by(visit).sent else []),
        *(("mail", gettext("You have read: %s") % article.title) for article in articles),
    ]


def _hits(draft: Draft) -> list[Suggestion]:
    words, symptom = draft.data.get("words", ""), draft.data.get("symptom", "")
    return suggest(words, language=get_language() or "ja", symptom=symptom, limit=SUGGESTIONS)


def _take_files(request: HttpRequest, draft: Draft) -> str:
    """Keep the files that can be kept; the words for those that cannot, "" where all could."""
    refusals: list[str] = []
    for file in request.FILES.getlist("photos"):
        try:
            files.store(upload=file, draft=draft)
        except UploadRefused as refused:
            refusals.append(f"{file.name}{pgettext('after a label', ': ')}{refused}")
    return " ".join(refusals)


def _arrival(request: HttpRequest) -> dict[str, str]:
    """What is known on the first page: the symptom, and the words last searched for."""
    walk = next(iter(reversed(_walks(request))), None)
    asked = walk.version.checklist.symptom if walk else request.GET.get("symptom", "")
    words = request.GET.get("q", "").replace("\x00", "")[:500]
    if not words and (trail := _trail(request)):
        words = Lookup.objects.filter(pk=trail[-1]).values_list("text", flat=True).first() or ""
    return {"symptom": asked if asked in {str(key) for key, _words in SYMPTOMS} else "", "words": words}


def _arrival_visit(request: HttpRequest) -> dict[str, object]:
    """What comes along with the request: the walk, the articles, the searches of this visit."""
    article = request.GET.get("article", "").replace("\x00", "")[:50]
    articles = [*visit_of(request.session).articles, *([article] if article else [])]
    came = [walk.pk for walk in _walks(request)]
    return {"walks": came, "articles": articles, "lookups": list(_trail(request))}


def _trail(request: HttpRequest) -> tuple[int, ...]:
    return tuple(dict.fromkeys((*visit_of(request.session).lookups, *unsign(request.GET.get("l", "")))))


def _walks(request: HttpRequest) -> list[Walk]:
    """Those of this visit, and last the one that the client comes from."""
    named = request.GET.get("walk", "").replace("\x00", "")
    tokens = [token for token in (*visit_of(request.session).walks, named) if token]
    if not tokens:
        return []
    return sorted(walks_by_token(tokens), key=lambda walk: (walk.token == named, walk.last_step))


def _known(step: str, draft: Draft) -> dict[str, str]:
    """What the checklist has asked already is not asked again: it stands there, to be changed."""
    return brought_by(draft.visit).known.to_json() if step == "when" else {}


def _draft(request: HttpRequest) -> Draft | None:
    """The draft that the form names, else the one of this session."""
    key = drafts.unsealed(request.POST.get("draft", "")) or str(request.session.get("draft", ""))
    return drafts.current(key=key)


def _per_hour() -> int:
    return int(settings.TICKETS_PER_HOUR)


def _address(step: str) -> str:
    return reverse("tickets:new") if step == "what" else reverse("tickets:step", args=[step])


def _to_ticket(ticket: Ticket) -> HttpResponseRedirect:
    """The page of the request: only who filed it gets here, because the draft's key is theirs."""
    link = ticket.links.filter(revoked=None).order_by("pk").first()
    if link is None:
        return HttpResponseRedirect(reverse("tickets:find"))
    return HttpResponseRedirect(reverse("tickets:ticket", args=[link.token]))
