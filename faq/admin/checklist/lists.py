"""Checklists: what there is, a new one, a copy, and the states each has been in."""

from django.contrib import admin
from django.http import HttpRequest

from faq.models import Checklist, Version
from mailsupport.lib.admin import Kept, ReadOnly


class VersionInline(ReadOnly, admin.TabularInline[Version, Checklist]):
    """The states of a checklist."""

    model = Version
    fields = ["number", "status", "first", "published_at"]
    readonly_fields = ["number", "status", "first", "published_at"]
    show_change_link = True
    extra = 0


@admin.register(Checklist)
class ChecklistAdmin(Kept, admin.ModelAdmin[Checklist]):
    """A list of questions for one symptom."""

    list_display = ["title", "symptom", "audience", "order"]
    readonly_fields = ["slug", "symptom"]
    fieldsets = [
        (None, {"fields": ["slug", "symptom", "title_ja", "intro_ja", ("audience", "order")]}),
        (None, {"fields": ["title_en", "intro_en"]}),
    ]
    inlines = [VersionInline]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """New ones come with their questions from `manage.py load_knowledge`."""
        return False
