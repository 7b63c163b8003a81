"""Checklists: read here, question by question. What was published once never changes: walks rely on it."""

from django.contrib import admin
from django.http import HttpRequest

from faq.models import Answer, Checklist, Outcome, Question, Version
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


class AnswerInline(ReadOnly, admin.StackedInline[Answer, Question]):
    """The answers and where they lead."""

    model = Answer
    fk_name = "question"
    fields = ["key", "text_ja", "more_ja", "text_en", "more_en", "next", "outcome"]
    readonly_fields = ["key", "next", "outcome"]
    extra = 0


class Part(ReadOnly):
    """Mixin: a part of a version, without an entry on the home page."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Reached from its version."""
        return False


@admin.register(Question)
class QuestionAdmin(Part, admin.ModelAdmin[Question]):
    """One question a page."""

    list_display = ["text_ja", "version"]
    list_select_related = ["version__checklist"]
    search_fields = ["text_ja", "text_en"]
    readonly_fields = ["version", "key", "fact", "article"]
    fields = ["version", "key", "text_ja", "hint_ja", "text_en", "hint_en", "fact", "article"]
    inlines = [AnswerInline]


@admin.register(Outcome)
class OutcomeAdmin(Part, admin.ModelAdmin[Outcome]):
    """Where a walk ends."""

    list_display = ["title_ja", "cause", "version"]
    list_select_related = ["version__checklist", "cause"]
    search_fields = ["title_ja", "title_en"]
    readonly_fields = ["version", "key", "cause"]
    autocomplete_fields = ["articles"]
    fieldsets = [
        (None, {"fields": ["version", "key", "cause", "articles"]}),
        (None, {"fields": ["title_ja", "reason_ja", "steps_ja", "letter_ja"]}),
        (None, {"fields": ["title_en", "reason_en", "steps_en", "letter_en"]}),
    ]
