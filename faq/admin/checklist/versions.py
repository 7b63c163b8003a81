"""One version of a checklist: its questions, its drawing, what keeps it from being published."""

from django.contrib import admin
from django.urls import URLPattern

from faq.admin.checklist import pages
from faq.models import Outcome, Question, Version
from mailsupport.lib.admin import ReadOnly


class QuestionInline(ReadOnly, admin.TabularInline[Question, Version]):
    """The questions of a version, each a link to its words."""

    model = Question
    fields = ["key", "text_ja", "text_en"]
    readonly_fields = ["key", "text_ja", "text_en"]
    show_change_link = True
    extra = 0


class OutcomeInline(ReadOnly, admin.TabularInline[Outcome, Version]):
    """The outcomes of a version, each a link to its words."""

    model = Outcome
    fields = ["key", "cause", "title_ja", "title_en"]
    readonly_fields = ["key", "cause", "title_ja", "title_en"]
    show_change_link = True
    extra = 0


@admin.register(Version)
class VersionAdmin(ReadOnly, admin.ModelAdmin[Version]):
    """One state of a checklist; reached from it."""

    list_display = ["checklist", "number", "status", "published_at"]
    list_filter = ["status"]
    list_select_related = ["checklist"]
    fields = ["checklist", "number", "status", "first", "published_at"]
    inlines = [QuestionInline, OutcomeInline]

    def get_urls(self) -> list[URLPattern]:
        """The stock screens, and those around publishing."""
        return [*pages.urls(self), *super().get_urls()]
