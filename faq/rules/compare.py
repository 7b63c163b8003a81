"""What differs between two states of a checklist. Plain Python, no Django."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Final

from faq.rules.content import AnswerRow, ChecklistFile, OutcomeRow, QuestionRow


class Kind(StrEnum):
    """What happened to a place."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


class Place(StrEnum):
    """What a change is about."""

    CHECKLIST = "checklist"
    QUESTION = "question"
    ANSWER = "answer"
    OUTCOME = "outcome"


ORDER: Final = "order of rows"
"""Field of a change: the same rows stand in another order (of questions, answers or outcomes)."""
LEADS: Final = "leads"
"""Field of a change: an answer leads elsewhere; before and after are what `leads` makes."""


@dataclass(frozen=True, slots=True)
class Change:
    """One difference.

    `key` is that of the question or outcome, of an answer its question's; `answer` is the answer's own.
    `field` is empty where the whole place was added or removed. Before and after are texts; several keys
    stand one a line.
    """

    kind: Kind
    place: Place
    key: str = ""
    answer: str = ""
    field: str = ""
    before: str = ""
    after: str = ""


Row = QuestionRow | AnswerRow | OutcomeRow | ChecklistFile


def compare(before: ChecklistFile, after: ChecklistFile) -> list[Change]:
    """All differences, in reading order; empty exactly when both say the same.

    An added question tells of its answers as well, a removed one only of itself. Keys stand once in a file.
    """
    return [
        *_fields(Place.CHECKLIST, before, after),
        *_order(Place.CHECKLIST, "", before.questions, after.questions),
        *_questions(before, after),
        *_order(Place.OUTCOME, "", before.outcomes, after.outcomes),
        *_rows(Place.OUTCOME, "", before.outcomes, after.outcomes),
    ]


def leads(answer: AnswerRow) -> str:
    """Where an answer leads in one text: question:<key>, outcome:<key>, both one a line, or nothing."""
    ways = (
        f"question:{answer.to}" if answer.to else "",
        f"outcome:{answer.outcome}" if answer.outcome else "",
    )
    return "\n".join(way for way in ways if way)


def _questions(before: ChecklistFile, after: ChecklistFile) -> Iterator[Change]:
    old = {row.key: row for row in before.questions}
    yield from _rows(Place.QUESTION, "", before.questions, after.questions)
    for row in after.questions:
        answers = old[row.key].answers if row.key in old else ()
        yield from _order(Place.QUESTION, row.key, answers, row.answers)
        yield from _rows(Place.ANSWER, row.key, answers, row.answers)


def _rows(
    place: Place,
    question: str,
    before: Sequence[QuestionRow | AnswerRow | OutcomeRow],
    after: Sequence[QuestionRow | AnswerRow | OutcomeRow],
) -> Iterator[Change]:
    """Rows that came, went or changed; answers are those of `question`."""

    def named(kind: Kind, key: str) -> Change:
        return Change(kind, place, question or key, key if question else "")

    old, new = {row.key: row for row in before}, {row.key: row for row in after}
    yield from (named(Kind.REMOVED, key) for key in old if key not in new)
    for key, row in new.items():
        if key not in old:
            yield named(Kind.ADDED, key)
        else:
            yield from _fields(place, old[key], row, question or key, key if question else "")


def _fields(place: Place, before: Row, after: Row, key: str = "", answer: str = "") -> Iterator[Change]:
    old, new = told(before), told(after)
    for name, value in old.items():
        if value != new[name]:
            yield Change(Kind.CHANGED, place, key, answer, name, value, new[name])


def told(row: Row) -> dict[str, str]:
    """What a row says in its own fields, as texts by field."""
    rows = ("key", "questions", "answers", "outcomes", "to", "outcome")
    told = {f.name: _text(getattr(row, f.name)) for f in fields(row) if f.name not in rows}
    return told | {LEADS: leads(row)} if isinstance(row, AnswerRow) else told


def _text(value: object) -> str:
    if isinstance(value, tuple):
        return "\n".join(value)
    if isinstance(value, bool):
        return "yes" if value else ""
    return str(value)


def _order(
    place: Place,
    key: str,
    before: Sequence[QuestionRow | AnswerRow | OutcomeRow],
    after: Sequence[QuestionRow | AnswerRow | OutcomeRow],
) -> Iterator[Change]:
    """The rows that stayed stand in another order; told of a row that was moved past one that stayed."""
    stayed = {row.key for row in before} & {row.key for row in after}
    old = [row.key for row in before if row.key in stayed]
    new = [row.key for row in after if row.key in stayed]
    if old != new:
        yield Change(Kind.CHANGED, place, key, field=ORDER, before="\n".join(old), after="\n".join(new))
