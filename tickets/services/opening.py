"""How a request begins: from the form, or by staff for somebody on the phone."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import override

from faq.models import Cause, Walk
from faq.rules.facts import Facts
from faq.services.suggest import probable_cause
from mailsupport.lib.statements import insert, prepared, update
from tickets.models import (
    AccessLink,
    Attachment,
    Contact,
    Draft,
    Event,
    Evidence,
    Message,
    Ticket,
    TicketArticle,
)
from tickets.models.ticket import Source
from tickets.rules import agents, numbers, phones
from tickets.rules.domains import domain_of
from tickets.rules.request import ASKED, Request, filled, subject_of
from tickets.services import access, counting, history, mailing, promise
from tickets.services.brought import Brought, brought_by, heard_in
from tickets.services.errors import Incomplete

HOUR = timedelta(hours=1)
NUMBERS = 5
"""Receipt numbers drawn for a request before something else must be wrong."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A filed request and the client's key to it. `created` is False on a second tap."""

    ticket: Ticket
    link: AccessLink
    created: bool


def file_draft(*, draft: Draft, user_agent: str = "", visit: Brought | None = None) -> Opened:
    """File the draft: once, however often and at the same time it is sent.

    What was typed counts over what checklists told. Without words, the client's answers to our questions
    are the first message. Takes `draft.visit` along as evidence; `visit` is the same where it has been read
    already (see brought.brought_by). Raises Incomplete where answers are missing.
    """
    if draft.ticket is not None:
        return _filed(draft.ticket)
    visit = visit or brought_by(draft.visit)
    told = partial(visit.to_json, str(draft.data.get("words", "")))
    request = Request.from_json(filled(draft.data, told))
    missing = request.missing(walked=bool(visit.sent))
    if missing:
        raise Incomplete(missing)
    return _once(draft, partial(_file, _filing(draft, request, visit, user_agent)))


def _once(draft: Draft, file: Callable[[], Opened], numbers_left: int = NUMBERS) -> Opened:
    try:
        return file()
    except IntegrityError:
        # Of two taps the database takes one: the draft's key is a request's only once. Where it is no
        # request's yet, somebody has this receipt number already.
        draft.refresh_from_db(fields=["ticket"])
        if draft.ticket is not None:
            return _filed(draft.ticket)
        if numbers_left == 1:
            raise
    return _once(draft, file, numbers_left - 1)


def too_many(*, address: str) -> bool:
    """Count a filing from this network address; True past settings.TICKETS_PER_HOUR within an hour, whichever
    process answers."""
    return counting.count(name="filing", who=address, window=HOUR) > settings.TICKETS_PER_HOUR


@dataclass(frozen=True, slots=True)
class _Filing:
    """What is to be kept, all of it thought out before the transaction: SQLite has one writer."""

    draft: Draft
    said: Request
    subject: str
    facts: Facts
    suspected: Cause | None
    evidence: list[Evidence]
    articles: list[int]


def _filing(draft: Draft, request: Request, visit: Brought, user_agent: str) -> _Filing:
    with override(draft.language):
        said = replace(request, words=request.words or visit.said)
        subject = subject_of(request.words or visit.subject)
    suspected = visit.suspected or probable_cause(
        request.words, language=draft.language, symptom=request.symptom
    )
    return _Filing(
        draft=draft,
        said=said,
        subject=subject,
        facts=visit.known.without(*ASKED[1:]).merged(request.facts()),
        suspected=suspected,
        evidence=_evidence(Request.from_json(draft.data), visit, user_agent),
        articles=visit.article_ids,
    )


@transaction.atomic
def _file(filing: _Filing) -> Opened:
    draft = filing.draft
    contact = _contact_of(filing.said, draft.language)
    ticket, message = _ticket(
        contact=contact,
        request=filing.said,
        subject=filing.subject,
        facts=filing.facts,
        suspected=filing.suspected,
        source=Source.FORM,
        number=numbers.new_number(),
        key=draft.key,
    )
    _take_along(ticket, filing)
    _take_files(draft, message)
    link = access.new_link(ticket=ticket, contact=contact)
    # Not on the caller's row: where this is taken back, that one still waits.
    update(Draft(pk=draft.pk, ticket=ticket), "ticket", "updated")
    mailing.opened(ticket=ticket, contact=contact)
    return Opened(ticket, link, created=True)


