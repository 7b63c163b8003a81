"""The forms of the staff: one to answer with, one for a call."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from faq.models import Cause
from faq.models.base import SYMPTOMS
from tickets.models import Ticket
from tickets.rules.workflow import DONE, Status, may

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

KINDS: dict[str, "StrOrPromise"] = {
    "reply": _("Reply"),
    "note": _("Internal note"),
    "ask": _("Ask, and wait for the client"),
    "resolve": _("Resolve with a cause"),
}
BUTTONS: dict[str, "StrOrPromise"] = {
    "reply": _("Send the reply"),
    "note": _("Keep the note"),
    "ask": _("Send the question and wait"),
    "resolve": _("Resolve and send"),
}


def kinds_for(ticket: Ticket) -> list[tuple[str, "StrOrPromise"]]:
    """What can be done with the request as it stands."""
    status = Status(ticket.status)
    refused = {"resolve"} if not may(status, Status.RESOLVED) else set()
    if status in DONE:
        refused |= {"ask"}
    return [(code, words) for code, words in KINDS.items() if code not in refused]


class TalkForm(forms.Form):
    """Reply, note, ask or resolve: what else is needed follows from the kind."""

    kind = forms.ChoiceField(label=_("What do you want to do?"), widget=forms.RadioSelect)
    body = forms.CharField(
        label=_("Text"), required=False, max_length=10_000, widget=forms.Textarea(attrs={"rows": 7})
    )
    cause = forms.ModelChoiceField(Cause.objects.none(), label=_("Real cause"), required=False)
    solved_by = forms.ChoiceField(label=_("Article that solved it"), required=False)
    articles = forms.MultipleChoiceField(
        label=_("Add these articles to the text"), required=False, widget=forms.CheckboxSelectMultiple
    )
    seen_version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(
        self, *args: Any, ticket: Ticket, causes: list[Cause], articles: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["kind"].choices = kinds_for(ticket)
        # Already loaded, and the suspected cause first: no second statement for the choices.
        fields["cause"].queryset = Cause.objects.all()
        fields["cause"].choices = [("", _("Choose the cause")), *((c.pk, c.name) for c in causes)]
        fields["solved_by"].choices = [("", _("None of our articles")), *articles]
        fields["articles"].choices = articles

    def clean(self) -> dict[str, Any]:
        """Words for all but resolving; a cause for resolving."""
        data = super().clean() or {}
        kind = data.get("kind")
        if kind == "resolve" and not data.get("cause"):
            self.add_error("cause", ValidationError(_("Choose the real cause first.")))
        if kind in ("reply", "note", "ask") and not data.get("body") and not data.get("articles"):
            self.add_error("body", ValidationError(_("Write something first.")))
        return data


class CallForm(forms.Form):
    """A request taken by phone."""

    contact_name = forms.CharField(label=_("Name"), max_length=120)
    phone = forms.CharField(label=_("Phone"), max_length=40, required=False)
    email = forms.EmailField(label=_("E-mail"), max_length=254, required=False)
    symptom = forms.ChoiceField(label=_("Symptom"), choices=[(str(s), words) for s, words in SYMPTOMS])
    affected_address = forms.CharField(
        label=_("Address or domain in trouble"), max_length=254, required=False
    )
    work_stopped = forms.BooleanField(label=_("Work has stopped"), required=False)
    subject = forms.CharField(
        label=_("Subject"), max_length=120, required=False, help_text=_("Empty: the first line of the words.")
    )
    words = forms.CharField(
        label=_("What the caller says"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6, "class": "vLargeTextField"}),
        help_text=_("Never write down a password."),
    )

    def clean(self) -> dict[str, Any]:
        """One way to call back."""
        data = super().clean() or {}
        if not self.errors and not data.get("phone") and not data.get("email"):
            self.add_error("phone", ValidationError(_("A phone number or an e-mail address is needed.")))
        return data
