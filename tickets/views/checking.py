"""The last page of filing: everything once more, then send."""

import time

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from faq.services.suggest import Suggestion, suggest
from mailsupport.lib.limits import address_of
from tickets.models import Draft, Ticket
from tickets.rules.domains import domain_of, same_domain
from tickets.rules.secrets import suspects
from tickets.services import drafts, opening
from tickets.services.brought import Brought, Walked
from tickets.views.stages import STAGES, Row, Told, address_of_step

SUGGESTIONS = 3


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """Everything once more, then send: a second press or a reload gives the same receipt."""
    draft = current_draft(request)
    if draft is None:
        return redirect("tickets:new")
    if draft.ticket is not None:
        return to_ticket(draft.ticket)
    if request.method == "POST" and not request.POST.keys().isdisjoint(_CHOICES):
        return _choose(request, draft)
    told = Told.of(draft)
    if wrong := _incomplete(told):
        return redirect(address_of_step(wrong))
    return _send(request, draft, told) if request.method == "POST" else _page(request, draft, told)


_CHOICES = frozenset({"leave", "take"})


def _choose(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Leave a walk out, or take it in again; any other number means nothing."""
    wanted = request.POST.get("leave", "") or request.POST.get("take", "")
    if wanted in {str(one.walk.pk) for one in Told.of(draft).brought.walked}:
        draft = drafts.leave_out(draft=draft, walk=int(wanted), out="leave" in request.POST)
        if wrong := _incomplete(Told.of(draft)):
            # Those answers were all there was: what else is needed is said there.
            return redirect(address_of_step(wrong) + "?missing=1")
        return redirect(reverse("tickets:check") + f"#walk-{wanted}")
    return redirect("tickets:check")


def _incomplete(told: Told) -> str:
    """The first page where something is missing or wrong; "" for none."""
    return next((name for name in STAGES if not told.is_complete(name)), "")


def _send(request: HttpRequest, draft: Draft, told: Told) -> HttpResponse:
    age = time.time() - draft.created.timestamp()
    if request.POST.get("remark") or age < settings.FORM_SECONDS:
        return _page(request, draft, told, again=True)
    if opening.too_many(address=address_of(request)):
        return render(request, "429.html", status=429)
    draft = drafts.speak(draft=draft, language=get_language() or "ja")
    agent = request.META.get("HTTP_USER_AGENT", "")
    opened = opening.file_draft(draft=draft, user_agent=agent, visit=told.brought)
    return redirect(reverse("tickets:ticket", args=[opened.link.token]) + "?new=1")


def _page(request: HttpRequest, draft: Draft, told: Told, *, again: bool = False) -> HttpResponse:
    data = told.answers
    email, affected = data.get("email", ""), data.get("affected_address", "")
    context = {
        "rows": _rows(draft, told),
        "walks": [_walk(one) for one in reversed(told.brought.walked)],
        "brought": _brought(told.brought),
        "hits": hits_of(told),
        "affected": domain_of(email) if same_domain(email, affected) else "",
        "secret": bool(suspects(f"{data.get('words', '')}\n{data.get('error_text', '')}")),
        "again": again,
        "back": address_of_step("who"),
        "sealed": drafts.sealed(draft.key),
    }
    return render(request, "tickets/check.html", context)


def _rows(draft: Draft, told: Told) -> list[Row | dict[str, str]]:
    """Every answer with its words and the address where it is changed."""
    rows: list[Row | dict[str, str]] = []
    for name, stage in STAGES.items():
        rows += told.rows(name, [key for key in stage.form.kept if key != "page_only"])
        if name == "when":
            names = "\n".join(file.name for file in draft.attachments.all())
            rows.append({"label": gettext("Photos or files"), "value": names, "url": address_of_step(name)})
    return rows


def _walk(one: Walked) -> dict[str, object]:
    """A walk with its answers, each with the address where it is changed."""
    address = reverse("faq:walk", args=[one.walk.version.checklist.slug, one.walk.token])
    ahead = gettext("From your own words")
    rows = [
        {
            "label": str(question),
            "value": str(answer),
            "url": f"{address}?question={question.key}",
            "more": ahead if question.key in one.now.prefilled else "",
        }
        for question, answer in one.answers
    ]
    return {
        "id": one.walk.pk,
        "title": one.title,
        "at": one.walk.last_step,
        "rows": rows,
        "outcome": one.outcome,
        "sent": one.sent,
    }


def _brought(brought: Brought) -> list[tuple[str, str]]:
    """What comes along besides, as (icon, words)."""
    return [
        *(("search", gettext("You searched: %s") % lookup.text) for lookup in brought.lookups),
        *(
            ("mail", gettext("You have read: %s") % article.title)
            for article in brought.articles.for_display()
        ),
    ]


def hits_of(told: Told) -> list[Suggestion]:
    """Articles that may solve it before it is sent; not those that an outcome has shown."""
    words, symptom = told.answers.get("words", ""), told.answers.get("symptom", "")
    shown = told.brought.shown
    most = SUGGESTIONS + len(shown)
    found = suggest(words, language=get_language() or "ja", symptom=symptom, limit=most)
    return [hit for hit in found if hit.article_id not in shown][:SUGGESTIONS]


def current_draft(request: HttpRequest) -> Draft | None:
    """The draft that the form names, else the one of this session."""
    key = drafts.unsealed(request.POST.get("draft", "")) or str(request.session.get("draft", ""))
    return drafts.current(key=key)


def to_ticket(ticket: Ticket) -> HttpResponseRedirect:
    """The page of the request: only who filed it gets here, because the draft's key is theirs."""
    link = ticket.links.filter(revoked=None).order_by("pk").first()
    if link is None:
        return HttpResponseRedirect(reverse("tickets:find"))
    return HttpResponseRedirect(reverse("tickets:ticket", args=[link.token]))
