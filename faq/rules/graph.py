"""A checklist as a graph of questions: is it one that a client can walk, and where does a walk stand?

Plain Python, no Django. Keys are those of the content file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

MOST_QUESTIONS: Final = 7
MANY_QUESTIONS: Final = 5


@dataclass(frozen=True, slots=True)
class Way:
    """One answer: on to the question `to`, or to `outcome`."""

    key: str
    to: str = ""
    outcome: str = ""
    unknown: bool = False


@dataclass(frozen=True, slots=True)
class Graph:
    """All questions with their answers, in order, and the outcomes there are."""

    first: str
    questions: Mapping[str, tuple[Way, ...]]
    outcomes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a walk stands: answered questions in order, then the one to ask (or "" with an outcome)."""

    answered: tuple[str, ...]
    question: str = ""
    outcome: str = ""


class Fault(StrEnum):
    """What can be wrong with a checklist. All but MANY keep it from being published."""

    NO_FIRST = "no-first"
    NO_ANSWERS = "no-answers"
    NO_UNKNOWN = "no-unknown"
    LEADS_NOWHERE = "leads-nowhere"
    LEADS_TWO_WAYS = "leads-two-ways"
    QUESTION_MISSING = "question-missing"
    OUTCOME_MISSING = "outcome-missing"
    CIRCLE = "circle"
    LOST_QUESTION = "lost-question"
    LOST_OUTCOME = "lost-outcome"
    TOO_LONG = "too-long"
    MANY = "many"


