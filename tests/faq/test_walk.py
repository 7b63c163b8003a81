"""A walk: answers, going back, changing one's mind, the end, and what it tells."""

from datetime import timedelta

import pytest
from django.utils import timezone, translation

from faq.models import Checklist, Walk
from faq.rules.facts import Facts
from faq.services.walk import (
    NotOnTheWay,
    answer,
    answers_of,
    begin,
    facts_of,
    finish,
    most_questions,
    standing,
    walk_by_token,
)

pytestmark = pytest.mark.django_db
FULL = [("outage", "no"), ("webmail", "no"), ("scope", "one"), ("other-device", "no"), ("quota", "yes")]


@pytest.fixture
def walk(knowledge: None) -> Walk:
    return begin(checklist=Checklist.objects.get(slug="nothing-arrives"), language="ja")


def go(walk: Walk, answers: list[tuple[str, str]]) -> None:
    for question, given in answers:
        answer(walk=walk, question=question, answer=given)


def test_answers_lead_to_a_cause_and_to_facts(walk: Walk) -> None:
    assert most_questions(walk.version) == 6
    go(walk, FULL)
    walk.refresh_from_db()
    assert walk.outcome
    assert walk.outcome.cause.slug == "mailbox-full"
    assert walk.finished
    assert facts_of(walk) == Facts(
        direction="receiving",
        senders="all",
        own_addresses="one",
        webmail_works="no",
        outage_known="no",
        quota_full="yes",
    )
    given = answers_of(walk, "en")
    assert given[0] == ("Is there a notice of an outage or maintenance?", "No, there is not")
    assert len(given) == 5
    with translation.override("ja"):
        assert answers_of(walk)[0][1] == "出ていない"


def test_another_answer_drops_what_no_longer_lies_on_the_way(walk: Walk) -> None:
    go(walk, FULL)
    now = answer(walk=walk, question="scope", answer="all")
    assert now.place.question == "website"
    assert set(walk.steps.values_list("question__key", flat=True)) == {"outage", "webmail", "scope"}
    walk.refresh_from_db()
    assert walk.outcome is None
    assert walk.finished is None


def test_the_same_answer_again_keeps_the_rest(walk: Walk) -> None:
    go(walk, FULL)
    finish(walk=walk, helped=True)
    answer(walk=walk, question="scope", answer="one")
    walk.refresh_from_db()
    assert walk.steps.count() == 5
    assert walk.helped is True


@pytest.mark.parametrize(
    ("question", "given"), [("quota", "yes"), ("outage", "nope"), ("gone", "yes"), ("", "")]
)
def test_only_what_is_asked_can_be_answered(walk: Walk, question: str, given: str) -> None:
    with pytest.raises(NotOnTheWay):
        answer(walk=walk, question=question, answer=given)
    assert not walk.steps.exists()


def test_every_way_through_the_shipped_checklist_ends(walk: Walk) -> None:
    graph = standing(walk).script.graph
    ends = set()

    def follow_all(question: str, depth: int) -> None:
        assert depth <= 7
        for way in graph.questions[question]:
            if way.outcome:
                ends.add(way.outcome)
            else:
                follow_all(way.to, depth + 1)

    follow_all(graph.first, 1)
    assert ends == set(walk.version.outcomes.values_list("key", flat=True))


def test_a_walk_is_found_by_its_whole_token_for_thirty_days(walk: Walk) -> None:
    assert walk_by_token(walk.token) == walk
    assert len(walk.token) >= 22
    for wrong in ("", walk.token[:-1], walk.token.swapcase(), walk.token + "x", " " + walk.token):
        assert walk_by_token(wrong) is None
    Walk.objects.update(started=timezone.now() - timedelta(days=31))
    assert walk_by_token(walk.token) is None
