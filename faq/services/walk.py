"""A client's way through a checklist. The answers are kept; where the walk stands follows from them."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from functools import cached_property

from django.db import transaction
from django.db.models import Prefetch
from django.utils import timezone
from django.utils.translation import get_language

from faq.models import Answer, Checklist, Outcome, Question, Version, Walk, WalkStep
from faq.models.base import Audience
from faq.rules.facts import Facts
from faq.rules.graph import Graph, Place, Way, follow, left
from faq.services.facts import facts_of_symptom


class NotOnTheWay(ValueError):
    """The question is not part of this walk as it stands, or has no such answer."""


@dataclass(frozen=True)
class Script:
    """The questions of a version, read once. Outcomes are named by key."""

    version: Version
    questions: dict[str, Question]

    @classmethod
    def load(cls, version: Version) -> Script:
        """Two statements."""
        answers = Prefetch("answers", Answer.objects.select_related("next", "outcome"))
        rows = version.questions.select_related("article").prefetch_related(answers)
        return cls(version, {question.key: question for question in rows})

    @cached_property
    def graph(self) -> Graph:
        """For `faq.rules.graph`."""
        return Graph(
            self.version.first,
            {key: tuple(map(_way, question.answers.all())) for key, question in self.questions.items()},
            frozenset(),
        )

    def answer(self, question: str, answer: str) -> Answer:
        """Raises NotOnTheWay for an answer that the question does not offer."""
        row = self.questions.get(question)
        found = next((a for a in row.answers.all() if a.key == answer), None) if row else None
        if found is None:
            raise NotOnTheWay(f"{question} = {answer}")
        return found


@dataclass(frozen=True)
class Standing:
    """Where a walk stands: the questions answered in order, and the one to ask or the end."""

    walk: Walk
    script: Script
    given: dict[str, str]
    place: Place

    def question(self, key: str = "") -> Question | None:
        """The question to ask, or an answered one by its key; None where it does not lie on the way."""
        wanted = key or self.place.question
        known = wanted in self.place.answered or (wanted and wanted == self.place.question)
        return self.script.questions[wanted] if known else None

    def number(self, key: str) -> int:
        """1 for the first question."""
        return (
            self.place.answered.index(key) + 1 if key in self.place.answered else len(self.place.answered) + 1
        )

    def left_after(self, key: str) -> int:
        """How many questions may come after this one, at most."""
        return left(self.script.graph, key) - 1

    def before(self, key: str) -> str:
        """The question before this one, "" for the first."""
        number = self.number(key)
        return self.place.answered[number - 2] if number > 1 else ""

    def answers(self) -> list[tuple[Question, Answer]]:
        """What was answered, in order."""
        return [
            (self.script.questions[key], self.script.answer(key, self.given[key]))
            for key in self.place.answered
        ]


def walk_by_token(token: str) -> Walk | None:
    """The walk, while it can be resumed (30 days); None for any other token."""
    if not token:
        return None
    return (
        Walk.objects.open_to_resume()
        .select_related("version__checklist", "outcome__cause")
        .filter(token=token)
        .first()
    )


def begin(*, checklist: Checklist, language: str | None = None, visit: str = "") -> Walk:
    """A new walk on the published version. Raises Version.DoesNotExist where there is none."""
    version = checklist.versions.get(status=Version.Status.PUBLISHED)
    return Walk.objects.create(
        version=version,
        token=secrets.token_urlsafe(24),
        language=(language or get_language() or "ja")[:2],
        visit=visit,
    )


def standing(walk: Walk) -> Standing:
    """Where the walk stands."""
    script = Script.load(walk.version)
    given = dict(walk.steps.values_list("question__key", "answer__key"))
    return Standing(walk, script, given, follow(script.graph, given))


@transaction.atomic
def answer(*, walk: Walk, question: str, answer: str) -> Standing:
    """Give an answer, or another one than before. Later answers that no longer lie on the way are dropped.

    Raises NotOnTheWay for a question that this walk does not ask, or an answer that is not offered.
    """
    # Two taps at once take turns.
    Walk.objects.select_for_update(of=("self",)).get(pk=walk.pk)
    now = standing(walk)
    row = now.question(question)
    if row is None:
        raise NotOnTheWay(question)
    chosen = now.script.answer(question, answer)
    WalkStep.objects.update_or_create(
        walk=walk, question=row, defaults={"answer": chosen, "prefilled": False}
    )
    given = now.given | {question: answer}
    after = Standing(walk, now.script, given, follow(now.script.graph, given))
    walk.steps.exclude(question__key__in=after.place.answered).delete()
    _end(after)
    return after


def finish(*, walk: Walk, helped: bool) -> None:
    """The client said whether the outcome helped."""
    walk.helped = helped
    walk.save(update_fields=["helped"])


def facts_of(walk: Walk) -> Facts:
    """What the answers tell, over what the symptom tells."""
    facts = facts_of_symptom(walk.version.checklist.symptom)
    for question, answer in standing(walk).answers():
        if question.fact and answer.value:
            facts = facts.merged(Facts.from_json({question.fact: answer.value}))
    return facts


def answers_of(walk: Walk, language: str | None = None) -> list[tuple[str, str]]:
    """Questions and answers as texts, in order, in `language` (default: the active one)."""
    given = standing(walk).answers()
    return [(question.text("text", language), answer.text("text", language)) for question, answer in given]


def checklists() -> list[Checklist]:
    """What anybody may walk, in order."""
    return list(
        Checklist.objects.filter(
            audience=Audience.PUBLIC, versions__status=Version.Status.PUBLISHED
        ).order_by("order", "slug")
    )


def _way(answer: Answer) -> Way:
    return Way(
        answer.key,
        to=answer.next.key if answer.next else "",
        outcome=answer.outcome.key if answer.outcome else "",
        unknown=answer.unknown,
    )


def _end(after: Standing) -> None:
    """Keep the outcome on the walk; a changed answer may take it away again."""
    walk, key = after.walk, after.place.outcome
    outcome = Outcome.objects.select_related("cause").get(version=walk.version, key=key) if key else None
    if outcome == walk.outcome:
        return
    walk.outcome = outcome
    walk.finished = timezone.now() if outcome else None
    walk.helped = None
    walk.save(update_fields=["outcome", "finished", "helped"])


def most_questions(version: Version) -> int:
    """How many questions a walk asks at most."""
    return left(Script.load(version).graph, version.first)


def checklist_for(articles: list[int]) -> Checklist | None:
    """The public checklist that may end at one of these articles. One statement."""
    return (
        Checklist.objects.filter(
            audience=Audience.PUBLIC,
            versions__status=Version.Status.PUBLISHED,
            versions__outcomes__articles__in=articles,
        )
        .order_by("order", "slug")
        .first()
    )
