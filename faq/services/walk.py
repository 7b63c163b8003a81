"""A client's way through a checklist. The answers are kept; where the walk stands follows from them."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from django.utils.translation import get_language

from faq.models import Answer, Checklist, Outcome, Question, Version, Walk, WalkStep
from faq.models.base import Audience
from faq.models.kept import kept
from faq.rules.facts import Facts
from faq.rules.graph import Graph, Place, Way, fill, follow, left
from faq.services.facts import facts_of_symptom
from mailsupport.lib.statements import prepared

NOTE = 500
"""Characters of a note kept with an answer."""


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
        answers = Prefetch("answers", Answer.objects.select_related("next", "outcome__cause"))
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

    @cached_property
    def meanings(self) -> dict[str, dict[str, str]]:
        """What each answer tells: {question: {answer: value of the question's fact}}."""
        return {
            key: {answer.key: answer.value for answer in question.answers.all()}
            for key, question in self.questions.items()
        }

    @cached_property
    def names(self) -> dict[int, str]:
        """Keys of the questions, by id."""
        return {row.pk: key for key, row in self.questions.items()}

    @cached_property
    def answers(self) -> dict[int, str]:
        """Keys of the answers, by id."""
        return {answer.pk: answer.key for row in self.questions.values() for answer in row.answers.all()}

    def answer(self, question: str, answer: str) -> Answer:
        """Raises NotOnTheWay for an answer that the question does not offer."""
        row = self.questions.get(question)
        found = next((a for a in row.answers.all() if a.key == answer), None) if row else None
        if found is None:
            raise NotOnTheWay(f"{question} = {answer}")
        return found

    def known(self, facts: Facts) -> dict[str, str]:
        """What the facts would answer: {question: value of its fact}."""
        told = facts.to_json()
        return {key: told[row.fact] for key, row in self.questions.items() if row.fact in told}

    def facts(self, given: Mapping[str, str]) -> Facts:
        """What the answers tell."""
        told = {
            self.questions[key].fact: value
            for key, answer in given.items()
            if key in self.questions
            and self.questions[key].fact
            and (value := self.meanings[key].get(answer, ""))
        }
        return Facts.from_json(told)


@lru_cache(maxsize=64)
def _fixed_script(version: int) -> Script:
    """Of a version that was published once: such a one never changes again, so a process reads it once."""
    return Script.load(Version.objects.select_related("checklist").get(pk=version))


def script_of(version: Version) -> Script:
    """The questions of `version`: without a statement where this process has read them before."""
    return Script.load(version) if version.status == Version.Status.DRAFT else _fixed_script(version.pk)


def forget_scripts() -> None:
    """For tests, whose versions come and go under the same ids."""
    _fixed_script.cache_clear()


@dataclass(frozen=True)
class Standing:
    """Where a walk stands: the questions answered in order, and the one to ask or the end."""

    walk: Walk
    script: Script
    given: dict[str, str]
    place: Place
    steps: Mapping[str, WalkStep]

    @property
    def prefilled(self) -> frozenset[str]:
        """Questions that nobody answered: the answer follows from what was known."""
        return frozenset(key for key, step in self.steps.items() if step.prefilled)

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

    def note(self, key: str) -> str:
        """What staff noted at a question."""
        return self.steps[key].note if key in self.steps else ""

    @property
    def facts(self) -> Facts:
        """What the answers on the way tell, over what the symptom tells."""
        on_the_way = {key: self.given[key] for key in self.place.answered}
        symptom = facts_of_symptom(self.script.version.checklist.symptom)
        return symptom.merged(self.script.facts(on_the_way))


def walk_by_token(token: str) -> Walk | None:
    """A client's walk, while it can be resumed (30 days); None for any other token."""
    return walks_by_token([token]).first() if token else None


def walks_by_token(tokens: Iterable[str]) -> QuerySet[Walk]:
    """Those of the tokens that are a client's and can be resumed.

    Walks of staff stay with their request, and a list for staff is no client's, whoever began it: nothing
    tells any more that a deleted account did.
    """
    return (
        Walk.objects.open_to_resume()
        .select_related("version__checklist", "outcome__cause")
        .filter(token__in=list(tokens), by=None, version__checklist__audience=Audience.PUBLIC)
    )


@transaction.atomic
def begin(
    *,
    checklist: Checklist,
    language: str | None = None,
    visit: str = "",
    facts: Facts | None = None,
    by: User | None = None,
) -> Walk:
    """A new walk on the published version. Raises Version.DoesNotExist where there is none.

    `facts` (out of the client's words, or of a ticket) answer questions ahead; `by` is who of staff asks.
    """
    version = checklist.versions.select_related("checklist").get(status=Version.Status.PUBLISHED)
    known = facts or Facts()
    script = script_of(version)
    walk = Walk.objects.create(
        version=version,
        token=secrets.token_urlsafe(24),
        language=(language or get_language() or "ja")[:2],
        visit=visit,
        by=by,
        facts_json=known.to_json(),
        question=script.questions[version.first],
    )
    _settle(Standing(walk, script, {}, follow(script.graph, {}), {}))
    return walk


def standing(walk: Walk) -> Standing:
    """Where the walk stands. One statement where this process knows the version."""
    return _standing(walk, walk.steps.all())


def standings(walks: Sequence[int]) -> dict[int, Standing]:
    """Where the walks of these ids stand, by id, as far as they exist: two statements where this process
    knows the versions. Version and outcome of each are not to be changed."""
    rows = {walk.pk: walk for walk in (_walks(walks) if walks else [])}
    steps: dict[int, list[WalkStep]] = {pk: [] for pk in rows}
    for step in _steps(list(rows)) if rows else []:
        steps[step.walk_id].append(step)
    for walk in rows.values():
        walk.version = _version(walk.version_id)
        walk.outcome = _end(walk.outcome_id) if walk.outcome_id else None
    return {pk: _standing(walk, steps[pk]) for pk, walk in rows.items()}


@prepared
def _walks(pks: Sequence[int]) -> QuerySet[Walk]:
    return Walk.objects.filter(pk__in=pks)


@prepared
def _steps(walks: Sequence[int]) -> QuerySet[WalkStep]:
    return WalkStep.objects.filter(walk__in=walks)


@kept
def _version(pk: int) -> Version:
    return Version.objects.select_related("checklist").get(pk=pk)


@kept
def _end(pk: int) -> Outcome:
    return Outcome.objects.select_related("cause").get(pk=pk)


def _standing(walk: Walk, steps: Iterable[WalkStep]) -> Standing:
    script = script_of(walk.version)
    found = {script.names[step.question_id]: step for step in steps}
    given = {key: script.answers[step.answer_id] for key, step in found.items()}
    return Standing(walk, script, given, follow(script.graph, given), found)


@transaction.atomic
def answer(*, walk: Walk, question: str, answer: str, note: str | None = None) -> Standing:
    """Give an answer, or another one than before. Later answers that no longer lie on the way are dropped.

    `note` (staff) is kept with the answer; None leaves the one that is there. Raises NotOnTheWay for a
    question that this walk does not ask, or an answer that is not offered.
    """
    # Two taps at once take turns.
    Walk.objects.select_for_update(of=("self",)).get(pk=walk.pk)
    now = standing(walk)
    row = now.question(question)
    if row is None:
        raise NotOnTheWay(question)
    step = now.steps.get(question) or WalkStep(walk=walk, question=row)
    step.answer, step.prefilled, step.at = now.script.answer(question, answer), False, timezone.now()
    step.note = step.note if note is None else note.strip()[:NOTE]
    step.save()
    given = now.given | {question: answer}
    steps = {**now.steps, question: step}
    return _settle(Standing(walk, now.script, given, follow(now.script.graph, given), steps))


@transaction.atomic
def pause(*, walk: Walk, paused: bool = True) -> None:
    """The client goes to make a test elsewhere, or comes back from it."""
    walk.paused = timezone.now() if paused else None
    walk.save(update_fields=["paused"])


def finish(*, walk: Walk, helped: bool) -> None:
    """The client said whether the outcome helped."""
    walk.helped = helped
    walk.save(update_fields=["helped"])


def facts_of(walk: Walk) -> Facts:
    """What the answers tell, over what the symptom tells."""
    return standing(walk).facts


def answers_of(walk: Walk, language: str | None = None) -> list[tuple[str, str]]:
    """Questions and answers as texts, in order, in `language` (default: the active one)."""
    given = standing(walk).answers()
    return [(question.text("text", language), answer.text("text", language)) for question, answer in given]


def checklists(audience: Audience = Audience.PUBLIC) -> list[Checklist]:
    """What anybody (or `audience`) may walk, in order."""
    return list(Checklist.objects.walkable().filter(audience=audience))


def _way(answer: Answer) -> Way:
    return Way(
        answer.key,
        to=answer.next.key if answer.next else "",
        outcome=answer.outcome.key if answer.outcome else "",
        unknown=answer.unknown,
    )


def _settle(now: Standing) -> Standing:
    """Answer ahead what is known, drop what no longer lies on the way, keep on the walk where it stands."""
    walk, script = now.walk, now.script
    on_the_way = {key: now.given[key] for key in now.place.answered}
    known = Facts.from_json(walk.facts_json).merged(script.facts(on_the_way))
    ahead = fill(script.graph, now.given, script.meanings, script.known(known))
    added = [
        WalkStep(walk=walk, question=script.questions[key], answer=script.answer(key, given), prefilled=True)
        for key, given in ahead.items()
    ]
    WalkStep.objects.bulk_create(added)
    place = follow(script.graph, {**now.given, **ahead})
    dropped = [step.pk for key, step in now.steps.items() if key not in place.answered]
    if dropped:
        walk.steps.filter(pk__in=dropped).delete()
    steps = {**now.steps, **dict(zip(ahead, added, strict=True))}
    given = {**now.given, **ahead}
    after = Standing(
        walk,
        script,
        {key: given[key] for key in place.answered},
        place,
        {key: steps[key] for key in place.answered},
    )
    _keep_place(after)
    return after


def _keep_place(now: Standing) -> None:
    """A changed answer may take an outcome away again."""
    walk, place = now.walk, now.place
    outcome = _outcome(now)
    if (outcome.pk if outcome else None) != walk.outcome_id:
        # Another outcome of the same cause: the cause has been named since then.
        same = outcome and walk.outcome and outcome.cause_id == walk.outcome.cause_id
        walk.finished = walk.finished if same else timezone.now() if outcome else None
        walk.outcome, walk.helped = outcome, None
    walk.question = now.script.questions.get(place.question)
    walk.paused, walk.last_step = None, timezone.now()
    walk.save(update_fields=["outcome", "helped", "finished", "question", "paused", "last_step"])


def _outcome(now: Standing) -> Outcome | None:
    if not now.place.outcome:
        return None
    last = now.place.answered[-1]
    return now.script.answer(last, now.given[last]).outcome


def most_questions(version: Version) -> int:
    """How many questions a walk asks at most."""
    return left(script_of(version).graph, version.first)