_SENTENCES: Final[Mapping[Fault, str]] = {
    Fault.NO_FIRST: "the first question {target!r} does not exist",
    Fault.NO_ANSWERS: "{place} has no answers",
    Fault.NO_UNKNOWN: "{place} has no answer for those who do not know (unknown = true)",
    Fault.LEADS_NOWHERE: "{place} leads neither to a question nor to an outcome",
    Fault.LEADS_TWO_WAYS: "{place} leads to a question and to an outcome at once",
    Fault.QUESTION_MISSING: "{place} leads to the question {target!r}, which does not exist",
    Fault.OUTCOME_MISSING: "{place} leads to the outcome {target!r}, which does not exist",
    Fault.CIRCLE: "the questions go round in a circle: {path}",
    Fault.LOST_QUESTION: "no answer leads to the question {target}",
    Fault.LOST_OUTCOME: "no answer leads to the outcome {target}",
    Fault.TOO_LONG: "{count} questions on one path are more than 7: {path}",
    Fault.MANY: "{count} questions on one path are rather many, over 5: {path}",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault and where it is.

    `path` holds questions in order: from the first one to the place, round the circle, or the longest path.
    `answer` is the answer of its last question; `target` is the question or outcome that is lost or missing.
    """

    fault: Fault
    path: tuple[str, ...] = ()
    answer: str = ""
    target: str = ""

    def __str__(self) -> str:
        path = " > ".join(self.path)
        place = f"{path} = {self.answer}" if self.answer else path
        return _SENTENCES[self.fault].format(place=place, path=path, target=self.target, count=len(self.path))


def problems(graph: Graph) -> list[Problem]:
    """What keeps the checklist from being walked; empty when all is well."""
    ways_in = _ways_in(graph)
    broken = [*_loose_ends(graph, ways_in), *_without_unknown(graph, ways_in)]
    if graph.first not in graph.questions:
        return [*broken, Problem(Fault.NO_FIRST, target=graph.first)]
    if cycle := circle(graph):
        return [*broken, Problem(Fault.CIRCLE, cycle), *_unreachable(graph, ways_in)]
    long = _longest(graph, graph.first)
    too_long = [Problem(Fault.TOO_LONG, long)] if len(long) > MOST_QUESTIONS else []
    return [*broken, *_unreachable(graph, ways_in), *too_long]


def warnings(graph: Graph) -> list[Problem]:
    """What is allowed but tires people. Only for a graph without problems."""
    long = _longest(graph, graph.first)
    return [Problem(Fault.MANY, long)] if len(long) > MANY_QUESTIONS else []


def walks(graph: Graph) -> Iterator[tuple[tuple[tuple[str, str], ...], str]]:
    """Every way through: (question, answer) in order, and the outcome. Only for a graph without problems."""
    waiting: list[tuple[str, tuple[tuple[str, str], ...]]] = [(graph.first, ())]
    while waiting:
        question, taken = waiting.pop()
        for way in graph.questions[question]:
            steps = (*taken, (question, way.key))
            if way.outcome:
                yield steps, way.outcome
            else:
                waiting.append((way.to, steps))


def fill(
    graph: Graph,
    given: Mapping[str, str],
    meanings: Mapping[str, Mapping[str, str]],
    known: Mapping[str, str],
) -> dict[str, str]:
    """Answers that need no asking: those on the way from here whose meaning is known already.

    `meanings` tells what each answer of a question says ({question: {answer: value}}), `known` the value a
    question would give ({question: value}). Stops where none or several answers fit, and before an outcome:
    a cause is never named without a person having answered for it.
    """
    ahead: dict[str, str] = {}
    while question := follow(graph, {**given, **ahead}).question:
        way = foreseen(graph, question, meanings, known)
        if way is None:
            break
        ahead[question] = way.key
    return ahead


def foreseen(
    graph: Graph, question: str, meanings: Mapping[str, Mapping[str, str]], known: Mapping[str, str]
) -> Way | None:
    """The answer of this question that needs no asking, None where there is none (see `fill`)."""
    wanted = known.get(question, "")
    fitting = [answer for answer, value in meanings.get(question, {}).items() if value and value == wanted]
    way = way_of(graph, question, fitting[0]) if len(fitting) == 1 else None
    return way if way and way.to else None


def left(graph: Graph, question: str) -> int:
    """How many questions come at most, this one included. Only for a graph without a circle."""
    return len(_longest(graph, question))


def circle(graph: Graph) -> tuple[str, ...]:
    """Questions that lead back to the first of them, with it at both ends; empty if none do."""
    done: set[str] = set()
    for start in graph.questions:
        trail = [start]
        rest = [iter(_next(graph, start))]
        while trail:
            following = next((q for q in rest[-1] if q not in done), None)
            if following is None:
                done.add(trail.pop())
                rest.pop()
            elif following in trail:
                return (*trail[trail.index(following) :], following)
            else:
                trail.append(following)
                rest.append(iter(_next(graph, following)))
    return ()


def follow(graph: Graph, answers: Mapping[str, str]) -> Place:
    """Walk from the first question along `answers` (question to answer) until one is missing or it ends.

    Answers that do not lie on the way, or that the question does not offer, are passed over.
    """
    answered: list[str] = []
    question = graph.first
    while question not in answered:
        way = way_of(graph, question, answers.get(question, ""))
        if way is None:
            return Place(tuple(answered), question=question)
        answered.append(question)
        if way.outcome:
            return Place(tuple(answered), outcome=way.outcome)
        question = way.to
    raise ValueError(f"the questions go round in a circle at {question}")


def way_of(graph: Graph, question: str, answer: str) -> Way | None:
    """The answer `answer` of `question`, None where there is no such answer."""
    return next((way for way in graph.questions.get(question, ()) if way.key == answer), None)


def _ways_in(graph: Graph) -> dict[str, tuple[str, ...]]:
    """The shortest path from the first question to each that can be reached, that question included."""
    paths: dict[str, tuple[str, ...]] = {}
    if graph.first in graph.questions:
        paths[graph.first] = (graph.first,)
    waiting = list(paths)
    for here in waiting:
        for to in _next(graph, here):
            if to not in paths:
                paths[to] = (*paths[here], to)
                waiting.append(to)
    return paths


def _loose_ends(graph: Graph, ways_in: Mapping[str, tuple[str, ...]]) -> Iterator[Problem]:
    for question, ways in graph.questions.items():
        path = ways_in.get(question, (question,))
        if not ways:
            yield Problem(Fault.NO_ANSWERS, path)
        for way in ways:
            if way.to and way.outcome:
                yield Problem(Fault.LEADS_TWO_WAYS, path, way.key)
            elif not way.to and not way.outcome:
                yield Problem(Fault.LEADS_NOWHERE, path, way.key)
            elif way.to and way.to not in graph.questions:
                yield Problem(Fault.QUESTION_MISSING, path, way.key, way.to)
            elif way.outcome and way.outcome not in graph.outcomes:
                yield Problem(Fault.OUTCOME_MISSING, path, way.key, way.outcome)


def _without_unknown(graph: Graph, ways_in: Mapping[str, tuple[str, ...]]) -> Iterator[Problem]:
    for question, ways in graph.questions.items():
        if ways and not any(way.unknown for way in ways):
            yield Problem(Fault.NO_UNKNOWN, ways_in.get(question, (question,)))


def _next(graph: Graph, question: str) -> list[str]:
    return [way.to for way in graph.questions[question] if way.to in graph.questions]


def _unreachable(graph: Graph, ways_in: Mapping[str, tuple[str, ...]]) -> Iterator[Problem]:
    ends = {way.outcome for question in ways_in for way in graph.questions[question]}
    for question in graph.questions:
        if question not in ways_in:
            yield Problem(Fault.LOST_QUESTION, (question,), target=question)
    for outcome in sorted(graph.outcomes - ends):
        yield Problem(Fault.LOST_OUTCOME, target=outcome)


def _longest(graph: Graph, question: str) -> tuple[str, ...]:
    """The longest path of questions from here. Each question is looked at once."""
    known: dict[str, tuple[str, ...]] = {}
    waiting = [question]
    while waiting:
        here = waiting[-1]
        missing = [q for q in _next(graph, here) if q not in known]
        if missing and here not in known:
            waiting += missing
            continue
        known[here] = (here, *max((known[q] for q in _next(graph, here)), key=len, default=()))
        waiting.pop()
    return known[question]
