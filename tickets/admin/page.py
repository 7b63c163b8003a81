"""What the ticket page shows: messages and events in one row, facts with their source, articles."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Prefetch
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from faq.models import Article, Cause, Host
from faq.rules.facts import Facts
from faq.services.facts import describe
from faq.services.suggest import Suggestion as Row
from faq.services.suggest import suggest
from mailsupport.lib.names import staff_name
from mailsupport.templatetags.mailsupport import paragraphs
from tickets.admin.walks import Walked, walked_words
from tickets.models import Attachment, Domain, Event, Evidence, Message, Ticket, TicketArticle
from tickets.rules.secrets import suspects
from tickets.services.thread import MARK

SUGGESTED = 5
SHOWN = 500
"""Messages and events shown at most; the newest ones."""
LOOKS = {"client": "me", "reply": "us", "note": "memo"}
SOURCES = {
    Evidence.Kind.FORM: _("entered"),
    Evidence.Kind.WORDS: _("words"),
    Evidence.Kind.WALK: _("questions"),
    Evidence.Kind.BROWSER: _("automatic"),
    Evidence.Kind.STAFF: _("staff"),
}


@dataclass(frozen=True)
class Said:
    """A message of the thread."""

    message: Message
    who: str
    html: SafeString
    files: list[Attachment]
    secrets: list[str]
    template: str = "admin/tickets/ticket/_message.html"

    @property
    def at(self) -> datetime:
        """Its place in the thread."""
        return self.message.created

    @property
    def look(self) -> str:
        """CSS class."""
        return LOOKS[self.message.kind]


@dataclass(frozen=True)
class Happened:
    """An event between the messages."""

    event: Event
    words: str
    template: str = "admin/tickets/ticket/_event.html"

    @property
    def at(self) -> datetime:
        """Its place in the thread."""
        return self.event.at


@dataclass(frozen=True)
class Known:
    """One fact, its value in words, and where it came from."""

    label: str
    value: str
    source: str


@dataclass(frozen=True)
class Suggestion:
    """An article that may help. `line` is what inserting it writes: title and public address."""

    pk: int
    title: str
    url: str
    line: str
    public: bool
    marks: str


def thread_of(ticket: Ticket, walked: Iterable[Walked] = ()) -> list[Said | Happened]:
    """Messages, events and finished walks in the order they happened. Three statements."""
    rows = ticket.messages.select_related("by", "contact").prefetch_related(
        Prefetch("attachments", Attachment.objects.order_by("pk"))
    )
    said: list[Said | Happened] = [_said(message) for message in rows.order_by("-pk")[:SHOWN]]
    events = ticket.events.select_related("by", "owner", "cause").order_by("-pk")[:SHOWN]
    happened = [Happened(event, words) for event in events if (words := event_words(event))]
    # A walk is evidence, not an event of its own: the thread only tells when it came to its end.
    happened += [
        Happened(Event(at=walk.finished), walked_words(walk))
        for walk in walked
        if walk.ours and walk.finished
    ]
    return sorted([*said, *happened], key=lambda item: (item.at, isinstance(item, Happened)))


def _said(message: Message) -> Said:
    who = (
        staff_name(message.by)
        if message.kind != "client"
        else (message.contact.name if message.contact else "")
    )
    body = paragraphs(message.body)
    hidden = mark_safe(body.replace(MARK * 8, f'<mark class="redact">{MARK * 8}</mark>'))
    secrets = suspects(message.body.replace(MARK, " "))
    return Said(message, who or gettext("(deleted)"), hidden, list(message.attachments.all()), secrets)


def event_words(event: Event) -> str:
    """What happened in one line; "" where the message beside it says so already."""
    who = staff_name(event.by)
    old, new = event.get_old_status_display(), event.get_new_status_display()
    match event.kind:
        case Event.Kind.REPLIED | Event.Kind.NOTED | Event.Kind.CLIENT_REPLIED:
            return ""
        case Event.Kind.ASSIGNED:
            owner = staff_name(event.owner)
            words = (
                gettext("%(owner)s looks after it now.") if owner else gettext("Nobody looks after it now.")
            )
            return _by(words % {"owner": owner}, who)
        case Event.Kind.CAUSE_SUSPECTED:
            return _by(gettext("Suspected cause: %(cause)s.") % {"cause": event.cause or "–"}, who)
        case Event.Kind.RESOLVED:
            return _by(gettext("Resolved. Cause: %(cause)s.") % {"cause": event.cause or "–"}, who)
        case Event.Kind.STATUS:
            return _by(gettext("Status: %(old)s → %(new)s") % {"old": old, "new": new}, who)
    return _by(str(event.get_kind_display()), who)


def _by(words: str, who: str) -> str:
    return gettext("%(words)s (%(who)s)") % {"words": words, "who": who} if who else words


def host_of(ticket: Ticket) -> Host | None:
    """Who keeps the mailboxes of the affected domain, by the client's record. Two statements at most."""
    if not ticket.affected_domain:
        return None
    domain = Domain.objects.filter(name=ticket.affected_domain).first()
    return Host.objects.named(domain.mail_host) if domain else None


