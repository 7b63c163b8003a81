"""What is wrong with a checklist, in the reader's words: every path by the texts of its questions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Final

from django.db import models
from django.utils.functional import Promise
from django.utils.text import Truncator
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from faq.models import Answer, Cause, Checklist, Outcome, Question, Version
from faq.rules.compare import Place
from faq.rules.content import AnswerRow, ChecklistFile, OutcomeRow, QuestionRow
from faq.rules.facts import VALUES, Facts
from faq.rules.graph import Fault, Problem, problems, warnings
from faq.rules.names import Actor
from faq.services.checklists import graph_of, wrong_texts
from faq.services.facts import LABELS

SHORT: Final = 40
"""Characters of a question's text within a sentence about it."""

_SENTENCES: Final[dict[Fault, Promise]] = {
    Fault.NO_FIRST: _("There is no first question yet. Choose the one that walks begin with."),
    Fault.NO_ANSWERS: _("%(path)s: this question has no answers."),
    Fault.NO_UNKNOWN: _("%(path)s: this question has no answer for those who do not know."),
    Fault.LEADS_NOWHERE: _("%(path)s: the answer %(answer)s leads nowhere."),
    Fault.LEADS_TWO_WAYS: _("%(path)s: the answer %(answer)s leads to a question and to an outcome at once."),
    Fault.QUESTION_MISSING: _("%(path)s: the answer %(answer)s leads to a question that does not exist."),
    Fault.OUTCOME_MISSING: _("%(path)s: the answer %(answer)s leads to an outcome that does not exist."),
    Fault.CIRCLE: _("The questions go round in a circle: %(path)s."),
    Fault.LOST_QUESTION: _("No answer leads to the question %(target)s."),
    Fault.LOST_OUTCOME: _("No answer leads to the outcome %(target)s."),
    Fault.TOO_LONG: _("%(count)s questions on one path are more than 7: %(path)s."),
    Fault.MANY: _("%(count)s questions on one path are rather many (over 5): %(path)s."),
}
_MODELS: Final[dict[Place, tuple[type[models.Model], ...]]] = {
    Place.CHECKLIST: (Version, Checklist),
    Place.QUESTION: (Question,),
    Place.ANSWER: (Answer,),
    Place.OUTCOME: (Outcome,),
}
_NEEDED: Final = {
    Place.QUESTION: ("text",),
    Place.ANSWER: ("text",),
    Place.OUTCOME: ("title", "reason", "steps"),
}


@dataclass(frozen=True, slots=True)
class Mark:
    """One fault or warning: its words, and the question or outcome to look at ("" for the whole)."""

    words: str
    place: Place = Place.CHECKLIST
    key: str = ""
    answer: str = ""

    def __str__(self) -> str:
        return self.words


@dataclass(frozen=True, slots=True)
class Checked:
    """What keeps a checklist from being published, and what is allowed but not good."""

    problems: tuple[Mark, ...]
    warnings: tuple[Mark, ...]


class Names:
    """Questions, answers and outcomes of a file as people know them, in the active language."""

    def __init__(self, file: ChecklistFile) -> None:
        self.language = (get_language() or "ja")[:2]
        self.questions = {row.key: row for row in file.questions}
        self.outcomes = {row.key: row for row in file.outcomes}
        self.numbers = {row.key: number for number, row in enumerate(file.questions, 1)}

    def text(self, row: QuestionRow | AnswerRow | OutcomeRow, field: str = "text") -> str:
        """In the active language, else in the other one; "" where nothing is written yet."""
        other = "en" if self.language == "ja" else "ja"
        return str(getattr(row, f"{field}_{self.language}", "") or getattr(row, f"{field}_{other}"))

    def question(self, key: str, *, short: bool = True) -> str:
        """3「ウェブメールには…」."""
        row = self.questions.get(key)
        words = (self.text(row) or gettext("(no text yet)")) if row else key
        return gettext("%(number)s “%(words)s”") % {
            "number": self.numbers.get(key, "?"),
            "words": Truncator(words).chars(SHORT) if short else words,
        }

    def outcome(self, key: str) -> str:
        """「サーバーの障害です」."""
        row = self.outcomes.get(key)
        words = (self.text(row, "title") or gettext("(no text yet)")) if row else key
        return gettext("“%(words)s”") % {"words": words}

    def answer(self, question: str, key: str) -> str:
        """「届いている」."""
        row = self.questions.get(question)
        found = next((a for a in row.answers if a.key == key), None) if row else None
        words = (self.text(found) or gettext("(no text yet)")) if found else key
        return gettext("“%(words)s”") % {"words": words}

    def path(self, keys: tuple[str, ...]) -> str:
        """Questions one after another."""
        return " → ".join(self.question(key) for key in keys)