@transaction.atomic
def open_by_staff(
    *,
    by: User,
    contact_name: str,
    phone: str,
    email: str,
    symptom: str,
    words: str,
    subject: str = "",
    facts: Facts | None = None,
    walk: Walk | None = None,
    language: str = "ja",
) -> Opened:
    """Write down a call. The ticket is `by`'s, and no mail is sent: the caller has our word.

    A contact with the same name and the same phone or address is the same person. Raises Incomplete.
    """
    answers = Request.from_json(
        {"name": contact_name, "phone": phone, "email": email, "symptom": symptom, "words": words}
    )
    missing = answers.missing()
    if missing:
        raise Incomplete(missing)
    known = (facts or Facts()).merged(Facts())
    contact = _known_contact(answers) or _contact_of(answers, language)
    ticket, _first = _ticket(
        contact=contact,
        request=answers,
        facts=answers.facts().merged(known),
        suspected=walk.outcome.cause if walk and walk.outcome else None,
        source=Source.PHONE,
        number=_free_number(),
        key=None,
        by=by,
        subject=subject_of(subject),
    )
    Evidence.objects.create(
        ticket=ticket, kind=Evidence.Kind.STAFF, facts_json=ticket.facts_json, walk=walk, by=by
    )
    return Opened(ticket, access.new_link(ticket=ticket, contact=contact), created=True)


def _ticket(
    *,
    contact: Contact,
    request: Request,
    facts: Facts,
    suspected: Cause | None,
    source: Source,
    number: str,
    key: str | None,
    by: User | None = None,
    subject: str = "",
) -> tuple[Ticket, Message]:
    """The row, its first message and its first event. The client company is left to staff: anybody can
    write anybody's domain into a form."""
    moment = timezone.now()
    ticket = Ticket(
        number=number,
        contact=contact,
        subject=subject or request.subject,
        symptom=request.symptom,
        source=source,
        language=contact.language,
        facts_json=facts.to_json(),
        work_stopped=facts.work_stopped == "yes",
        affected_domain=domain_of(facts.affected_address)[:253],
        suspected_cause=suspected,
        owner=by,
        idempotency_key=key,
        created=moment,
        last_client_at=moment,
    )
    promise.renew(ticket, moment)
    insert(ticket)
    message = Message(ticket=ticket, kind=Message.Kind.CLIENT, contact=contact, body=request.words)
    insert(message)
    history.write(ticket, Event.Kind.OPENED, by=by, message=message, cause=suspected)
    return ticket, message


def _free_number() -> str:
    number = numbers.new_number()
    while Ticket.objects.filter(number=number).exists():
        number = numbers.new_number()
    return number


def _contact_of(request: Request, language: str) -> Contact:
    """The contact with exactly these answers, else a new one: strangers are never merged."""
    who = {
        "name": request.name,
        "email": request.email,
        "second_email": request.second_email,
        "phone": request.phone,
        "language": language,
    }
    for found in _same_contact(**who):
        return found
    contact = Contact(**who, phone_digits=phones.digits(request.phone))
    insert(contact)
    return contact


@prepared
def _same_contact(
    *, name: str, email: str, second_email: str, phone: str, language: str
) -> QuerySet[Contact]:
    same = {"name": name, "email": email, "second_email": second_email, "phone": phone, "language": language}
    return Contact.objects.filter(**same).order_by("pk")[:1]


def _known_contact(request: Request) -> Contact | None:
    """Who staff mean: same name, and the same phone number or address."""
    named = Contact.objects.filter(name=request.name)
    digits = phones.digits(request.phone)
    by_phone = named.filter(phone_digits=digits).first() if digits else None
    by_email = named.filter(email__iexact=request.email).first() if request.email else None
    return by_phone or by_email


def _filed(ticket: Ticket) -> Opened:
    """What the first tap got."""
    links = ticket.links.select_related("contact").filter(contact=ticket.contact_id)
    return Opened(ticket, links.earliest("pk"), created=False)


def _evidence(typed: Request, visit: Brought, user_agent: str) -> list[Evidence]:
    """Rows that still want their ticket."""
    kinds = Evidence.Kind
    device, browser = agents.device(user_agent), agents.browser(user_agent)
    seen = Evidence(kind=kinds.BROWSER, text=browser, facts_json=Facts(device=device).to_json())
    return [
        Evidence(kind=kinds.FORM, facts_json=typed.facts().to_json()),
        *(
            Evidence(kind=kinds.WORDS, text=lookup.text, facts_json=heard_in(lookup).to_json())
            for lookup in visit.lookups
        ),
        *(
            Evidence(kind=kinds.WALK, walk=one.walk, cause=one.cause, facts_json=one.known.to_json())
            for one in visit.sent
        ),
        *([seen] if device or browser else []),
    ]


def _take_along(ticket: Ticket, filing: _Filing) -> None:
    for row in filing.evidence:
        row.ticket = ticket
    insert(*filing.evidence)
    read = TicketArticle.Kind.READ
    if filing.articles:
        insert(*(TicketArticle(ticket=ticket, article_id=pk, kind=read) for pk in filing.articles))


def _take_files(draft: Draft, message: Message) -> None:
    """The draft is purged one day; its files are the ticket's from now on."""
    for file in _files_of(draft.pk):
        file.ticket, file.message, file.draft = message.ticket, message, None
        update(file, "ticket", "message", "draft")


@prepared
def _files_of(draft: int) -> QuerySet[Attachment]:
    return Attachment.objects.filter(draft=draft).order_by("pk")
