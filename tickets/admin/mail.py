"""Outgoing mail: what is on its way, what was given up, and once more."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from mailsupport.lib.admin import CappedList, CappedPaginator, ReadOnly
from tickets.models import Delivery
from tickets.services import retrying


@admin.register(Delivery)
class DeliveryAdmin(ReadOnly, admin.ModelAdmin[Delivery]):
    """Rows of the outbox, written by services and the worker."""

    list_display = ["created", "kind", "target", "state", "attempts", "sent", "error"]
    list_filter = ["state", "kind"]
    list_per_page = 50
    paginator = CappedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    actions = ["try_again"]
    fields = [
        "ticket",
        "kind",
        "target",
        "state",
        "attempts",
        "next_try",
        "sent",
        "error",
        "rfc_message_id",
    ]

    def get_ordering(self, request: HttpRequest) -> list[str]:  # type: ignore[override]  # as Django reads it
        """The newest first; of one state those last tried, which is what the index of states gives."""
        return ["-next_try", "-pk"] if "state__exact" in request.GET else ["-pk"]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """With its last page."""
        return CappedList

    def has_again_permission(self, request: HttpRequest) -> bool:
        """Whoever may answer requests may have a mail tried again."""
        return request.user.has_perm("tickets.change_ticket")

    @admin.action(description=_("Try again"), permissions=["again"])
    def try_again(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        """Those that were given up go back into the outbox."""
        chosen = list(queryset[:500])
        done = sum(retrying.retry(delivery=delivery) for delivery in chosen)
        if done:
            words = ngettext("%(count)d mail is tried again.", "%(count)d mails are tried again.", done)
            self.message_user(request, words % {"count": done}, messages.SUCCESS)
        if done < len(chosen):
            words = gettext("Only mails that were given up can be tried again.")
            self.message_user(request, words, messages.WARNING)
