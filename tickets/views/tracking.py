"""The page of a request: what was said, what happens next, and the client's next words."""

from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

import segno
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Prefetch
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.middleware import HtmxDetails

from mailsupport.lib import dates
from mailsupport.lib.limits import address_of, allowed
from mailsupport.lib.names import full_name
from tickets.forms import FindForm, ReplyForm
from tickets.models import AccessLink, Attachment, Event, Message
from tickets.rules.domains import same_domain
from tickets.rules.workflow import OURS, Status, Word
from tickets.services import access, thread
from tickets.services.errors import Empty, UploadRefused

WORD_NAMES = {
    Word.RECEIVED: _("Received"),
    Word.LOOKING: _("Being looked into"),
    Word.WAITING: _("Waiting for you"),
    Word.SOLVED: _("Solved"),
}
EVENT_WORDS = {
    Event.Kind.OPENED: ("check", _("We received it")),
    Event.Kind.RESOLVED: ("check", _("It was solved")),
    Event.Kind.REOPENED: ("turn", _("We look into it again")),
    Event.Kind.CLOSED: ("check", _("Closed after quiet days. Writing here opens it again")),
    Event.Kind.CONFIRMED_SOLVED: ("check", _("You told us that it is solved")),
    Event.Kind.NOT_SOLVED: ("turn", _("You told us that it is not solved yet")),
    Event.Kind.MAIL_SKIPPED: (
        "mail",
        _("No mail was sent, because your address is on the domain in trouble. Please look here"),
    ),
    Event.Kind.MAIL_FAILED: ("alert", _("Our mail could not be sent. Please look here for answers")),
}
REPLIES_PER_HOUR = 60
FOUND = "found"
PUBLIC = (Message.Kind.CLIENT, Message.Kind.REPLY)


