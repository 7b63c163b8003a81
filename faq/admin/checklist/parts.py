"""A question with its answers, and an outcome."""

from django.contrib import admin
from django.http import HttpRequest

from faq.models import Answer, Outcome, Question
from mailsupport.lib.admin import ReadOnly


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
