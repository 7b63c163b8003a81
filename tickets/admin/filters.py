"""Saved views and filters of the queue. Each takes codes of its own: no lookup of a URL reaches the ORM."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from faq.models import Cause
from faq.models.base import SYMPTOMS
from tickets import reports
from tickets.models import Ticket
from tickets.models.ticket import STATUSES
from tickets.rules.workflow import OURS, Status

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

VIEWS: dict[str, "StrOrPromise"] = {
    "ours": _("Our turn"),
    "mine": _("Mine"),
    "overdue": _("Overdue"),
    "waiting": _("Waiting for client"),
    "hold": _("On hold"),
    "all": _("All"),
}
PROMISED = ("ours", "mine", "overdue")
"""Views where the nearest promise stands first."""


def view_of(request: HttpRequest) -> str:
    """The saved view a request asks for: our turn, unless something typed or chosen speaks of all."""
    asked = request.GET.get("view", "")
    if asked in VIEWS:
        return asked
    return "all" if any(request.GET.get(name) for name in ("q", "turn", "status", "cause")) else "ours"


def ordering_of(view: str) -> list[str]:
    """The nearest promise first where there are promises, else the newest request."""
    return ["place", "pk"] if view in PROMISED else ["-pk"]


class Coded(admin.SimpleListFilter):
    """A filter whose values are known beforehand; any other value is as if nothing were chosen."""

    def value(self) -> str | None:
        """The chosen code, None without one that is known."""
        chosen = super().value()
        return chosen if chosen in {str(code) for code, _words in self.lookup_choices} else None


class ViewFilter(Coded):
    """The tabs above the list."""

    title = _("view")
    parameter_name = "view"
    template = "admin/tickets/ticket/no_filter.html"

    def __init__(self, request: HttpRequest, params: dict[str, Any], model: Any, model_admin: Any) -> None:
        self.chosen = view_of(request)
        self.queries = reports.queue(request.user.pk or 0)
        super().__init__(request, params, model, model_admin)

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, "StrOrPromise"]]:
        """All saved views."""
        return list(VIEWS.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Ticket]) -> QuerySet[Ticket]:
        """The rows of the view."""
        return queryset & self.queries[self.chosen] if self.chosen in self.queries else queryset


class TurnFilter(Coded):
    """Who has to act next."""

    title = _("whose turn")
    parameter_name = "turn"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, "StrOrPromise"]]:
        """We, the client, another company."""
        return [("ours", _("Ours")), ("client", _("The client")), ("other", _("Another company"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Ticket]) -> QuerySet[Ticket]:
        """By status."""
        statuses = {"ours": sorted(OURS), "client": [Status.WAITING], "other": [Status.ON_HOLD]}
        chosen = self.value()
        return queryset.filter(status__in=statuses[chosen]) if chosen else queryset


class StatusFilter(Coded):
    """Where a request stands."""

    title = _("status")
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, "StrOrPromise"]]:
        """All of the workflow."""
        return [(str(code), words) for code, words in STATUSES]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Ticket]) -> QuerySet[Ticket]:
        """By status."""
        return queryset.filter(status=self.value()) if self.value() else queryset


class SymptomFilter(Coded):
    """What the client sees."""

    title = _("symptom")
    parameter_name = "symptom"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, "StrOrPromise"]]:
        """The seven and "other"."""
        return [(str(code), words) for code, words in SYMPTOMS]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Ticket]) -> QuerySet[Ticket]:
        """By symptom."""
        return queryset.filter(symptom=self.value()) if self.value() else queryset


class OwnerFilter(Coded):
    """Who looks after it."""

    title = _("owner")
    parameter_name = "owner"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, "StrOrPromise"]]:
        """Me, or nobody yet."""
        return [("me", _("Me")), ("nobody", _("Nobody yet"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Ticket]) -> QuerySet[Ticket]:
        """By owner."""
        match self.value():
            case "me":
                return queryset.filter(owner=request.user.pk)
            case "nobody":
                return queryset.filter(owner=None)
        return queryset


class CauseFilter(Coded):
    """The real cause; offered only where a link from the home page has chosen one."""

    title = _("cause")
    parameter_name = "cause"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The one that was asked for."""
        asked = request.GET.get("cause", "").replace("\x00", "")
        self.causes = {cause.slug: cause for cause in Cause.objects.filter(slug=asked)} if asked else {}
        return [(slug, cause.name) for slug, cause in self.causes.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Ticket]) -> QuerySet[Ticket]:
        """By real cause."""
        # By number: through the slug no database knows how many requests the index will give.
        return queryset.filter(cause=self.causes[self.value() or ""].pk) if self.value() else queryset


FILTERS = [ViewFilter, TurnFilter, SymptomFilter, OwnerFilter, StatusFilter, CauseFilter]
