"""What stands in the forms of a question or an outcome, as texts: nothing typed is lost on the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Final

from django.core import signing
from django.http import QueryDict

from faq.rules.compare import Place, leads
from faq.rules.content import AnswerRow, OutcomeRow, QuestionRow, tidy

MOST: Final = 40
"""Answers read from one form; articles likewise."""
SLOTS: Final = 5
"""Articles an outcome offers room for, at least."""
ROWS: Final = "rows"
"""Name of the field that says how many answers follow."""
_SALT: Final = "faq.checklist.seen"
Row = QuestionRow | OutcomeRow

QUESTION_TEXTS: Final = tuple(f.name for f in fields(QuestionRow) if f.name not in ("key", "answers"))
OUTCOME_TEXTS: Final = tuple(f.name for f in fields(OutcomeRow) if f.name not in ("key", "articles"))
ANSWER_TEXTS: Final = (
    "key", "text_ja", "text_en", "more_ja", "more_en", "value", "unknown", "goes", "remove",
)  # fmt: skip


@dataclass(slots=True)
class Typed:
    """Texts by field; for each answer its own. `notes` names fields and answers a colleague changed, too."""

    head: dict[str, str]
    answers: list[dict[str, str]] = field(default_factory=list)
    notes: set[str] = field(default_factory=set)
    gone: set[int] = field(default_factory=set)
    came: set[int] = field(default_factory=set)


def typed_of(row: Row) -> Typed:
    """The forms of what is saved."""
    if isinstance(row, OutcomeRow):
        return Typed(_shown(row, OUTCOME_TEXTS) | slots(row.articles))
    head = _shown(row, QUESTION_TEXTS)
    return Typed(head, [_answer(answer) for answer in row.answers])


def slots(articles: tuple[str, ...]) -> dict[str, str]:
    """Fields for articles, some of them empty."""
    room = max(SLOTS, len(articles))
    return {f"article_{n}": articles[n - 1] if n <= len(articles) else "" for n in range(1, room + 1)}


def read_typed(data: QueryDict, place: Place) -> Typed:
    """What was posted, whatever it is."""
    if place is Place.OUTCOME:
        names = [name for n in range(1, MOST + 1) if (name := f"article_{n}") in data]
        return Typed({name: data.get(name, "") for name in (*OUTCOME_TEXTS, *names)})
    rows = data.get(ROWS, "")
    number = min(int(rows), MOST) if rows.isascii() and rows.isdigit() and len(rows) < 4 else 0
    answers = [
        {name: data.get(f"{prefix(n)}-{name}", "") for name in ANSWER_TEXTS} for n in range(1, number + 1)
    ]
    return Typed({name: data.get(name, "") for name in QUESTION_TEXTS}, answers)


def prefix(number: int) -> str:
    """Of the fields of an answer; 1 is the first."""
    return f"answer-{number}"


def is_empty(answer: Mapping[str, str]) -> bool:
    """A row that was offered and not used."""
    return not any(value.strip() for value in answer.values())


def signed(row: Row) -> str:
    """What a page shows, for the form that comes back."""
    return signing.dumps(asdict(row), salt=_SALT, compress=True)


def unsigned(text: str, place: Place) -> Row | None:
    """What the page showed that a form comes from; None where nobody can tell."""
    try:
        told: dict[str, Any] = signing.loads(text, salt=_SALT)
        if place is Place.OUTCOME:
            return OutcomeRow(**{**told, "articles": tuple(told["articles"])})
        answers = tuple(AnswerRow(**answer) for answer in told["answers"])
        return QuestionRow(**{**told, "answers": answers})
    except (signing.BadSignature, KeyError, TypeError, ValueError):
        return None


def keep_known(typed: Typed, row: Row) -> None:
    """Answers by keys that the question has, each once; others are new ones."""
    known = {answer.key for answer in row.answers} if isinstance(row, QuestionRow) else set()
    for number, answer in enumerate(typed.answers, 1):
        if answer["key"] and answer["key"] not in known:
            answer["key"] = ""
            typed.gone.add(number)
        known.discard(answer["key"])


def merge(typed: Typed, was: Row | None, now: Row) -> None:
    """Add what a colleague saved: fields that were not touched here follow, those that were stay as typed.

    Answers the colleague took away become new ones; answers the colleague added come last.
    """
    new, old = typed_of(now), typed_of(was) if was else None
    typed.answers = [answer for answer in typed.answers if not is_empty(answer)]
    typed.notes |= set(_merge(typed.head, old.head if old else None, new.head))
    saved = {answer["key"]: answer for answer in new.answers}
    before = {answer["key"]: answer for answer in old.answers} if old else {}
    typed.answers = _ordered(typed.answers, list(before), list(saved))
    keep_known(typed, now)
    for number, answer in enumerate(typed.answers, 1):
        if key := answer["key"]:
            changed = _merge(answer, before.get(key), saved[key])
            typed.notes |= {f"{prefix(number)}-{name}" for name in changed}
    here = {answer["key"] for answer in typed.answers}
    for key, answer in saved.items():
        if key not in here:
            typed.answers.append(answer)
            typed.came.add(len(typed.answers))


def _merge(mine: dict[str, str], was: dict[str, str] | None, now: dict[str, str]) -> list[str]:
    """Names of the fields that both sides have changed; without `was`, of all that differ."""
    both = []
    for name, value in now.items():
        typed = mine.setdefault(name, "")
        if _same(typed, value):
            continue
        if was is not None and _same(typed, was.get(name, "")):
            mine[name] = value
        elif was is None or not _same(value, was.get(name, "")):
            both.append(name)
    return both


def _ordered(answers: list[dict[str, str]], before: list[str], now: list[str]) -> list[dict[str, str]]:
    """In the order a colleague gave them, unless they were moved here."""
    mine = [answer["key"] for answer in answers if answer["key"] in now]
    moved_here = mine != [key for key in before if key in now]
    if moved_here or mine == [key for key in now if key in mine]:
        return answers
    return sorted(answers, key=lambda answer: now.index(answer["key"]) if answer["key"] in now else len(now))


def _same(one: str, other: str) -> bool:
    return tidy(one).strip() == tidy(other).strip()


def _shown(row: Row, names: tuple[str, ...]) -> dict[str, str]:
    """Without the line end that every text block is kept with."""
    return {name: str(getattr(row, name)).rstrip("\n") for name in names}


def _answer(row: AnswerRow) -> dict[str, str]:
    texts = {name: str(getattr(row, name)) for name in ANSWER_TEXTS if hasattr(row, name)}
    return texts | {"unknown": "on" if row.unknown else "", "goes": leads(row), "remove": ""}
