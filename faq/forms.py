"""Forms of the knowledge base."""

from django import forms
from django.http import QueryDict
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from faq.models import Question
from faq.rules.words import clean
from faq.services.vote import REASON
from mailsupport.lib.choices import Label
from mailsupport.lib.fields import Words


class QuestionForm(forms.Form):
    """One question of a checklist."""

    answer = forms.ChoiceField(
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose one. If you are not sure, choose “I don’t know”."),
            "invalid_choice": _("Choose one of these answers."),
        },
    )

    def __init__(self, data: QueryDict | None = None, *, question: Question, given: str = "") -> None:
        super().__init__(data, initial={"answer": given})
        field = self.fields["answer"]
        field.label = question.text("text")
        field.help_text = _hint(question)
        field.choices = [  # type: ignore[attr-defined]  # a ChoiceField, declared above
            (row.key, Label(row.text("text"), row.text("more"))) for row in question.answers.all()
        ]


class VoteForm(forms.Form):
    """Did it help, and what was missing."""

    # "words": it did not help, but the client only wants to say why.
    helpful = forms.ChoiceField(choices=[("yes", _("Yes")), ("no", _("No")), ("words", _("Only words"))])
    reason = Words(
        label=_("What was missing or hard to follow?"),
        required=False,
        max_length=REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Please do not write a password."),
    )

    def clean_reason(self) -> str:
        """Without control characters, which PostgreSQL does not take."""
        return clean(self.cleaned_data["reason"], REASON)


def _hint(question: Question) -> SafeString | str:
    hint = question.text("hint")
    if question.article is None:
        return hint
    address = reverse("faq:article", args=[question.article.key])
    return format_html('{} <a class="link" href="{}">{}</a>', hint, address, _("See how to find out"))
