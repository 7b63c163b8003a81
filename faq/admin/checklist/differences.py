"""What differs between two versions, ready for a page: changed words are marked, each place is a link."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.urls import reverse

from faq.models import Version
from faq.rules.compare import Kind, Place
from faq.rules.content import ChecklistFile
from faq.rules.runs import Run, runs
from faq.services.changes import Group, changes
from faq.services.faults import Mark

SIGNS: Final[Mapping[Kind, str]] = {Kind.ADDED: "＋", Kind.REMOVED: "−", Kind.CHANGED: "≠"}
Addresses = Mapping[tuple[Place, str], str]


@dataclass(frozen=True, slots=True)
class Line:
    """One field, before and after; empty where there was or is nothing."""

    label: str
    before: Sequence[Run]
    after: Sequence[Run]


@dataclass(frozen=True, slots=True)
class Difference:
    """One question or outcome, or the checklist as a whole; `href` is "" where it is in no version shown."""

    title: str
    kind: Kind
    kind_words: str
    lines: Sequence[Line]
    href: str

    @property
    def sign(self) -> str:
        """Beside the word, for those who look for it in a long list."""
        return SIGNS[self.kind]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, and the page where it is put right."""

    words: str
    href: str


def differences(before: ChecklistFile, after: ChecklistFile, places: Addresses) -> list[Difference]:
    """All of them in reading order. Two statements."""
    return [_difference(group, places) for group in changes(before, after)]


def faults(marks: Sequence[Mark], places: Addresses, version: Version) -> list[Fault]:
    """Faults or warnings of `version`; what concerns the whole leads to its page."""
    whole = reverse("admin:faq_version_change", args=[version.pk])
    return [Fault(mark.words, places.get((mark.place, mark.key), whole)) for mark in marks]


def places_of(version: Version) -> Addresses:
    """Pages of the questions and outcomes of a version. Two statements."""
    questions = version.questions.order_by().values_list("key", "pk")
    outcomes = version.outcomes.order_by().values_list("key", "pk")
    return {
        **{(Place.QUESTION, key): reverse("admin:faq_question_change", args=[pk]) for key, pk in questions},
        **{(Place.OUTCOME, key): reverse("admin:faq_outcome_change", args=[pk]) for key, pk in outcomes},
    }


def _difference(group: Group, places: Addresses) -> Difference:
    lines = [Line(row.label, *_sides(row.before, row.after)) for row in group.rows]
    href = places.get((group.place, group.key), "")
    return Difference(group.title, group.kind, group.kind_words, lines, href)


def _sides(before: str, after: str) -> tuple[list[Run], list[Run]]:
    """Marks only where there are two texts to compare: all of an added one is new."""
    if before and after:
        return runs(before, after)
    return [Run(before, False)] if before else [], [Run(after, False)] if after else []
