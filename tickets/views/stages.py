"""The pages with questions: what each asks, and what need not be asked again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple, Self

from django.forms import ChoiceField
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from tickets.forms import StepForm, WhatForm, WhenForm, WhoForm
from tickets.models import Draft
from tickets.rules.request import ASKED, filled, is_answered
from tickets.services.brought import Brought, brought_by


class Stage(NamedTuple):
    """One of the pages with questions."""

    form: type[StepForm]
    number: int
    name: StrPromise
    heading: StrPromise
    following: str


STAGES: Mapping[str, Stage] = {
    "what": Stage(WhatForm, 1, _("What happens"), _("What is the trouble?"), "when"),
    "when": Stage(WhenForm, 2, _("The situation"), _("Since when, and which address?"), "who"),
    "who": Stage(WhoForm, 3, _("How to reach you"), _("How can we reach you?"), "check"),
}


class Row(NamedTuple):
    """An answer that stands there instead of its question; `url` is where it is changed."""

    name: str
    label: str
    value: str
    url: str


@dataclass(frozen=True)
class Told:
    """What was typed so far, and what came along."""

    typed: Mapping[str, str]
    brought: Brought

    @classmethod
    def of(cls, draft: Draft | None, visit: object = None) -> Self:
        """The draft's, with another `visit` where that has not been kept yet."""
        data = draft.data if draft else {}
        return cls(data, brought_by(visit if visit is not None else draft.visit if draft else {}))

    def typing(self, typed: Mapping[str, str]) -> Told:
        """With other answers of the same client."""
        return replace(self, typed=typed)

    @cached_property
    def known(self) -> dict[str, str]:
        """What checklists and words told, as far as it would do for an answer."""
        told = {
            name: value for name, value in self.brought.to_json(self.typed.get("words", "")).items() if value
        }
        if not told:
            return {}
        forms = [
            stage.form({name: told.get(name, "") for name in stage.form.kept})
            for stage in STAGES.values()
            if not told.keys().isdisjoint(stage.form.kept)
        ]
        return {
            name: told[name]
            for form in forms
            for name in form.kept
            if name in told and name not in form.errors
        }

    @property
    def answers(self) -> dict[str, str]:
        """All that would be filed: what was typed counts over what was told."""
        return filled(self.typed, lambda: self.known)

    def not_asked(self, step: str, change: Collection[str] = ()) -> list[str]:
        """Questions that have their answer already; the client wants to `change` some of them."""
        return [
            name
            for name in STAGES[step].form.kept
            if name in ASKED
            and name not in change
            and not is_answered(self.typed, name)
            and name in self.known
        ]

    def form(self, step: str, *, bound: bool, change: Collection[str] = (), **offered: str) -> StepForm:
        """The page's form without what is not asked; `offered` are values to begin with."""
        kind = STAGES[step].form
        mine = {name: self.typed.get(name, "") for name in kind.kept}
        without, walked = self.not_asked(step, change), bool(self.brought.sent)
        affected = self.answers.get("affected_address", "")
        if bound:
            return kind(mine, affected=affected, without=without, walked=walked)
        initial = {**self.known}
        for better in (offered, mine):
            initial |= {name: value for name, value in better.items() if value}
        return kind(initial=initial, affected=affected, without=without, walked=walked)

    def is_complete(self, step: str) -> bool:
        """Nothing is missing or wrong on that page."""
        return self.form(step, bound=True).is_valid()

    def rows(self, step: str, names: Iterable[str]) -> list[Row]:
        """The answers of these names, in words."""
        return [self._row(step, name) for name in names]

    def _row(self, step: str, name: str) -> Row:
        form = STAGES[step].form(walked=bool(self.brought.sent))
        field, value = form.fields[name], self.answers.get(name, "")
        shown = dict(getattr(field, "choices", ())).get(value, value)
        again = f"?change={name}" if name in self.known else ""
        return Row(name, str(form.short.get(name, field.label)), str(shown), address_of_step(step) + again)


def target(step: str, name: str) -> str:
    """The id of a question's first input."""
    is_choice = isinstance(STAGES[step].form.base_fields[name], ChoiceField)
    return f"id_{name}_0" if is_choice else f"id_{name}"


def address_of_step(step: str) -> str:
    """The first page has the address of the form; the last one is the check page."""
    return reverse("tickets:new") if step == "what" else reverse("tickets:step", args=[step])
