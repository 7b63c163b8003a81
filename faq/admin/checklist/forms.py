"""The forms of a question, its answers, and an outcome. Texts may stay empty: a draft is unfinished."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from faq.admin.checklist.typed import SLOTS, Typed, is_empty, prefix
from faq.models import Answer, Article, Cause, Outcome, Question
from faq.rules.compare import Place
from faq.rules.content import AnswerRow, ChecklistFile, OutcomeRow, QuestionRow
from faq.rules.facts import VALUES
from faq.services import publish
from faq.services.changes import value_words
from faq.services.editing import NEW
from faq.services.facts import LABELS
from faq.services.faults import Names

LONGEST: Final = 8000
"""Characters of a text that has no limit of its own."""
_GONE: Final = _("What was chosen here is not there any more. Please choose again.")
_LINES: Final = {"hint": 3, "path": 3, "test": 4, "reason": 3, "steps": 8, "letter": 6}
_HELP: Final[dict[str, Any]] = {
    "path": _("One program or company a line: Label: step > next step"),
    "test": _("Markdown. With a test the client can leave and come back."),
    "steps": _("Markdown: 1. 2. 3. for steps, [words](faq:key) for a link to an article."),
    "letter": _("What the client forwards where another company has to act."),
}
Choices = list[tuple[Any, Any]]


@dataclass(frozen=True, slots=True)
class Offered:
    """What can be chosen on the page."""

    goes: Choices
    articles: Choices
    causes: Choices


def offered(file: ChecklistFile, place: Place, key: str) -> Offered:
    """Destinations of this version, articles, causes. Two statements."""
    causes: Choices = []
    if place is Place.OUTCOME:
        words = gettext("%(name)s (%(actor)s)")
        causes = [
            (cause.slug, words % {"name": cause.name, "actor": cause.get_actor_display()})
            for cause in Cause.objects.all()
        ]
        causes = sorted(causes, key=lambda choice: str(choice[1]))
    return Offered(_destinations(file, key), _articles(), causes)


def _destinations(file: ChecklistFile, key: str) -> Choices:
    names = Names(file)
    questions = [(f"question:{q.key}", names.question(q.key)) for q in file.questions if q.key != key]
    outcomes = [(f"outcome:{o.key}", names.outcome(o.key)) for o in file.outcomes]
    new = [
        (f"question:{NEW}", gettext("Make a new question")),
        (f"outcome:{NEW}", gettext("Make a new outcome")),
    ]
    groups = [
        (gettext("Make a new one"), new),
        (gettext("Outcomes"), outcomes),
        (gettext("Questions"), questions),
    ]
    return [
        ("", gettext("(nowhere yet)")),
        *((name, choices) for name, choices in reversed(groups) if choices),
    ]


def _articles() -> Choices:
    """All of them by their titles, in groups by category. One statement."""
    other = "en" if (get_language() or "ja")[:2] == "en" else "ja"
    rows = Article.objects.order_by("category__order", "category_id", "order", "key").values_list(
        "key", f"category__name_{other}", "texts__language", "texts__title"
    )
    groups: dict[str, dict[str, str]] = {}
    for key, category, language, title in rows:
        titles = groups.setdefault(category, {})
        if title and (language == other or key not in titles):
            titles[key] = title
        titles.setdefault(key, key)
    return [("", "—"), *((name, list(titles.items())) for name, titles in groups.items())]


def _text(model: type[models.Model], name: str) -> forms.CharField:
    """A field for a text of a model, with its label and its limit."""
    column: Any = model._meta.get_field(name)
    kind, _under, language = name.rpartition("_")
    attrs = {"lang": language}
    lines = _LINES.get(kind, 0)
    return forms.CharField(
        label=column.verbose_name,
        required=False,
        max_length=column.max_length or LONGEST,
        strip=kind not in ("test", "steps", "letter"),
        widget=forms.Textarea(attrs=attrs | {"rows": lines}) if lines else forms.TextInput(attrs=attrs),
        help_text=_HELP.get(kind, ""),
    )


def _choice(label: Any, choices: Choices, help_text: Any = "") -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        choices=choices,
        required=False,
        error_messages={"invalid_choice": _GONE},
        help_text=help_text,
    )


class PartForm(forms.Form):
    """A form over the texts of one row; `notes` are its fields that a colleague changed as well."""

    markdown: tuple[str, ...] = ()
    pairs: tuple[str, ...] = ()

    def __init__(
        self, texts: dict[str, str], *, bound: bool, notes: set[str], prefix: str | None = None
    ) -> None:
        data = {f"{prefix}-{name}" if prefix else name: value for name, value in texts.items()}
        super().__init__(data if bound else None, initial=texts, prefix=prefix)
        self.noted = {name for name in texts if (f"{prefix}-{name}" if prefix else name) in notes}

    def texts(self) -> list[Any]:
        """Pairs of fields, Japanese and English."""
        return [(self.cell(f"{name}_ja"), self.cell(f"{name}_en")) for name in self.pairs]

    def cell(self, name: str) -> dict[str, Any]:
        """For `_field.html`."""
        return {"field": self[name], "noted": name in self.noted}

    @property
    def cells(self) -> dict[str, dict[str, Any]]:
        """All of them by name."""
        return {name: self.cell(name) for name in self.fields}

    def clean(self) -> dict[str, Any]:
        """Render what is Markdown once, to find links that lead nowhere and the like."""
        data = super().clean() or {}
        for name in self.markdown:
            if body := str(data.get(name, "")):
                try:
                    publish.preview(body, language=name[-2:])
                except publish.MarkupError as error:
                    words = gettext("It cannot be shown like this: %(fault)s")
                    self.add_error(name, words % {"fault": error})
        return data


class QuestionForm(PartForm):
    """The question itself."""

    markdown = ("test_ja", "test_en")
    pairs = ("text", "hint", "path", "test")

    def __init__(self, texts: dict[str, str], *, offered: Offered, **more: Any) -> None:
        super().__init__(texts, **more)
        for name in self.pairs:
            for language in ("ja", "en"):
                self.fields[f"{name}_{language}"] = _text(Question, f"{name}_{language}")
        facts = [(name, str(label)) for name, label in LABELS.items()]
        kept = texts.get("fact", "")
        strange = [(kept, kept)] if kept and kept not in LABELS else []
        self.fields["fact"] = _choice(
            Question._meta.get_field("fact").verbose_name,
            [("", gettext("(none)")), *facts, *strange],
            _("What the answers tell us about the trouble."),
        )
        self.fields["article"] = _choice(Question._meta.get_field("article").verbose_name, offered.articles)

    def clean_fact(self) -> str:
        """Only what there is."""
        fact = str(self.cleaned_data["fact"])
        if fact and fact not in LABELS:
            raise ValidationError(_GONE)
        return fact


class AnswerForm(PartForm):
    """One answer. One that is to be removed is not looked at."""

    pairs = ("text", "more")

    def __init__(
        self,
        texts: dict[str, str],
        *,
        offered: Offered,
        fact: str,
        fact_before: str,
        number: int,
        bound: bool,
        notes: set[str],
    ) -> None:
        self.removed, self.number = bool(texts["remove"]), number
        self.fact, self.fact_before = fact, fact_before
        self.empty = is_empty(texts)
        bound = bound and not self.removed and not self.empty
        super().__init__(texts, bound=bound, notes=notes, prefix=prefix(number))
        self.typed, self.gone, self.came = texts, False, False
        self.fields["key"] = forms.CharField(required=False, max_length=50, widget=forms.HiddenInput)
        for name in self.pairs:
            for language in ("ja", "en"):
                self.fields[f"{name}_{language}"] = _text(Answer, f"{name}_{language}")
        self.fields["value"] = self._value_field(texts["value"])
        self.fields["unknown"] = forms.BooleanField(
            label=_("This is the answer “I don’t know”"), required=False
        )
        self.fields["goes"] = _choice(_("Leads to"), offered.goes)
        self.fields["remove"] = forms.BooleanField(label=_("Remove this answer when saving"), required=False)

    @property
    def title(self) -> str:
        """As people know it."""
        first, second = ("en", "ja") if (get_language() or "ja")[:2] == "en" else ("ja", "en")
        return self.typed[f"text_{first}"].strip() or self.typed[f"text_{second}"].strip()

    @property
    def english(self) -> str:
        """What the English texts say, on the lid over them."""
        return " / ".join(text for name in self.pairs if (text := self.typed[f"{name}_en"].strip()))

    @property
    def open(self) -> bool:
        """The English texts are shown: something in them is wrong or was changed by two people."""
        english = {f"{name}_en" for name in self.pairs}
        wrong = set(self.errors) if self.is_bound else set()
        return self.empty or bool(english & (wrong | self.noted))

    @property
    def without_value(self) -> bool:
        """The question gives no fact: there is nothing to choose."""
        return not self.fact and not self.typed["value"]

    def _value_field(self, value: str) -> forms.Field:
        label: Any = Answer._meta.get_field("value").verbose_name
        if self.fact and self.fact in LABELS and self.fact not in VALUES:
            return forms.CharField(label=label, required=False, max_length=30)
        codes = VALUES.get(self.fact, ())
        choices: Choices = [("", gettext("(says nothing about it)"))]
        choices += [(code, value_words(self.fact, code)) for code in codes]
        if value and value not in codes:
            choices.append((value[:30], self._strange(value[:30])))
        return _choice(label, choices)

    def _strange(self, value: str) -> str:
        """A value that is none of the fact chosen now, as the fact that was saved said it."""
        return value_words(self.fact_before, value) if value in VALUES.get(self.fact_before, ()) else value

    def clean_value(self) -> str:
        """Only values of the fact that the question gives."""
        value = str(self.cleaned_data["value"])
        if value and not self.fact:
            raise ValidationError(gettext("The question gives no fact, so the answer can have no value."))
        if value and value not in VALUES.get(self.fact, (value,)):
            words = gettext("“%(value)s” is no value of “%(fact)s”. Please choose again.")
            raise ValidationError(
                words % {"value": self._strange(value), "fact": LABELS.get(self.fact, self.fact)}
            )
        return value

    def row(self) -> AnswerRow:
        """Of valid data."""
        data = {name: value for name, value in self.cleaned_data.items() if name not in ("goes", "remove")}
        place, _colon, key = str(self.cleaned_data["goes"]).partition(":")
        to, outcome = (key, "") if place == "question" else ("", key)
        return AnswerRow(**data, to=to, outcome=outcome)


class OutcomeForm(PartForm):
    """Where a walk ends."""

    markdown = ("steps_ja", "steps_en")
    pairs = ("title", "reason", "steps", "letter")

    def __init__(self, texts: dict[str, str], *, offered: Offered, **more: Any) -> None:
        super().__init__(texts, **more)
        for name in self.pairs:
            for language in ("ja", "en"):
                self.fields[f"{name}_{language}"] = _text(Outcome, f"{name}_{language}")
        self.fields["cause"] = _choice(
            Outcome._meta.get_field("cause").verbose_name, offered.causes, _("In brackets: who must act.")
        )
        self.fields["cause"].required = True
        self.slots = [name for name in texts if name.startswith("article_")] or [
            f"article_{n}" for n in range(1, SLOTS + 1)
        ]
        for number, name in enumerate(self.slots, 1):
            self.fields[name] = _choice(gettext("Article %(n)s") % {"n": number}, offered.articles)

    @property
    def articles(self) -> list[dict[str, Any]]:
        """For `_field.html`."""
        return [self.cell(name) for name in self.slots]


class Sheet:
    """All forms of a page. `bound`: they are checked and say what is wrong."""

    def __init__(
        self, typed: Typed, place: Place, key: str, offered: Offered, *, bound: bool, fact_before: str
    ) -> None:
        self.key, self.typed = key, typed
        more: dict[str, Any] = {"offered": offered, "bound": bound, "notes": typed.notes}
        head: Callable[..., PartForm] = QuestionForm if place is Place.QUESTION else OutcomeForm
        self.form = head(typed.head, **more)
        fact = typed.head.get("fact", "")
        self.answers = [
            AnswerForm(answer, fact=fact, fact_before=fact_before, number=number, **more)
            for number, answer in enumerate(typed.answers, 1)
        ]
        for form in self.answers:
            form.gone, form.came = form.number in typed.gone, form.number in typed.came

    def is_valid(self) -> bool:
        """Whether everything can be saved."""
        return not self.faults()

    def faults(self) -> list[tuple[str, str]]:
        """What is wrong with each field: the id of the field, and the words."""
        found = [(self.form[name].id_for_label, label, words) for name, label, words in _errors(self.form)]
        for answer in self.answers:
            where = gettext("Answer %(n)s") % {"n": answer.number}
            found += [
                (answer[name].id_for_label, f"{where} {label}", words)
                for name, label, words in _errors(answer)
            ]
        return [
            (target, gettext("%(label)s: %(error)s") % {"label": label, "error": words})
            for target, label, words in found
        ]

    def row(self) -> QuestionRow | OutcomeRow:
        """Of valid forms."""
        data = self.form.cleaned_data
        if isinstance(self.form, OutcomeForm):
            chosen = dict.fromkeys(data.pop(name) for name in self.form.slots)
            return OutcomeRow(key=self.key, articles=tuple(key for key in chosen if key), **data)
        answers = tuple(answer.row() for answer in self.answers if not answer.removed and not answer.empty)
        return QuestionRow(key=self.key, answers=answers, **data)

    def told(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """Everything in words, a group an answer: for those who may only read."""
        groups = [("", _told(self.form))]
        for answer in self.answers:
            if not answer.empty:
                name = gettext("Answer %(n)s") % {"n": answer.number}
                groups.append((f"{name} {answer.title}".strip(), _told(answer)))
        return groups


def _errors(form: PartForm) -> list[tuple[str, str, str]]:
    return [
        (name, str(form.fields[name].label), str(words))
        for name, errors in form.errors.items()
        for words in errors
    ]


def _told(form: PartForm) -> list[tuple[str, str]]:
    """Fields that say something, by their labels."""
    told = []
    for name, field in form.fields.items():
        value = form.initial.get(name, "")
        if not value or name in ("key", "remove"):
            continue
        if isinstance(field, forms.ChoiceField):
            value = _chosen(field.choices, value)
        elif isinstance(field, forms.BooleanField):
            value = gettext("yes")
        told.append((str(field.label), str(value)))
    return told


def _chosen(choices: Any, value: str) -> str:
    """The words of a choice, also of one in a group."""
    for code, words in choices:
        if isinstance(words, (list, tuple)):
            for inner, text in words:
                if inner == value:
                    return str(text)
        elif code == value:
            return str(words)
    return value