def facts_of(ticket: Ticket, evidence: Iterable[Evidence]) -> list[Known]:
    """All facts in words, each with the evidence that first said the same."""
    rows = [Known(gettext("Symptom"), ticket.get_symptom_display(), gettext("chosen"))]
    said = [(_source(e), Facts.from_json(e.facts_json).to_json()) for e in evidence]
    known = ticket.facts.to_json()
    for name, label, value in describe(ticket.facts):
        source = next((who for who, facts in said if facts.get(name) == known[name]), gettext("entered"))
        rows.append(Known(label, value, source))
    return rows + [_browser(e) for e in evidence if e.kind == Evidence.Kind.BROWSER]


def _source(evidence: Evidence) -> str:
    """Where it came from, and from whom of us where a checklist was walked."""
    who = staff_name(evidence.by) if evidence.kind == Evidence.Kind.WALK else ""
    return "・".join(filter(None, [str(SOURCES[Evidence.Kind(evidence.kind)]), who]))


def _browser(evidence: Evidence) -> Known:
    device = Facts.from_json(evidence.facts_json).device
    source = str(SOURCES[Evidence.Kind.BROWSER])
    return Known(gettext("Device"), "・".join(filter(None, [device, evidence.text])), source)


def suggestions_of(ticket: Ticket, words: str) -> list[Suggestion]:
    """Five articles: those of the cause first, then what the words find, then what was already linked."""
    marks = _marks(ticket)
    # In the language of the request, not of the staff: words and links are the client's.
    with override(ticket.language):
        rows = suggest(
            words[:1000],
            language=ticket.language,
            symptom=ticket.symptom,
            cause=ticket.cause or ticket.suspected_cause,
            limit=SUGGESTED,
            staff=True,
        )
    shown = Article.objects.public().filter(pk__in=[row.article_id for row in rows])
    public = dict(shown.values_list("pk", "hosts"))
    host = host_of(ticket) if any(public.values()) else None
    return [
        _suggestion(
            row,
            marks.get(row.article_id, []),
            row.article_id in public,
            host.slug if host and public.get(row.article_id) else "",
        )
        for row in rows
    ]


def _marks(ticket: Ticket) -> dict[int, list[str]]:
    words = {
        TicketArticle.Kind.READ: gettext("the client has read it"),
        TicketArticle.Kind.INSERTED: gettext("already sent"),
        TicketArticle.Kind.SOLVED: gettext("solved it"),
    }
    found: dict[int, list[str]] = {}
    for row in ticket.ticket_articles.all():
        if row.kind in words:
            found.setdefault(row.article_id, []).append(words[TicketArticle.Kind(row.kind)])
    return found


def _suggestion(row: Row, marks: list[str], public: bool, host: str) -> Suggestion:
    """`host` is the slug of the client's server company, where it is known and the article tells of it."""
    path = row.url.partition("?")[0] + (f"?{urlencode({'host': host})}" if host else "")
    return Suggestion(
        pk=row.article_id,
        title=row.title,
        url=path,
        # How it stands in a reply: title and full address, each on its line.
        line=f"{row.title}\n{settings.SITE_URL.rstrip('/')}{path}",
        public=public,
        marks="・".join(marks),
    )


def causes_for(ticket: Ticket) -> list[Cause]:
    """All causes by name, the suspected one first."""
    causes = sorted(Cause.objects.all(), key=lambda cause: cause.name)
    return sorted(causes, key=lambda cause: cause.pk != ticket.suspected_cause_id)


def past_of(ticket: Ticket) -> list[Ticket]:
    """The ten newest other requests of the same person."""
    return list(Ticket.objects.filter(contact=ticket.contact_id).exclude(pk=ticket.pk).order_by("-pk")[:10])
