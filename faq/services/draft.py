"""What the pages and the verbs of editing share: what can go wrong, and how a draft is read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from faq.models import Version
from faq.rules.compare import Place
from faq.rules.content import AnswerRow, ChecklistFile, OutcomeRow, QuestionRow, digest
from faq.services.faults import Mark


class NotADraft(ValueError):
    """The version is published, retired or gone: it is read only."""


class DraftExists(ValueError):
    """There is a draft already; `draft` is it."""

    def __init__(self, draft: Version) -> None:
        super().__init__(f"{draft} is being written")
        self.draft = draft


class Gone(LookupError):
    """The question or outcome is not in this version (any more)."""


class Elsewhere(ValueError):
    """An answer names a destination, an answer or a row that is not of this version."""


class Stale(ValueError):
    """Somebody saved meanwhile; `now` is what stands there."""

    def __init__(self, now: QuestionRow | OutcomeRow | ChecklistFile) -> None:
        super().__init__("changed meanwhile")
        self.now = now


class Invalid(ValueError):
    """The checklist cannot be published; `faults` say why, with their paths."""

    def __init__(self, faults: tuple[Mark, ...]) -> None:
        super().__init__("; ".join(fault.words for fault in faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Made:
    """A question or outcome that saving an answer made."""

    place: Place
    key: str


def stamp(row: QuestionRow | OutcomeRow | ChecklistFile) -> str:
    """What a page showed, in 64 characters."""
    return digest(repr(row))


def row_of(file: ChecklistFile, place: Place, key: str) -> QuestionRow | OutcomeRow:
    """A question or an outcome of a file. Raises Gone."""
    rows: Iterable[QuestionRow | OutcomeRow] = file.questions if place is Place.QUESTION else file.outcomes
    found = next((row for row in rows if row.key == key), None)
    if found is None:
        raise Gone(key)
    return found


Ways = Mapping[str, list[tuple[str, AnswerRow]]]
"""Answers that lead to a place, each with its question's key, by the place's key."""


def ways_to(file: ChecklistFile, place: Place) -> Ways:
    """What leads to each question, or to each outcome."""
    ways: dict[str, list[tuple[str, AnswerRow]]] = {}
    for question in file.questions:
        for answer in question.answers:
            if key := answer.to if place is Place.QUESTION else answer.outcome:
                ways.setdefault(key, []).append((question.key, answer))
    return ways
