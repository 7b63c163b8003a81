"""A version as cards: each question with its answers and where they lead, each outcome with who must act."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext

from faq.admin.checklist.differences import Addresses
from faq.models import Cause
from faq.rules.compare import Place
from faq.rules.content import AnswerRow, ChecklistFile
from faq.rules.names import Actor
from faq.services.changes import value_words
from faq.services.draft import ways_to
from faq.services.facts import LABELS
from faq.services.faults import Checked, Mark, Names


@dataclass(frozen=True, slots=True)
class Way:
    """An answer and where it leads: `href` is "" for nowhere, `value` "" where it says what the words say."""

    words: str
    value: str
    kind: str
    target: str
    href: str


@dataclass(frozen=True, slots=True)
class Arrival:
    """Another question with the answers of it that lead here."""

    number: int
    question: str
    answers: Sequence[str]
    href: str


@dataclass(frozen=True, slots=True)
class QuestionCard:
    """One question. `faults` keep the version from being published, `warnings` do not."""

    key: str
    number: int
    words: str
    href: str
    fact: str
    is_first: bool
    ways: Sequence[Way]
    arrivals: Sequence[Arrival]
    faults: Sequence[str]
    warnings: Sequence[str]


@dataclass(frozen=True, slots=True)
class OutcomeCard:
    """One outcome."""

    key: str
    words: str
    href: str
    cause: str
    actor: Actor
    arrivals: Sequence[Arrival]
    faults: Sequence[str]
    warnings: Sequence[str]


class Cards:
    """All cards of a version. One statement."""

    def __init__(self, file: ChecklistFile, checked: Checked, places: Addresses) -> None:
        self.file, self.places = file, places
        self.names = Names(file)
        self.faults, self.warnings = _by_place(checked.problems), _by_place(checked.warnings)
        self.causes = Cause.objects.in_bulk({row.cause for row in file.outcomes}, field_name="slug")
        self.to = {place: ways_to(file, place) for place in (Place.QUESTION, Place.OUTCOME)}

    def questions(self) -> list[QuestionCard]:
        """In their order."""
        return [
            QuestionCard(
                key=row.key,
                number=self.names.numbers[row.key],
                words=self.names.text(row),
                href=self.places[Place.QUESTION, row.key],
                fact=str(LABELS.get(row.fact, row.fact)),
                is_first=row.key == self.file.first,
                ways=[self._way(row.fact, answer) for answer in row.answers],
                arrivals=self._arrivals(Place.QUESTION, row.key),
                faults=self.faults.get((Place.QUESTION, row.key), ()),
                warnings=self.warnings.get((Place.QUESTION, row.key), ()),
            )
            for row in self.file.questions
        ]

    def outcomes(self) -> list[OutcomeCard]:
        """In their order."""
        return [
            OutcomeCard(
                key=row.key,
                words=self.names.text(row, "title"),
                href=self.places[Place.OUTCOME, row.key],
                cause=self.causes[row.cause].name,
                actor=Actor(self.causes[row.cause].actor),
                arrivals=self._arrivals(Place.OUTCOME, row.key),
                faults=self.faults.get((Place.OUTCOME, row.key), ()),
                warnings=self.warnings.get((Place.OUTCOME, row.key), ()),
            )
            for row in self.file.outcomes
        ]

    def _way(self, fact: str, answer: AnswerRow) -> Way:
        place, key = (Place.OUTCOME, answer.outcome) if answer.outcome else (Place.QUESTION, answer.to)
        target = self.names.outcome(key) if answer.outcome else self.names.question(key) if key else ""
        words = self.names.text(answer)
        value = value_words(fact, answer.value) if fact and answer.value else ""
        return Way(
            words=words,
            value="" if value == words else value,
            kind=place if key else "nowhere",
            target=target,
            href=self.places.get((place, key), ""),
        )

    def _arrivals(self, place: Place, key: str) -> list[Arrival]:
        answers: dict[str, list[str]] = {}
        for question, answer in self.to[place].get(key, ()):
            answers.setdefault(question, []).append(self.names.text(answer) or gettext("(no text yet)"))
        return [
            Arrival(
                self.names.numbers[question],
                self.names.question(question),
                words,
                self.places[Place.QUESTION, question],
            )
            for question, words in answers.items()
        ]


def _by_place(marks: Sequence[Mark]) -> Mapping[tuple[Place, str], list[str]]:
    """Words of what is wrong, at the card where they are shown."""
    found: dict[tuple[Place, str], list[str]] = {}
    for mark in marks:
        found.setdefault((mark.place, mark.key), []).append(mark.words)
    return found
