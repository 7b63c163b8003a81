"""The queue and the page of a request. Every change goes through a service; every POST ends in a redirect."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
)
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext, ngettext, override
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from faq.models import Cause
from faq.rules.facts import Facts
from mailsupport.lib.admin import CappedList, CappedPaginator, Kept
from tickets import reports
from tickets.admin import filters, page, rows, search, talk, walks
from tickets.admin.forms import BUTTONS, CallForm, TalkForm
from tickets.models import Attachment, Message, Ticket
from tickets.models.ticket import STATUSES
from tickets.rules.domains import same_domain
from tickets.rules.workflow import DONE, TRANSITIONS, Status
from tickets.services import opening, routing, thread
from tickets.services.errors import Refused, Stale


@dataclass(frozen=True)
class Tab:
    """A saved view above the list."""

    code: str
    words: str
    count: str
    current: bool


class Queue(CappedList):
    """The stock list, with rows of our own making."""

    def rows_of(self, ids: list[Any]) -> QuerySet[Ticket]:
        """With what a row shows."""
        return rows.with_sources(Ticket.objects.filter(pk__in=ids))

    def rows(self) -> list[rows.Row]:
        """One a request on this page."""
        return [rows.row_of(ticket) for ticket in self.result_list]


@admin.register(Ticket)
class TicketAdmin(Kept, admin.ModelAdmin[Ticket]):
    """Requests: found, taken, answered, resolved with a cause."""

    list_display = ["due", "subject", "client", "suspected_cause", "owner"]
    list_display_links = None
    sortable_by = ["due", "client", "owner"]
    list_filter = [*filters.FILTERS]
    list_per_page = 50
    list_max_show_all = 50
    paginator = CappedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    actions = ["take", "set_in_progress", "set_waiting", "set_on_hold"]
    actions_selection_counter = True

    # The queue

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """With rows of our own making."""
        return Queue

    def get_queryset(self, request: HttpRequest) -> QuerySet[Ticket]:
        """All of them; what a row shows is read for those of the page (see Queue)."""
        return Ticket.objects.all()

    def get_ordering(self, request: HttpRequest) -> list[str]:  # type: ignore[override]  # as Django reads it
        """The nearest promise first, where the view is about promises."""
        return filters.ordering_of(filters.view_of(request))

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Nothing of a URL reaches the ORM but through our own filters (SECURITY.md row 6)."""
        return lookup in {kind.parameter_name for kind in filters.FILTERS}

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Ticket], search_term: str
    ) -> tuple[QuerySet[Ticket], bool]:
        """Routed by what the term looks like."""
        return search.search(queryset, search_term), False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The queue; its buttons "take it" post here as well."""
        if request.method == "POST" and "take" in request.POST:
            return self._take_one(request)
        view = filters.view_of(request)
        extra = {"tabs": _tabs(request, view), "title": self.opts.verbose_name_plural}
        return super().changelist_view(request, {**extra, **(extra_context or {})})

    def _take_one(self, request: HttpRequest) -> HttpResponse:
        ticket = self._ticket(request, request.POST["take"], change=True)
        routing.assign(ticket=ticket, to=_me(request), by=_me(request))
        self.message_user(request, gettext("%s is yours now.") % ticket.grouped_number, messages.SUCCESS)
        return HttpResponseRedirect(request.get_full_path())

    @admin.action(description=_("Assign to me"), permissions=["change"])
    def take(self, request: HttpRequest, queryset: QuerySet[Ticket]) -> None:
        """Mine from now on."""
        me = _me(request)
        self._each(request, queryset, lambda ticket: routing.assign(ticket=ticket, to=me, by=me))

    @admin.action(description=_("Set to: in progress"), permissions=["change"])
    def set_in_progress(self, request: HttpRequest, queryset: QuerySet[Ticket]) -> None:
        """We look into it."""
        self._move_all(request, queryset, Status.IN_PROGRESS)

    @admin.action(description=_("Set to: waiting for client"), permissions=["change"])
    def set_waiting(self, request: HttpRequest, queryset: QuerySet[Ticket]) -> None:
        """It is the client's turn."""
        self._move_all(request, queryset, Status.WAITING)

    @admin.action(description=_("Set to: on hold"), permissions=["change"])
    def set_on_hold(self, request: HttpRequest, queryset: QuerySet[Ticket]) -> None:
        """Another company must act first."""
        self._move_all(request, queryset, Status.ON_HOLD)

    def _move_all(self, request: HttpRequest, queryset: QuerySet[Ticket], status: Status) -> None:
        me = _me(request)
        self._each(request, queryset, lambda ticket: routing.set_status(ticket=ticket, status=status, by=me))

    def _each(self, request: HttpRequest, queryset: QuerySet[Ticket], verb: Callable[[Ticket], None]) -> None:
        """The verb on every row; a refused row says why and holds up none of the others."""
        done = 0
        for ticket in Ticket.objects.filter(pk__in=list(queryset.values_list("pk", flat=True)[:500])):
            try:
                verb(ticket)
                done += 1
            except Refused as refused:
                where = {"number": ticket.grouped_number, "status": ticket.get_status_display()}
                words = gettext("%(number)s (%(status)s): not changed.") % where
                self.message_user(request, f"{words} {refused}", messages.WARNING)
        if done:
            words = ngettext("%(count)d request changed.", "%(count)d requests changed.", done)
            self.message_user(request, words % {"count": done}, messages.SUCCESS)

    # One request

    def get_urls(self) -> list[URLPattern]:
        """The page's files and the client's view of it."""
        wrap = self.admin_site.admin_view
        return [
            path("<int:pk>/files/<int:file>/", wrap(require_safe(self.file)), name="tickets_ticket_file"),
            path("<int:pk>/client/", wrap(require_safe(self.preview)), name="tickets_ticket_preview"),
            *walks.urls(self),
            *super().get_urls(),
        ]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The page of a request: read it, or do one thing with it."""
        ticket = self._ticket(request, object_id, change=request.method == "POST")
        if request.method != "POST":
            return self._page(request, ticket)
        verbs = {
            "redact": self._redact,
            "assign": self._assign,
            "move": self._move,
            "suspect": self._suspect,
            "talk": self._talk,
        }
        verb = next((verbs[name] for name in verbs if name in request.POST), None)
        return verb(request, ticket) if verb else self._back(ticket)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Its history is its thread."""
        return self._back(self._ticket(request, object_id))

    def _ticket(self, request: HttpRequest, pk: str | int, *, change: bool = False) -> Ticket:
        if not (self.has_change_permission(request) if change else self.has_view_permission(request)):
            raise PermissionDenied
        if not str(pk).isdecimal() or len(str(pk)) > 18:
            raise Http404
        found = Ticket.objects.for_queue().prefetch_related("ticket_articles", "links", "deliveries")
        return get_object_or_404(found, pk=int(pk))

    def _back(self, ticket: Ticket, anchor: str = "") -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:tickets_ticket_change", args=[ticket.pk]) + anchor)

    def _refused(self, request: HttpRequest, refused: Refused) -> None:
        self.message_user(request, str(refused), messages.WARNING)

    def _assign(self, request: HttpRequest, ticket: Ticket) -> HttpResponse:
        wanted = request.POST.get("owner", "")
        to = _staff().filter(pk=int(wanted)).first() if wanted.isdecimal() and len(wanted) < 10 else None
        if to is not None or not wanted:
            routing.assign(ticket=ticket, to=to, by=_me(request))
        return self._back(ticket)

    def _move(self, request: HttpRequest, ticket: Ticket) -> HttpResponse:
        wanted = request.POST.get("status", "")
        if wanted in dict(_moves(ticket)):
            try:
                routing.set_status(ticket=ticket, status=Status(wanted), by=_me(request))
            except Refused as refused:
                self._refused(request, refused)
        return self._back(ticket)

    def _suspect(self, request: HttpRequest, ticket: Ticket) -> HttpResponse:
        wanted = request.POST.get("suspected", "")
        if wanted.isdecimal() and len(wanted) < 10:
            cause = Cause.objects.filter(pk=int(wanted)).first()
            routing.suspect(ticket=ticket, cause=cause, by=_me(request))
        return self._back(ticket)

    def _redact(self, request: HttpRequest, ticket: Ticket) -> HttpResponse:
        secret = (request.POST.get("redact") or request.POST.get("secret", "")).replace("\x00", "")
        message = ticket.messages.filter(body__contains=secret).first() if secret.strip() else None
        message = message or ticket.messages.first()
        try:
            count = thread.redact(message=message, secret=secret, by=_me(request)) if message else 0
        except Refused as refused:
            self._refused(request, refused)
            return self._back(ticket, "#redact")
        words = ngettext("Blacked out in %(count)d place.", "Blacked out in %(count)d places.", count)
        found = words % {"count": count} if count else gettext("These words do not stand on this page.")
        self.message_user(request, found, messages.SUCCESS if count else messages.WARNING)
        return self._back(ticket)

    def _talk(self, request: HttpRequest, ticket: Ticket) -> HttpResponse:
        """The one form: reply, note, ask, resolve. What was typed survives every refusal."""
        suggestions = page.suggestions_of(ticket, _words(ticket))
        form = talk.form_of(ticket, suggestions, request)
        if not form.is_valid():
            return self._page(request, ticket, form=form, status=422)
        try:
            talk.speak(ticket, form.cleaned_data, suggestions, _me(request))
        except Stale as stale:
            return self._page(request, ticket, form=talk.again(ticket, suggestions, request), stale=stale)
        except Refused as refused:
            form.add_error(None, str(refused))
            return self._page(request, ticket, form=form, status=422)
        self.message_user(request, gettext("Done: %s") % talk.chosen(form), messages.SUCCESS)
        return self._back(ticket)

    def _page(
        self,
        request: HttpRequest,
        ticket: Ticket,
        *,
        form: TalkForm | None = None,
        stale: Stale | None = None,
        status: int = 200,
    ) -> HttpResponse:
        evidence = walks.evidence_of(ticket)
        walked = walks.walks_of(ticket, evidence)
        suggestions = page.suggestions_of(ticket, _words(ticket))
        context = {
            **self.admin_site.each_context(request),
            "title": f"{ticket.grouped_number} {ticket.subject}",
            "subtitle": "",
            "opts": self.opts,
            "ticket": ticket,
            "may_change": self.has_change_permission(request),
            "row": rows.row_of(rows.with_sources(Ticket.objects.filter(pk=ticket.pk)).get()),
            "thread": page.thread_of(ticket, walked),
            "form": form or walks.with_article(request, ticket, talk.form_of(ticket, suggestions)),
            "buttons": BUTTONS,
            "stale": talk.meanwhile(stale) if stale else None,
            "suggestions": suggestions,
            "causes": page.causes_for(ticket),
            "facts": page.facts_of(ticket, evidence),
            "walks": walked,
            "checklists": walks.choices_for(ticket),
            "words": list(dict.fromkeys(e.text for e in evidence if e.text and e.kind == "words")),
            "past": page.past_of(ticket),
            "staff": list(_staff()),
            "moves": _moves(ticket),
            "mail_held": same_domain(ticket.contact.email, ticket.affected_domain),
            "links": list(ticket.links.all()),
            "deliveries": list(ticket.deliveries.all()),
        }
        return TemplateResponse(request, "admin/tickets/ticket/page.html", context, status=status)

    def file(self, request: HttpRequest, pk: int, file: int) -> HttpResponseBase:
        """A file of the request, to whoever may read it; always a download that no browser runs."""
        ticket = self._ticket(request, pk)
        stored = get_object_or_404(Attachment, pk=file, ticket=ticket)
        response = FileResponse(
            stored.file.open("rb"),
            as_attachment=True,
            filename=stored.name,
            content_type="application/octet-stream",
        )
        response["Content-Security-Policy"] = "default-src 'none'; sandbox"
        response["Cache-Control"] = "no-store, private"
        return response

    def preview(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What the client sees. Not their page itself: opening that would count as theirs."""
        ticket = self._ticket(request, pk)
        link = ticket.links.filter(revoked=None).last()
        with override(ticket.language):
            address = reverse("tickets:ticket", args=[link.token]) if link else ""
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("What the client sees"),
            "opts": self.opts,
            "ticket": ticket,
            "address": settings.SITE_URL.rstrip("/") + address if link else "",
            "said": [
                i for i in page.thread_of(ticket) if isinstance(i, page.Said) and i.message.kind != "note"
            ],
        }
        return TemplateResponse(request, "admin/tickets/ticket/client.html", context)

    # A call

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Write down a request taken by phone; then the number and the link to read aloud."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = CallForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                return self._opened(request, form.cleaned_data)
            except Refused as refused:
                form.add_error(None, str(refused))
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Enter a request taken by phone"),
            "opts": self.opts,
            "form": form,
        }
        status = 422 if form.errors else 200
        return TemplateResponse(request, "admin/tickets/ticket/call.html", context, status=status)

    def _opened(self, request: HttpRequest, data: dict[str, Any]) -> HttpResponse:
        facts = Facts(
            affected_address=data.pop("affected_address"),
            work_stopped="yes" if data.pop("work_stopped") else "",
        )
        opened = opening.open_by_staff(by=_me(request), facts=facts, **data)
        words = gettext("Filed. Read this number to the caller: %s") % opened.ticket.grouped_number
        self.message_user(request, words, messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:tickets_ticket_preview", args=[opened.ticket.pk]))


def _me(request: HttpRequest) -> User:
    """The staff user: the admin lets nobody else in."""
    assert isinstance(request.user, User)  # noqa: S101
    return request.user


def _tabs(request: HttpRequest, view: str) -> list[Tab]:
    numbers = reports.counts(most=reports.CAP, **reports.queue(_me(request).pk))
    cap = reports.CAP
    shown = {code: f"{cap}+" if number > cap else str(number) for code, number in numbers.items()}
    return [Tab(code, str(words), shown.get(code, ""), code == view) for code, words in filters.VIEWS.items()]


def _staff() -> QuerySet[User]:
    """Who may look after requests."""
    may = Q(is_superuser=True) | Q(groups__name="agent")
    return User.objects.filter(may, is_active=True, is_staff=True).distinct().order_by("username")


def _moves(ticket: Ticket) -> list[tuple[str, Any]]:
    """Where it may go by hand: resolving needs the form, closing needs time, both are not here."""
    allowed = TRANSITIONS[Status(ticket.status)] - DONE
    return [(str(code), words) for code, words in STATUSES if code in allowed]


def _words(ticket: Ticket) -> str:
    """What the client wrote: subject and first message."""
    first = ticket.messages.filter(kind=Message.Kind.CLIENT).first()
    return first.body if first else ticket.subject
