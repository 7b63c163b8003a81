"""The desk (one row, opened directly) and known outages."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from faq.admin.shown import Shown
from faq.models import ClosedPeriod, Desk, Outage
from mailsupport.lib.admin import WHEN, Labelled


class ClosedPeriodInline(admin.TabularInline[ClosedPeriod, Desk]):
    """Year end, Obon."""

    model = ClosedPeriod
    formset = Labelled
    formfield_overrides = WHEN
    extra = 1


@admin.register(Desk)
class DeskAdmin(Shown, admin.ModelAdmin[Desk]):
    """One row: the list leads straight to it, or to making it."""

    formfield_overrides = WHEN
    inlines = [ClosedPeriodInline]
    fieldsets = [
        (None, {"fields": [("name_ja", "name_en"), "phone"]}),
        (None, {"fields": [("opens", "closes"), "weekdays", "closed_on_holidays", "answer_hours"]}),
        (None, {"fields": ["privacy_ja", "privacy_en"]}),
    ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """There is nothing to list."""
        if Desk.objects.filter(pk=1).exists():
            return HttpResponseRedirect(reverse("admin:faq_desk_change", args=[1]))
        return HttpResponseRedirect(reverse("admin:faq_desk_add"))

    def save_model(self, request: HttpRequest, obj: Desk, form: Any, change: bool) -> None:
        """Always row 1."""
        obj.pk = 1
        super().save_model(request, obj, form, change)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Only while there is none."""
        return super().has_add_permission(request) and not Desk.objects.filter(pk=1).exists()

    def has_delete_permission(self, request: HttpRequest, obj: Desk | None = None) -> bool:
        """Other rows and every promise lean on it."""
        return False


@admin.register(Outage)
class OutageAdmin(Shown, admin.ModelAdmin[Outage]):
    """What is out of order right now, shown first on the home page."""

    list_display = ["title", "begins", "ended"]
    formfield_overrides = WHEN
    fieldsets = [
        (None, {"fields": ["title_ja", "text_ja", ("begins", "ended")]}),
        (None, {"fields": ["title_en", "text_en"]}),
    ]
