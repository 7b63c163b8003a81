"""Writing a question and an outcome: phone and desktop, keys only, no JavaScript, two people at once."""

import re
from dataclasses import replace

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import Page, expect

from faq.models import Checklist, Outcome, Question, Version
from faq.rules.compare import Place
from faq.rules.content import QuestionRow
from faq.services import draft as drafts
from faq.services import editing
from tests.browser import checks
from tests.browser.pages import AdminHome, follow
from tests.conftest import DESKTOP, PHONE, Visitors

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def draft(knowledge: None, desk: object, boss: User) -> Version:
    """With an answer that leads nowhere, and an empty outcome."""
    draft = editing.draft_of(checklist=Checklist.objects.get(slug="nothing-arrives"), by=boss)
    row = row_of(draft)
    save(draft, answers=(replace(row.answers[0], to="", outcome=""), *row.answers[1:]))
    editing.add_outcome(version=draft, by=boss)
    return draft


def row_of(version: Version) -> QuestionRow:
    row = drafts.row_of(editing.read(version), Place.QUESTION, "webmail")
    assert isinstance(row, QuestionRow)
    return row


def save(version: Version, **texts: object) -> None:
    row = row_of(version)
    new = replace(row, **texts)  # type: ignore[arg-type]  # as the tests say them
    editing.save_question(version=version, row=new, seen=drafts.stamp(row), by=None)


def path(part: Question | Outcome) -> str:
    name = "question" if isinstance(part, Question) else "outcome"
    return reverse(f"admin:faq_{name}_change", args=[part.pk])


def faults_of(page: Page, size: dict[str, int]) -> list[str]:
    found = [*checks.axe(page), *checks.headings(page)]
    return found + (checks.colours(page) if size == DESKTOP else checks.widths(page))


def test_every_page_on_a_desktop_and_a_phone(visitors: Visitors, draft: Version) -> None:
    live = draft.checklist.published()
    assert live
    question = draft.questions.get(key="webmail")
    shown = {
        "question": path(question),
        "outcome": path(draft.outcomes.get(key="outage")),
        "empty outcome": path(draft.outcomes.get(key="o1")),
        "read only": path(live.questions.get(key="webmail")),
    }
    faults = []
    for size in (DESKTOP, PHONE):
        page = visitors.new(viewport=size)
        AdminHome(page).log_in("boss")
        for name, address in shown.items():
            page.set_viewport_size({"width": size["width"], "height": size["height"]})
            page.goto(address)
            faults += [f"{name}: {fault}" for fault in faults_of(page, size)]
        page.goto(path(question))
        page.get_by_label("分かる事実").select_option("quota_full")
        page.locator("#answer-2 summary").click()
        page.locator("#id_answer-2-text_en").fill("")
        save(draft, answers=(*row_of(draft).answers[1:], row_of(draft).answers[0]), text_ja=f"{size}")
        follow(page.get_by_role("button", name="保存", exact=True).first)
        expect(page.locator(".say.bad").first).to_contain_text("ほかの人がこのページを保存しました")
        faults += [f"stale: {fault}" for fault in faults_of(page, size)]
        follow(page.get_by_role("button", name="保存", exact=True).first)
        expect(page.locator(".say.bad").first).to_contain_text("まだ保存していません")
        faults += [f"wrong: {fault}" for fault in faults_of(page, size)]
    assert faults == []


def test_a_question_is_written_without_a_script_and_with_keys_only(
    visitors: Visitors, draft: Version
) -> None:
    page = visitors.new(viewport=DESKTOP, java_script_enabled=False)
    AdminHome(page).log_in("boss")
    page.goto(path(draft.questions.get(key="webmail")))
    page.get_by_role("link", name="の先がありません").press("Enter")
    first = page.get_by_role("group", name="答え 1：届いている")
    first.get_by_label("行き先").select_option(label="新しい結果を作る")
    page.get_by_role("button", name="答えをもう1つ加える").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    new = page.get_by_role("group", name="答え 6（新しい答え）")
    new.get_by_label("答え（日本語）").fill("メールを消した")
    new.get_by_label("行き先").select_option(label="新しい質問を作る")
    follow(new.page.get_by_role("button", name="この事実の値を答えに出す"))
    up = page.get_by_role("button", name=re.compile("上へ.*答え 6"))
    up.focus()
    with page.expect_navigation():
        page.keyboard.press("Space")
    page.get_by_role("group", name="答え 5：メールを消した").get_by_label("二行目（日本語）").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator(".messagelist")).to_contain_text("質問を保存しました")
    answers = row_of(draft).answers
    assert [a.text_ja for a in answers][-2:] == ["メールを消した", "わからない"]
    follow(page.locator(".messagelist a").first)
    page.get_by_label("考えられる原因を一文で（日本語）").fill("新しい結果です")
    expect(page.locator(".here")).to_contain_text("届いている")
    follow(page.get_by_role("button", name="保存して一覧へ戻る"))
    assert draft.outcomes.get(key=answers[0].outcome).title_ja == "新しい結果です"
