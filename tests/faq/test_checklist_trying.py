"""Trying a version out: as clients will see it, in the address alone, counted nowhere."""

import re
from collections.abc import Sequence
from dataclasses import replace
from html import unescape
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from faq.models import Article, Checklist, Lookup, Version, Walk, WalkStep
from faq.rules.compare import Place
from faq.rules.content import QuestionRow
from faq.rules.graph import walks
from faq.services import draft as drafts
from faq.services import editing
from faq.services.checklists import graph_of
from faq.services.outcome import shown
from faq.services.rehearse import rehearse
from faq.services.walk import answer as walk_answer
from faq.services.walk import begin
from tests.conftest import member

pytestmark = pytest.mark.django_db
FULL = ["outage:no", "webmail:no", "scope:one", "other-device:no", "quota:yes"]
MOST = 8
"""Statements of a question's page, those for who asks included."""


@pytest.fixture
def checklist(knowledge: None) -> Checklist:
    return Checklist.objects.get(slug="nothing-arrives")


@pytest.fixture
def draft(checklist: Checklist, editor: User) -> Version:
    return editing.draft_of(checklist=checklist, by=editor)


@pytest.fixture
def writer(editor: User) -> Client:
    client = Client()
    client.force_login(editor, backend="django.contrib.auth.backends.ModelBackend")
    return client


def address(version: Version) -> str:
    return reverse("admin:faq_version_try", args=[version.pk])


def page(client: Client, version: Version, given: Sequence[str] = (), **more: str) -> str:
    response = client.get(address(version), {"given": list(given), **more})
    assert response.status_code == 200
    return unescape(response.content.decode())


def row_of(version: Version, key: str) -> QuestionRow:
    row = drafts.row_of(editing.read(version), Place.QUESTION, key)
    assert isinstance(row, QuestionRow)
    return row


def save(version: Version, row: QuestionRow) -> None:
    seen = drafts.stamp(row_of(version, row.key))
    editing.save_question(version=version, row=row, seen=seen, by=None)


def lead(version: Version, question: str, answer: str, *, to: str = "", outcome: str = "") -> None:
    """Let an answer lead elsewhere, or nowhere."""
    row = row_of(version, question)
    answers = [replace(a, to=to, outcome=outcome) if a.key == answer else a for a in row.answers]
    save(version, replace(row, answers=tuple(answers)))


class TestWalking:
    def test_from_the_first_question_to_the_outcome_by_the_forms_of_the_pages(
        self, writer: Client, draft: Version
    ) -> None:
        html = page(writer, draft)
        for step in FULL:
            question, answer = step.split(":")
            assert f'name="question" value="{question}"' in html
            assert f'value="{answer}"' in html
            hidden = re.findall(r'name="given" value="([^"]+)"', html)
            response = writer.get(
                address(draft), {"given": hidden, "question": question, "answer": answer}, follow=True
            )
            html = unescape(response.content.decode())
        assert "メールサーバーがいっぱい" in html
        assert parse_qsl(urlsplit(response.redirect_chain[-1][0]).query) == [("given", s) for s in FULL]

    def test_an_outcome_is_what_clients_see(self, writer: Client, checklist: Checklist) -> None:
        version = checklist.published()
        assert version
        walk = begin(checklist=checklist, language="ja")
        for step in FULL:
            walk_answer(walk=walk, question=step.split(":")[0], answer=step.split(":")[1])
        walk.refresh_from_db()
        seen = shown(walk)
        html = page(writer, version, FULL)
        articles = [hit.title for hit in seen["articles"]]  # type: ignore[attr-defined]
        assert articles
        assert all(str(text) in html for text in (seen["title"], *articles))
        steps = unescape(str(seen["steps"])).replace(f"?walk={walk.token}", "")
        assert steps in html

    def test_what_earlier_answers_tell_is_answered_ahead_as_in_a_walk(
        self, checklist: Checklist, draft: Version
    ) -> None:
        file = editing.read(draft)
        for steps, outcome in walks(graph_of(file)):
            now = rehearse(draft, dict(steps))
            assert now.place.outcome == outcome
        told = [row for row in file.questions if row.fact and any(a.value and a.to for a in row.answers)]
        first, later = row_of(draft, file.first), told[-1]
        value = next(a for a in later.answers if a.value and a.to)
        known = replace(first.answers[0], value=value.value, to=later.key, outcome="")
        save(draft, replace(first, fact=later.fact, answers=(known, *first.answers[1:])))
        now = rehearse(draft, {first.key: known.key})
        assert (now.given[later.key], now.prefilled) == (value.key, frozenset({later.key}))
        assert (
            rehearse(draft, {first.key: known.key, later.key: later.answers[-1].key}).prefilled == frozenset()
        )

    def test_back_keeps_all_answers(self, writer: Client, draft: Version) -> None:
        html = page(writer, draft, FULL, at="webmail")
        assert re.findall(r'name="given" value="([^"]+)"', html) == [s for s in FULL if "webmail" not in s]
        assert re.search(r'value="no"[^>]* checked', html)
        link = re.search(r'class="back" href="([^"]+)"', html)
        assert link
        assert dict(parse_qsl(urlsplit(link[1]).query))["at"] == "outage"

    def test_no_answer_is_asked_for(self, writer: Client, draft: Version) -> None:
        html = page(writer, draft, question="outage")
        assert "エラー" in html
        assert "1つ選んでください" in html

    def test_in_both_languages(self, writer: Client, draft: Version) -> None:
        english = row_of(draft, "outage").text_en
        response = writer.get("/en" + address(draft), {"given": "outage:no"})
        html = unescape(response.content.decode())
        assert english in html
        assert 'lang="ja" hreflang="ja">日本語' in html
        assert f"{address(draft)}?given=outage%3Ano" in html

    def test_a_version_of_staff_can_be_tried_too(self, writer: Client, knowledge: None) -> None:
        version = Checklist.objects.get(slug="staff-sheet").published()
        assert version
        assert "お試し" in page(writer, version)


