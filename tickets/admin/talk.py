"""The one form of the ticket page: built, sent once more, and turned into the verb its radio button names."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest

from faq.models import Article
from mailsupport.lib.names import staff_name
from tickets.admin import page
from tickets.admin.forms import TalkForm
from tickets.models import Ticket
from tickets.services import thread
from tickets.services.errors import Stale


@dataclass(frozen=True)
class Meanwhile:
    """Who answered while staff were writing; `anchor` is the message's place on the page."""

    who: str
    at: datetime
    anchor: str


def form_of(
    ticket: Ticket, suggestions: list[page.Suggestion], request: HttpRequest | None = None
) -> TalkForm:
    articles = [(str(hit.pk), hit.title) for hit in suggestions if hit.public]
    causes = page.causes_for(ticket)
    data = request.POST if request else None
    initial = {"kind": "reply", "seen_version": ticket.version, "cause": ticket.suspected_cause_id}
    return TalkForm(data, initial=initial, ticket=ticket, causes=causes, articles=articles, auto_id="id_%s")


def again(ticket: Ticket, suggestions: list[page.Suggestion], request: HttpRequest) -> TalkForm:
    """The same words, over what is on the page now: pressing once more sends them all the same."""
    form = form_of(ticket, suggestions, request)
    ticket.refresh_from_db()
    form.data = form.data.copy()  # type: ignore[attr-defined]  # a QueryDict
    form.data["seen_version"] = str(ticket.version)  # type: ignore[index]  # a copy, no longer read only
    return form


def meanwhile(stale: Stale) -> Meanwhile:
    newer = stale.newer
    if newer is None:
        return Meanwhile("", stale.since, "")
    who = staff_name(newer.by) or (newer.contact.name if newer.contact else "")
    return Meanwhile(who, newer.created, f"m{newer.pk}")


def speak(ticket: Ticket, data: dict[str, Any], suggestions: list[page.Suggestion], by: User) -> None:
    """The verb that the radio button names."""
    chosen = [hit for hit in suggestions if str(hit.pk) in data["articles"]]
    # The button has put the line there already where there is JavaScript.
    missing = [hit.line for hit in chosen if hit.line.splitlines()[-1] not in data["body"]]
    body = "\n\n".join([data["body"].rstrip(), *missing]).strip()
    articles = list(Article.objects.filter(pk__in=[hit.pk for hit in chosen]))
    seen = data["seen_version"]
    match data["kind"]:
        case "note":
            thread.note(ticket=ticket, body=body, by=by)
        case "ask":
            thread.ask(ticket=ticket, body=body, by=by, seen_version=seen, articles=articles)
        case "resolve":
            solved_by = Article.objects.filter(pk=data["solved_by"]).first() if data["solved_by"] else None
            thread.resolve(
                ticket=ticket,
                cause=data["cause"],
                by=by,
                body=body,
                article=solved_by,
                articles=articles,
                seen_version=seen,
            )
        case _:
            thread.reply(ticket=ticket, body=body, by=by, seen_version=seen, articles=articles)


def chosen(form: TalkForm) -> str:
    field: Any = form.fields["kind"]
    return str(dict(field.choices)[form.cleaned_data["kind"]])
