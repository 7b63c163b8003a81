"""The pages of a walk: answers given ahead, tests made elsewhere, what a step costs, who may see it."""

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation
from django.utils.html import escape

from faq.models import Checklist, Version, Walk
from faq.models.base import Audience
from faq.rules.facts import Facts
from faq.rules.graph import walks
from faq.services.checklists import file_of, graph_of, with_everything
from faq.services.outcome import shown
from faq.services.walk import answer, begin, standing, walk_by_token
from mailsupport.templatetags.mailsupport import menu_paths

pytestmark = pytest.mark.django_db
MOST = 6
"""Statements of one step, the issue says."""


@pytest.fixture
def checklist(knowledge: None) -> Checklist:
    return Checklist.objects.get(slug="nothing-arrives")


@pytest.fixture
def tested(checklist: Checklist) -> Checklist:
    """The first question now asks for a test and shows a way through menus."""
    version = checklist.published()
    assert version
    version.questions.filter(key="outage").update(
        test_ja="1. 自分あてに1通送ります", path_ja="Gmail：左の「もっと見る」 > すべてのメール"
    )
    return checklist


def address(walk: Walk) -> str:
    return reverse("faq:walk", args=[walk.version.checklist.slug, walk.token])


def test_a_test_elsewhere_pauses_the_walk_and_it_goes_on_there(client: Client, tested: Checklist) -> None:
    walk = begin(checklist=tested, language="ja")
    html = client.get(address(walk)).content.decode()
    assert "1通送ります" in html
    assert "すべてのメール" in html
    client.post(address(walk), {"question": "outage", "pause": "1"})
    paused = client.get(address(walk)).content.decode()
    assert "ここで待ちます" in paused
    assert address(walk) in paused
    assert "1通送ります" in paused
    client.post(address(walk), {"resume": "1"})
    assert "ここで待ちます" not in client.get(address(walk)).content.decode()


def test_an_answer_ends_the_pause(client: Client, tested: Checklist) -> None:
    walk = begin(checklist=tested, language="ja")
    client.post(address(walk), {"question": "outage", "pause": "1"})
    client.post(address(walk), {"question": "outage", "answer": "no"})
    walk.refresh_from_db()
    assert walk.paused is None
    assert walk.question
    assert walk.question.key == "webmail"


def test_what_is_known_is_answered_ahead_shown_and_changeable(client: Client, checklist: Checklist) -> None:
    walk = begin(checklist=checklist, language="ja", facts=Facts(outage_known="no", webmail_works="no"))
    now = standing(walk)
    assert now.place.question == "scope"
    assert now.prefilled == {"outage", "webmail"}
    html = client.get(address(walk)).content.decode()
    assert html.count("お客様の言葉から読み取りました") == 2
    answer(walk=walk, question="outage", answer="no")
    assert standing(walk).prefilled == {"webmail"}
    after = answer(walk=walk, question="webmail", answer="yes")
    assert after.place.question == "error"
    assert after.facts.webmail_works == "yes"


def test_a_walk_of_staff_is_not_a_page_for_clients(client: Client, checklist: Checklist, staff: User) -> None:
    walk = begin(checklist=checklist, language="ja", by=staff)
    assert client.get(address(walk)).status_code == 404
    assert client.post(address(walk), {"question": "outage", "answer": "no"}).status_code == 404
    assert not walk.steps.exists()


def test_a_list_for_staff_stays_theirs_when_the_account_that_walked_it_is_deleted(
    client: Client, knowledge: None, staff: User
) -> None:
    sheet = Checklist.objects.get(slug="staff-sheet")
    walk = begin(checklist=sheet, language="ja", by=staff)
    staff.delete()
    walk.refresh_from_db()
    assert walk.by is None
    assert client.get(address(walk)).status_code == 404
    assert walk_by_token(walk.token) is None


def test_a_list_for_staff_is_not_walked_by_clients(client: Client, checklist: Checklist) -> None:
    Checklist.objects.filter(pk=checklist.pk).update(audience=Audience.STAFF)
    assert client.get(reverse("faq:checklist", args=[checklist.slug])).status_code == 404
    assert client.post(reverse("faq:checklist", args=[checklist.slug])).status_code == 404
    assert not Walk.objects.exists()


def test_a_step_takes_few_statements(client: Client, checklist: Checklist, desk: object) -> None:
    walk = begin(checklist=checklist, language="ja")
    client.get(address(walk))
    for question, given in (("outage", "no"), ("webmail", "no"), ("scope", "one")):
        with CaptureQueriesContext(
            connection,
        ) as posted:
            client.post(address(walk), {"question": question, "answer": given})
        with CaptureQueriesContext(connection) as got:
            assert client.get(address(walk)).status_code == 200
        for queries in (posted, got):
            said = [q["sql"] for q in queries if not q["sql"].startswith(("SAVEPOINT", "RELEASE"))]
            assert len(said) <= MOST, said


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("Gmail：左の「もっと見る」 > すべてのメール", [("Gmail", ["左の「もっと見る」", "すべてのメール"])]),
        (
            "iPhone: Settings > Mail\n\nMail > Inbox",
            [("iPhone", ["Settings", "Mail"]), ("", ["Mail", "Inbox"])],
        ),
        ("", []),
    ],
)
def test_a_way_through_menus_is_read(text: str, paths: list[tuple[str, list[str]]]) -> None:
    assert menu_paths(text) == paths


class TestEveryWalkOfEveryList:
    """All ways through all shipped checklists, in both languages."""

    def test_all_end_in_a_cause_with_steps(self, knowledge: None) -> None:
        versions = with_everything(Version.objects.filter(status=Version.Status.PUBLISHED))
        counted = 0
        for version in versions:
            file = file_of(version)
            outcomes = {row.key: row for row in file.outcomes}
            for steps, outcome in walks(graph_of(file)):
                counted += 1
                assert 1 <= len(steps) <= 7
                row = outcomes[outcome]
                assert row.cause
                for language in ("ja", "en"):
                    assert getattr(row, f"title_{language}").strip()
                    assert getattr(row, f"steps_{language}").strip()
        assert counted > 40

    def test_every_outcome_is_shown_with_a_way_on(self, client: Client, knowledge: None) -> None:
        seen = 0
        for checklist in Checklist.objects.filter(audience=Audience.PUBLIC):
            version = checklist.published()
            assert version
            ways = {outcome: steps for steps, outcome in walks(graph_of(file_of(version)))}
            for language in ("ja", "en"):
                for outcome, steps in ways.items():
                    with translation.override(language):
                        walk = begin(checklist=checklist, language=language)
                        for question, given in steps:
                            answer(walk=walk, question=question, answer=given)
                        walk = Walk.objects.select_related("outcome__cause", "version__checklist").get(
                            pk=walk.pk
                        )
                        context = shown(walk)
                        html = client.get(address(walk)).content.decode()
                    assert walk.outcome
                    assert walk.outcome.key == outcome
                    assert escape(str(context["title"])) in html
                    assert f"?walk={walk.token}" in html
                    seen += 1
        assert seen >= 30

    def test_whoever_must_act_gets_words_to_forward(self, knowledge: None) -> None:
        others = {"correspondent", "host", "registrar", "sending-service"}
        found = 0
        for version in Version.objects.filter(status=Version.Status.PUBLISHED):
            for outcome in version.outcomes.select_related("cause"):
                if outcome.cause.actor in others:
                    found += 1
                    assert outcome.letter_ja.strip(), outcome.key
                    assert outcome.letter_en.strip(), outcome.key
        assert found