class TestDrafts:
    """A draft may be broken in any way."""

    def test_an_answer_that_leads_nowhere_says_so(self, writer: Client, draft: Version) -> None:
        lead(draft, "webmail", "no")
        html = page(writer, draft, FULL[:2])
        assert "お客様はここで止まってしまいます" in html
        question = draft.questions.get(key="webmail")
        assert reverse("admin:faq_question_change", args=[question.pk]) in html
        assert "行き先がまだありません" in html

    def test_a_circle_says_so_and_is_no_endless_walk(self, writer: Client, draft: Version) -> None:
        lead(draft, "webmail", "no", to="outage")
        assert "同じところを回って" in page(writer, draft, ["outage:no"])
        html = page(writer, draft, FULL)
        assert "お客様はここで止まってしまいます" in html
        assert "前に答えた" in html

    def test_no_first_question(self, writer: Client, draft: Version) -> None:
        editing.remove_question(version=draft, key="outage", by=None)
        html = page(writer, draft, FULL)
        assert "最初の質問がまだありません" in html
        assert reverse("admin:faq_version_change", args=[draft.pk]) in html

    def test_answers_that_are_gone_are_passed_over_and_told(self, writer: Client, draft: Version) -> None:
        html = page(writer, draft, [*FULL[:2], "scope:gone", "nosuch:yes"])
        assert 'name="question" value="scope"' in html
        assert "2つの答えがなくなりました" in html

    def test_steps_that_cannot_be_shown(self, writer: Client, draft: Version) -> None:
        draft.outcomes.update(steps_ja="[x](faq:nosuch) <b>")
        html = page(writer, draft, FULL)
        assert "[x](faq:nosuch)" in html
        assert "leads nowhere" in html

    @pytest.mark.parametrize("value", ["\x00", "a:\x00", "::", "a" * 5000, "😀:é", "\ud800:x", "%"])
    def test_rubbish_is_soft(self, writer: Client, draft: Version, value: str) -> None:
        for name in ("given", "at", "question", "answer"):
            text = value.encode("utf-8", "surrogatepass")
            response = writer.get(address(draft), {name: text, "given": text}, follow=True)
            assert response.status_code == 200
        big = writer.get(f"/admin/faq/version/{2**70}/try/")
        assert big.status_code == 404

    def test_far_too_many_answers(self, writer: Client, draft: Version) -> None:
        assert "お試し" in page(writer, draft, [f"q{n}:a" for n in range(150)])


class TestCounting:
    def test_nothing_is_kept(self, writer: Client, draft: Version) -> None:
        before = list(Version.objects.order_by("pk").values())
        for given in ([], FULL[:2], FULL):
            page(writer, draft, given)
        assert Walk.objects.count() == WalkStep.objects.count() == Lookup.objects.count() == 0
        assert list(Version.objects.order_by("pk").values()) == before

    @pytest.mark.parametrize("published", [False, True])
    def test_statements(
        self,
        writer: Client,
        checklist: Checklist,
        draft: Version,
        published: bool,
        django_assert_max_num_queries: object,
    ) -> None:
        version = checklist.published() if published else draft
        assert version
        page(writer, version)
        with django_assert_max_num_queries(MOST):  # type: ignore[operator]
            page(writer, version, FULL[:3])
        assert Article.objects.exists()
        with django_assert_max_num_queries(MOST + 7):  # type: ignore[operator]
            page(writer, version, FULL)


class TestRights:
    def test_all_staff_may_try_but_only_writers_see_where_to_edit(
        self, writer: Client, staff_client: Client, draft: Version, checklist: Checklist
    ) -> None:
        edit = reverse("admin:faq_question_change", args=[draft.questions.get(key="outage").pk])
        assert edit in page(writer, draft)
        assert edit not in page(staff_client, draft)
        live = checklist.published()
        assert live
        assert "この質問を直す" not in page(writer, live)

    def test_strangers_log_in_and_others_may_not(self, client: Client, draft: Version) -> None:
        response = client.get(address(draft))
        assert response.status_code == 302
        assert "/login/" in response["Location"]
        nobody = member("nobody", "agent")
        nobody.groups.clear()
        client.force_login(nobody, backend="django.contrib.auth.backends.ModelBackend")
        assert client.get(address(draft)).status_code == 403

    def test_no_form_is_taken(self, writer: Client, draft: Version) -> None:
        assert writer.post(address(draft)).status_code == 405


def test_a_version_retired_meanwhile_says_so(writer: Client, draft: Version, editor: User) -> None:
    live = draft.checklist.published()
    assert live
    assert "第1版（公開" in page(writer, live)
    editing.publish_version(version=draft, note="", by=editor)
    assert "第1版（公開" not in page(writer, live)
