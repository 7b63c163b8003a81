"""Invented walks for `manage.py demo`: a desk whose figures show something."""

import random
from datetime import timedelta

from faq.models import Checklist, Question, Walk
from faq.rules.graph import walks as ways
from faq.services import walk as walks
from faq.services.walk import Standing, script_of

FEWEST, MOST = 12, 30
"""Walks a checklist."""
LEFT = 0.07
"""Chance of going away at a question."""
RIGHT = 0.6
"""Chance that a walk before a request names the cause that it turns out to be."""


def wander() -> int:
    """Walks of clients who asked for nothing afterwards, through all public lists. Returns how many."""
    made = 0
    for number, checklist in enumerate(walks.checklists()):
        chance = random.Random(number)  # noqa: S311 no secret
        for _ in range(chance.randint(FEWEST, MOST)):
            walk = _stroll(checklist, chance)
            move_back(walk, timedelta(days=chance.randint(0, 60), minutes=chance.randint(5, 600)), chance)
            made += 1
    return made


def before_request(*, symptom: str, cause: str, chance: random.Random) -> Walk | None:
    """A walk through the list of `symptom` that did not help; mostly to `cause`. None without a list."""
    checklist = next((found for found in walks.checklists() if found.symptom == symptom), None)
    version = checklist.published() if checklist else None
    if checklist is None or version is None:
        return None
    causes = dict(version.outcomes.values_list("key", "cause__slug"))
    all_ways = list(ways(script_of(version).graph))
    right = [way for way in all_ways if causes[way[1]] == cause]
    taken, _outcome = chance.choice(right if right and chance.random() < RIGHT else all_ways)
    walk = walks.begin(checklist=checklist, language="ja")
    for question, answer in taken:
        walks.answer(walk=walk, question=question, answer=answer)
    walks.finish(walk=walk, helped=False)
    return walk


def move_back(walk: Walk, age: timedelta, chance: random.Random) -> None:
    """Let the walk have happened `age` ago, at the pace of somebody who reads."""
    steps = list(walk.steps.all())
    moment = walk.started - age
    walk.started = moment
    for step in steps:
        moment += timedelta(seconds=chance.randint(8, 75))
        step.at = moment
        step.save(update_fields=["at"])
    walk.last_step = moment
    walk.finished = moment if walk.finished else None
    walk.paused = moment if walk.paused else None
    walk.save(update_fields=["started", "last_step", "finished", "paused"])


def _stroll(checklist: Checklist, chance: random.Random) -> Walk:
    walk = walks.begin(checklist=checklist, language="ja")
    now = walks.standing(walk)
    while (question := now.question()) and chance.random() > LEFT:
        now = walks.answer(walk=walk, question=question.key, answer=_answer(question, chance))
    _leave(now, chance)
    return walk


def _answer(question: Question, chance: random.Random) -> str:
    """Few say that they do not know."""
    offered = list(question.answers.all())
    return chance.choices(offered, [1 if answer.unknown else 4 for answer in offered])[0].key


def _leave(now: Standing, chance: random.Random) -> None:
    """Solved, not solved, gone without a word; or away to make a test."""
    question = now.question()
    if question is None:
        helped = chance.choice([True, True, False, None])
        if helped is not None:
            walks.finish(walk=now.walk, helped=helped)
    elif question.test_ja:
        walks.pause(walk=now.walk)
