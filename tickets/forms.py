"""The forms a client meets. They check words; what follows from them is the services' business."""

from collections.abc import Collection, Mapping
from typing import Any, ClassVar, Self

from crispy_forms.helper import FormHelper
from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from faq.models.base import SYMPTOMS
from mailsupport.lib.choices import Label
from mailsupport.lib.fields import Words
from mailsupport.lib.text import fold
from tickets.rules.domains import same_domain
from tickets.rules.request import clean

LONGEST = 4000
"""Characters of one answer in the client's own words."""


class ManyFilesInput(forms.ClearableFileInput):
    """A native file input for several files."""

    allow_multiple_selected = True
    template_name = "django/forms/widgets/file.html"


class ManyFiles(forms.FileField):
    """Several files; an empty list where none was chosen."""

    widget = ManyFilesInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:
        """Every file on its own."""
        chosen = data if isinstance(data, list | tuple) else [data]
        return [file for one in chosen if (file := super(ManyFiles, self).clean(one, initial))]


def files_field() -> ManyFiles:
    """Photo, screenshot, saved mail."""
    return ManyFiles(
        label=_("Photos or files"),
        required=False,
        help_text=_("A picture of the screen taken with a phone will do. Up to 5, 10 MB each."),
        widget=ManyFilesInput(attrs={"accept": "image/*,.heic,.heif,.eml,.txt,.pdf"}),
    )


class Choice(forms.ChoiceField):
    """One of a fixed list. Django copies the list for every form that is made; all share this one."""

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """A copy without one of the choices, which nobody changes."""
        return forms.Field.__deepcopy__(self, memo)


class PlainForm(forms.Form):
    """Drawn by our pack; the template holds the form tag, the summary and the button."""

    @property
    def helper(self) -> FormHelper:
        """What crispy asks the form for."""
        helper = FormHelper()
        helper.form_tag = False
        helper.form_show_errors = False
        return helper


