"""A checklist as a graph of questions: is it one that a client can walk, and where does a walk stand?

Plain Python, no Django. Keys are those of the content file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
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


def problems(graph: Graph) -> list[str]:
    """What keeps the checklist from being walked; empty when all is well. Messages name the path."""
    broken = [*_loose_ends(graph), *_without_unknown(graph)]
    if graph.first not in graph.questions:
        return [*broken, f"the first question {graph.first!r} does not exist"]
    if cycle := _cycle(graph):
        return [*broken, f"the questions go round in a circle: {' > '.join(cycle)}"]
    return [*broken, *_unreachable(graph), *_too_long(graph, MOST_QUESTIONS, "more than")]


def warnings(graph: Graph) -> list[str]:
    """What is allowed but tires people. Only for a graph without problems."""
    return list(_too_long(graph, MANY_QUESTIONS, "rather many, over"))


def left(graph: Graph, question: str) -> int:
    """How many questions come at most, this one included. Only for a graph without a circle."""
    return len(_longest(graph, question))


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


def _loose_ends(graph: Graph) -> Iterator[str]:
    for question, ways in graph.questions.items():
        if not ways:
            yield f"{question} has no answers"
        for way in ways:
            name = f"{question} = {way.key}"
            if bool(way.to) == bool(way.outcome):
                yield f"{name} leads to one question or to one outcome"
            elif way.to and way.to not in graph.questions:
                yield f"{name} leads to the question {way.to!r}, which does not exist"
            elif way.outcome and way.outcome not in graph.outcomes:
                yield f"{name} leads to the outcome {way.outcome!r}, which does not exist"


def _without_unknown(graph: Graph) -> Iterator[str]:
    for question, ways in graph.questions.items():
        if not any(way.unknown for way in ways):
            yield f"{question} has no answer for those who do not know (unknown = true)"


def _next(graph: Graph, question: str) -> list[str]:
    return [way.to for way in graph.questions[question] if way.to in graph.questions]


def _cycle(graph: Graph) -> tuple[str, ...]:
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


def _unreachable(graph: Graph) -> Iterator[str]:
    seen: set[str] = set()
    waiting = [graph.first]
    while waiting:
        question = waiting.pop()
        if question not in seen:
            seen.add(question)
            waiting += _next(graph, question)
    ends = {way.outcome for question in seen for way in graph.questions[question]}
    yield from (f"no answer leads to the question {q}" for q in graph.questions if q not in seen)
    yield from (f"no answer leads to the outcome {o}" for o in sorted(graph.outcomes) if o not in ends)


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


def _too_long(graph: Graph, most: int, words: str) -> Iterator[str]:
    path = _longest(graph, graph.first)
    if len(path) > most:
        yield f"{len(path)} questions on one path are {words} {most}: {' > '.join(path)}"