class Tracked(HttpRequest):
    """A request that passed the htmx middleware."""

    htmx: HtmxDetails


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the thread: a message, or an event in words."""

    at: datetime
    message: Message | None = None
    name: str = ""
    icon: str = ""
    words: str = ""


@cache_control(no_store=True, private=True)
@require_http_methods(["GET", "HEAD", "POST"])
def ticket(request: Tracked, token: str) -> HttpResponse:
    """The page by its link."""
    link = access.link_of(token)
    if link is None:
        raise Http404
    if request.method == "GET" and not request.htmx:
        access.seen(link)
    here = reverse("tickets:ticket", args=[token])
    return _seen_by(request, link, here, settings.SITE_URL.rstrip("/") + here)


@cache_control(no_store=True, private=True)
@require_http_methods(["GET", "HEAD", "POST"])
def found(request: Tracked) -> HttpResponse:
    """The page for a session that knew receipt number and phone: the token stays unknown to it."""
    link = _found_link(request)
    if link is None:
        return redirect("tickets:find")
    return _seen_by(request, link, reverse("tickets:found"), "")


def _found_link(request: HttpRequest) -> AccessLink | None:
    links = AccessLink.objects.select_related("ticket", "ticket__owner", "contact").filter(revoked=None)
    return links.filter(pk=int(request.session.get(FOUND, 0))).first()


def _seen_by(request: Tracked, link: AccessLink, here: str, address: str) -> HttpResponse:
    response = _posted(request, link, here, address) if request.method == "POST" else None
    if response is None and request.htmx and request.GET.get("version") == str(link.ticket.version):
        response = HttpResponse(status=204)
    response = response or _page(request, link, here, address, _reply_form())
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _posted(request: Tracked, link: AccessLink, here: str, address: str) -> HttpResponse:
    verb = request.POST.get("verb", "reply")
    if not allowed("replies", address_of(request), most=REPLIES_PER_HOUR, seconds=3600):
        return render(request, "429.html", status=429)
    if verb == "solved":
        thread.confirm_solved(link=link)
        return redirect(here)
    if verb == "unsolved":
        thread.not_solved(link=link)
        return redirect(here + "#reply")
    form = ReplyForm(request.POST, request.FILES)
    if form.is_valid() and _replied(form, link):
        return redirect(here)
    return _page(request, link, here, address, form)


def _replied(form: ReplyForm, link: AccessLink) -> bool:
    chosen = [file for file in form.cleaned_data["photos"] if isinstance(file, UploadedFile)]
    try:
        thread.client_reply(
            link=link,
            body=form.cleaned_data["body"],
            uploads=chosen,
            idempotency_key=str(form.cleaned_data["key"]),
        )
    except UploadRefused as refused:
        again = gettext("Nothing was sent yet. Your text is still here; please choose the files again.")
        form.add_error("photos", f"{refused} {again}")
        return False
    except Empty:
        form.add_error("body", gettext("Please write something. One line is enough."))
        return False
    return True


def _reply_form() -> ReplyForm:
    return ReplyForm(initial={"key": str(uuid4())})


def _page(request: Tracked, link: AccessLink, here: str, address: str, form: ReplyForm) -> HttpResponse:
    item = link.ticket
    messages = _messages(link)
    newest = messages[0] if messages and messages[0].kind == Message.Kind.REPLY else None
    context = {
        "ticket": item,
        "form": form,
        "here": here,
        "address": address,
        "qr": _qr(address),
        "new": "new" in request.GET,
        "word": WORD_NAMES[item.word],
        "stages": _stages(item.word),
        "promise": _promise(link),
        "thread": _entries(link, messages),
        "newest": newest,
        "done": item.word == Word.SOLVED,
        "on_affected": same_domain(link.contact.email, item.affected_domain),
    }
    return render(request, "tickets/_live.html" if request.htmx else "tickets/ticket.html", context)


def _messages(link: AccessLink) -> list[Message]:
    """What the client may see: never a note."""
    files = Prefetch("attachments", Attachment.objects.order_by("pk"))
    rows = Message.objects.filter(ticket=link.ticket, kind__in=PUBLIC)
    return list(rows.select_related("by", "contact").prefetch_related(files).order_by("-created", "-pk"))


def _entries(link: AccessLink, messages: list[Message]) -> list[Entry]:
    said = [Entry(m.created, message=m, name=_name(m)) for m in messages]
    events = link.ticket.events.select_related("owner")
    done = [entry for event in events if (entry := _event(event))]
    return sorted([*said, *reversed(done)], key=lambda entry: entry.at, reverse=True)


def _name(message: Message) -> str:
    if message.kind == Message.Kind.REPLY:
        return full_name(message.by) or gettext("Our desk")
    name = message.contact.name if message.contact else ""
    return gettext("%s (you)") % name if name else gettext("You")


def _event(event: Event) -> Entry | None:
    """An event in words; None for what is ours alone."""
    if event.kind == Event.Kind.ASSIGNED and event.owner:
        name = full_name(event.owner)
        words = gettext("%s looks after it now") % name if name else gettext("Somebody looks after it now")
        return Entry(event.at, icon="desk", words=words)
    known = EVENT_WORDS.get(Event.Kind(event.kind))
    return Entry(event.at, icon=known[0], words=str(known[1])) if known else None


def _stages(word: Word) -> list[dict[str, str]]:
    order = list(WORD_NAMES)
    now = order.index(word)
    states = ["done" if i < now else "now" if i == now else "" for i in range(len(order))]
    return [{"words": str(WORD_NAMES[name]), "state": s} for name, s in zip(order, states, strict=True)]


def _promise(link: AccessLink) -> dict[str, str]:
    """What happens next and by when; no time is named where none was promised."""
    item = link.ticket
    if item.word == Word.SOLVED:
        return {"words": gettext("Solved. If it comes back, write here"), "more": ""}
    if item.status == Status.WAITING:
        return {"words": gettext("We are waiting for your answer"), "more": gettext("Please write below.")}
    if item.status not in OURS or item.due is None:
        return {"words": gettext("We look into it in turn and answer on this page"), "more": ""}
    if item.due < timezone.now():
        late = gettext("The promised time has passed. We are sorry, and look into it first")
        return {"words": late, "more": gettext("If you are in a hurry, please call us.")}
    by = dates.when_short(item.due)
    words = (
        gettext("By %s, by phone or on this page") if link.contact.phone else gettext("By %s, on this page")
    )
    return {"words": words % by, "more": dates.when(item.due)}


def _qr(address: str) -> SafeString:
    if not address:
        return SafeString("")
    return mark_safe(segno.make(address, micro=False).svg_inline(omitsize=True, border=2, svgclass=None))


@cache_control(no_store=True, private=True)
@require_safe
def file(request: HttpRequest, key: str, token: str = "") -> HttpResponseBase:
    """A file of a public message of this request, always as a download that no browser runs."""
    link = access.link_of(token) if token else _found_link(request)
    if link is None:
        raise Http404
    files = Attachment.objects.filter(ticket=link.ticket, message__kind__in=PUBLIC)
    stored = files.filter(key=key.replace("\x00", "")).first()
    if stored is None:
        raise Http404
    response = FileResponse(
        stored.file.open("rb"),
        as_attachment=True,
        filename=stored.name,
        content_type="application/octet-stream",
    )
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Robots-Tag"] = "noindex"
    return response


@cache_control(no_store=True, private=True)
@require_http_methods(["GET", "HEAD", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """Receipt number and phone: every wrong pair gives the same page."""
    form = FindForm(request.POST or None)
    wrong = False
    if settings.FIND_BY_NUMBER and request.method == "POST" and form.is_valid():
        link = access.find(**form.cleaned_data, address=address_of(request))
        if link is not None:
            # A session that somebody else planted in this browser ends here.
            request.session.cycle_key()
            request.session[FOUND] = link.pk
            return redirect("tickets:found")
        wrong = True
    context = {"form": form, "open": settings.FIND_BY_NUMBER, "wrong": wrong}
    return render(request, "tickets/find.html", context)