class StepForm(PlainForm):
    """One step of the request. `typed` is what is kept: only this step's own answers, as typed."""

    kept: ClassVar[tuple[str, ...]] = ()
    short: ClassVar[Mapping[str, StrPromise]] = {}
    """Labels for an answer, where the question's own does not do."""

    def __init__(
        self,
        *args: Any,
        affected: str = "",
        without: Collection[str] = (),
        walked: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        # The address in trouble, for the step that asks for another one.
        self.affected = affected
        # The client has walked a checklist: its answers say already what happens.
        self.walked = walked
        # Nothing of anybody in it: a name under which its fields are rendered once, see {% fixed %}.
        somebodys = without or walked or affected or self.is_bound or self.initial
        self.pristine = "" if somebodys else type(self).__name__
        for name in without:
            del self.fields[name]

    @property
    def helper(self) -> FormHelper:
        """The token stands outside: without it the form of the same step is the same for everybody."""
        helper = super().helper
        helper.disable_csrf = True
        return helper

    @classmethod
    def typed(cls, posted: Mapping[str, str], without: Collection[str] = ()) -> dict[str, str]:
        """This step's answers out of what was sent; anything else that was sent is not looked at.

        `without` names questions that the page did not ask: they are answered only where they were sent.
        """
        asked = [name for name in cls.kept if name in posted or name not in without]
        texts = {name: _short(str(posted.get(name, ""))) for name in asked}
        # What shows nothing is no answer: it would not be filed, either.
        return {name: text if clean(text).strip() else "" for name, text in texts.items()}


def _short(typed: str) -> str:
    """At most LONGEST letters, a line break being one of them: browsers count so, but send two."""
    return typed.replace("\x00", "").replace("\r\n", "\n")[:LONGEST]


class WhatForm(StepForm):
    """What happens."""

    kept = ("symptom", "words")
    short: ClassVar = {"symptom": _("The trouble")}
    symptom = Choice(
        label=_("Which is closest?"),
        choices=[(str(key), Label(words)) for key, words in SYMPTOMS],
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Please choose the closest one. If none fits, choose “Something else”.")
        },
    )
    words = forms.CharField(
        label=_("How it is, in your own words"),
        help_text=_("Everyday words will do. Please do not write a password."),
        widget=forms.Textarea(attrs={"rows": 5}),
        max_length=LONGEST,
        error_messages={"required": _("Please write what happens. One line is enough.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.walked:
            self.fields["words"].required = False
            self.fields["words"].label = _("Anything else you would like to tell us")


class WhenForm(StepForm):
    """Since when, which address, does work stand still."""

    kept = ("since", "affected_address", "work_stopped", "error_text")
    since = Choice(
        label=_("Since when?"),
        choices=[
            ("today", _("Today")),
            ("yesterday", _("Yesterday")),
            ("earlier", _("Before that")),
            ("unknown", _("I don’t know")),
        ],
        widget=forms.RadioSelect(attrs={"class": "two"}),
        error_messages={
            "required": _("Please choose since when. If you are not sure, choose “I don’t know”.")
        },
    )
    affected_address = forms.CharField(
        label=_("The address in trouble"),
        help_text=_("Example: info@yamadaya.example. If there are several, one is enough."),
        max_length=254,
        widget=forms.TextInput(attrs={"inputmode": "email", "autocomplete": "email"}),
        error_messages={"required": _("Please write the mail address that is in trouble.")},
    )
    work_stopped = Choice(
        label=_("Has your work come to a stop?"),
        choices=[("yes", _("Yes")), ("no", _("No"))],
        widget=forms.RadioSelect(attrs={"class": "two"}),
        error_messages={"required": _("Please choose yes or no.")},
    )
    error_text = forms.CharField(
        label=_("Words on the screen"),
        required=False,
        help_text=_("English as it stands is fine. Please do not write a password."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
    )
    photos = files_field()

    def clean_affected_address(self) -> str:
        """Kept as typed; the checks read it half-width."""
        check_address(self.cleaned_data["affected_address"])
        return str(self.cleaned_data["affected_address"])


class WhoForm(StepForm):
    """How we reach the client: a phone number or an address."""

    kept = ("name", "phone", "email", "page_only")
    name = forms.CharField(
        label=_("Your name"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Please write your name.")},
    )
    phone = forms.CharField(
        label=_("Phone number"),
        required=False,
        max_length=40,
        help_text=_("Our quickest way to you. With or without hyphens."),
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
    )
    email = forms.CharField(
        label=_("Mail address for our answer"),
        required=False,
        max_length=254,
        help_text=_("One that works now, if you have one: a Gmail or mobile address is fine."),
        widget=forms.TextInput(attrs={"inputmode": "email", "autocomplete": "email"}),
    )
    page_only = forms.BooleanField(
        label=_("I have no other: I will look at the page with our answers"), required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not (self.is_bound and self.on_affected_domain()):
            del self.fields["page_only"]

    def on_affected_domain(self) -> bool:
        """Is the contact address on the domain that is in trouble?"""
        return same_domain(str(self.data.get("email", "")), self.affected)

    def clean_phone(self) -> str:
        """Any way of writing it, as long as there are enough digits."""
        phone = str(self.cleaned_data["phone"])
        digits = [c for c in fold(phone) if c.isdigit()]
        if phone and not 9 <= len(digits) <= 15:
            raise ValidationError(_("A digit may be missing. Please look at the phone number again."))
        return phone

    def clean_email(self) -> str:
        """Kept half-width: it goes into a mail header."""
        email = fold(str(self.cleaned_data["email"]))
        if email:
            check_address(email)
        return email

    def clean(self) -> dict[str, Any]:
        """At least one way to reach them, and one that does not lead into the trouble itself."""
        answers = super().clean() or {}
        if self.errors or answers.get("phone"):
            return answers
        if not answers.get("email"):
            self.add_error("phone", _("Please write a phone number or a mail address, either is fine."))
        elif "page_only" in self.fields and not answers.get("page_only"):
            self.add_error(
                "phone",
                _(
                    "The address below is on the domain that is in trouble, so our answer may not reach you. "
                    "Please write a phone number, or another address."
                ),
            )
        return answers


class ReplyForm(PlainForm):
    """The client's next words on the page of the request."""

    body = Words(
        label=_("Write more"),
        help_text=_("An answer or a note. Please do not write a password."),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=LONGEST,
        error_messages={"required": _("Please write something. One line is enough.")},
    )
    photos = files_field()
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A photo alone says something; refusing it for want of words would lose it.
        if self.files:
            self.fields["body"].required = False


class FindForm(PlainForm):
    """Receipt number and phone. Anything may be typed: what is wrong is never said."""

    number = forms.CharField(
        label=_("Receipt number"),
        help_text=_("10 digits. With or without spaces."),
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"required": _("Please write the receipt number.")},
    )
    phone = forms.CharField(
        label=_("Phone number"),
        help_text=_("The one you gave with the request."),
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
        error_messages={"required": _("Please write the phone number.")},
    )


def check_address(typed: str) -> None:
    """Raise ValidationError with what is wrong with a mail address, in a shop owner's words."""
    address = fold(typed)
    local, at, domain = address.rpartition("@")
    if not at:
        raise ValidationError(_("The “@” is missing. Example: info@yamadaya.example"))
    if not domain:
        raise ValidationError(
            _("What follows the “@” is missing. Write the name of the company and so on after the “@”.")
        )
    if not local:
        raise ValidationError(_("What stands before the “@” is missing. Example: info@yamadaya.example"))
    try:
        validate_email(address)
    except ValidationError as error:
        raise ValidationError(
            _("This does not look like a mail address. Example: info@yamadaya.example")
        ) from error