def check(file: ChecklistFile) -> Checked:
    """Everything that is wrong or not good with a checklist. Seven statements."""
    names, graph = Names(file), graph_of(file)
    wrong = [_mark(problem, names) for problem in problems(graph)]
    wrong += [*_missing(file, names, "ja"), *_facts(file, names), *_markdown(file, names)]
    doubtful = [_mark(warning, names) for warning in warnings(graph)] if not problems(graph) else []
    doubtful += [*_letters(file, names), *_missing(file, names, "en")]
    return Checked(tuple(wrong), tuple(doubtful))


def label(place: Place, field: str) -> str:
    """A field's name as the forms say it."""
    columns = {column.name: column for model in _MODELS[place] for column in model._meta.fields}
    columns |= {column.name: column for model in _MODELS[place] for column in model._meta.many_to_many}
    return str(columns[field].verbose_name)


def _mark(problem: Problem, names: Names) -> Mark:
    here = problem.path[-1] if problem.path else ""
    lost_outcome = problem.fault == Fault.LOST_OUTCOME
    words = str(_SENTENCES[problem.fault]) % {
        "path": names.path(problem.path),
        "answer": names.answer(here, problem.answer),
        "target": names.outcome(problem.target) if lost_outcome else names.question(problem.target),
        "count": len(problem.path),
    }
    if lost_outcome:
        return Mark(words, Place.OUTCOME, problem.target)
    return Mark(words, Place.QUESTION if here else Place.CHECKLIST, here, problem.answer)


def _missing(file: ChecklistFile, names: Names, language: str) -> Iterator[Mark]:
    """Texts that are not written: Japanese ones must be, English ones should."""
    for question in file.questions:
        name = names.question(question.key)
        yield from _blank(question, Place.QUESTION, name, language, question.key)
        for answer in question.answers:
            where = f"{name} = {names.answer(question.key, answer.key)}"
            yield from _blank(answer, Place.ANSWER, where, language, question.key, answer.key)
    for outcome in file.outcomes:
        yield from _blank(outcome, Place.OUTCOME, names.outcome(outcome.key), language, outcome.key)


def _blank(
    row: QuestionRow | AnswerRow | OutcomeRow,
    place: Place,
    name: str,
    language: str,
    key: str,
    answer: str = "",
) -> Iterator[Mark]:
    # What may be left out must still be there in English where it is there in Japanese.
    wanted = [
        field
        for field in (f.name.removesuffix("_ja") for f in fields(row) if f.name.endswith("_ja"))
        if field in _NEEDED[place] or (language == "en" and str(getattr(row, f"{field}_ja")).strip())
    ]
    for field in wanted:
        if not str(getattr(row, f"{field}_{language}")).strip():
            words = gettext("%(name)s: “%(field)s” is empty.") % {
                "name": name,
                "field": label(place, f"{field}_{language}"),
            }
            shown = Place.QUESTION if place is Place.ANSWER else place
            yield Mark(words, shown, key, answer)


def _facts(file: ChecklistFile, names: Names) -> Iterator[Mark]:
    """Facts and values that do not exist: `wrong_facts` in the reader's words."""
    known = {f.name for f in fields(Facts)}
    for question in file.questions:
        name = names.question(question.key)
        if question.fact and question.fact not in known:
            words = gettext("%(name)s: there is no fact “%(fact)s”.")
            yield Mark(words % {"name": name, "fact": question.fact}, Place.QUESTION, question.key)
        for answer in question.answers:
            if answer.value and not question.fact:
                words = gettext(
                    "%(name)s: the answer %(answer)s has a value, but the question gives no fact."
                )
            elif answer.value and answer.value not in VALUES.get(question.fact, (answer.value,)):
                words = gettext("%(name)s: the value of the answer %(answer)s is none of “%(fact)s”.")
            else:
                continue
            told = {
                "name": name,
                "answer": names.answer(question.key, answer.key),
                "fact": LABELS.get(question.fact, question.fact),
            }
            yield Mark(words % told, Place.QUESTION, question.key, answer.key)


def _markdown(file: ChecklistFile, names: Names) -> Iterator[Mark]:
    """Texts that cannot be shown. What is wrong with them is said in English, as in articles."""
    for wrong in wrong_texts(file):
        key, field, fault = wrong.split(": ", 2)
        question = field.startswith("test_")
        place = Place.QUESTION if question else Place.OUTCOME
        words = gettext("%(name)s: “%(field)s” cannot be shown: %(fault)s") % {
            "name": names.question(key) if question else names.outcome(key),
            "field": label(place, field),
            "fault": fault,
        }
        yield Mark(words, place, key)


def _letters(file: ChecklistFile, names: Names) -> Iterator[Mark]:
    """Where another company must act, the client needs a text to forward."""
    actors = dict(Cause.objects.order_by().values_list("slug", "actor"))
    for outcome in file.outcomes:
        actor = actors.get(outcome.cause)
        if actor and Actor(actor).is_other and not outcome.letter_ja.strip():
            words = gettext("%(name)s: another company must act, but there is no text to forward.")
            yield Mark(words % {"name": names.outcome(outcome.key)}, Place.OUTCOME, outcome.key)
