"""Editors at work on a checklist: its versions, the cards of a draft, places changed without dragging."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from faq.models import Answer, Checklist, Version
from faq.services import editing
from tests.browser import checks
from tests.browser.pages import AdminHome, follow
from tests.conftest import DESKTOP, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def checklist(knowledge: None, editor: User, desk: Any) -> Checklist:
    return Checklist.objects.get(slug="nothing-arrives")


def arrive(page: Page, checklist: Checklist) -> None:
    AdminHome(page).log_in("suzuki")
    page.goto("/admin/faq/checklist/")
    follow(page.get_by_role("link", name=checklist.title_ja))


def faults_of(page: Page) -> list[str]:
    """What every page of the editor keeps."""
    return [*checks.axe(page), *checks.colours(page), *checks.headings(page), *checks.widths(page)]


def order(page: Page) -> list[str]:
    return [words.strip() for words in page.locator("section.cards").first.locator("h3 a").all_inner_texts()]


def test_a_draft_is_put_in_order_without_a_mouse_or_a_script(visitors: Any, checklist: Checklist) -> None:
    page = visitors.new(viewport=DESKTOP, java_script_enabled=False)
    arrive(page, checklist)
    follow(page.get_by_role("button", name="下書きを作って直す"))
    before = order(page)
    follow(page.get_by_role("button", name=re.compile(r"上へ\s*（質問3）")))
    assert order(page) == [before[0], before[2], before[1], *before[3:]]
    page.get_by_role("button", name=re.compile(r"下へ\s*（質問2）")).focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert order(page) == before
    follow(page.get_by_role("button", name=re.compile(r"この次に質問を追加\s*（質問1）")))
    expect(page.locator(".say.bad")).to_contain_text("答え")
    assert order(page)[1] == "（まだ文がありません）"
    follow(page.get_by_role("link", name=re.compile(r"取り除く\s*（質問2）")))
    follow(page.get_by_role("button", name="取り除く"))
    assert order(page) == before
    expect(page.locator(".say.good")).to_be_visible()


def test_what_is_broken_is_red_in_words_and_leads_to_its_question(
    visitors: Any, checklist: Checklist, editor: User
) -> None:
    draft = editing.draft_of(checklist=checklist, by=editor)
    Answer.objects.filter(question__version=draft, question__key="webmail", key="no").update(
        next=None, outcome=None
    )
    page = visitors.new(viewport=DESKTOP)
    arrive(page, checklist)
    follow(page.get_by_role("link", name="下書きの続きを書く"))
    expect(page.locator(".say.bad")).to_contain_text("先がありません")
    expect(page.locator("#q-webmail .nowhere")).to_be_visible()
    assert page.locator(".drawing .bad").count()
    faults = faults_of(page)
    page.set_viewport_size(PHONE)
    faults += checks.axe(page)
    follow(page.locator(".say.bad a").first)
    assert page.url.endswith(f"/admin/faq/question/{draft.questions.get(key='webmail').pk}/change/")
    assert faults == [], "\n".join(faults)


def test_pages_around_the_cards(visitors: Any, checklist: Checklist, editor: User) -> None:
    draft = editing.draft_of(checklist=checklist, by=editor)
    live = Version.objects.get(checklist=checklist, status="published")
    page = visitors.new(viewport=DESKTOP)
    arrive(page, checklist)
    faults = []
    for address in (
        f"/admin/faq/checklist/{checklist.pk}/change/",
        f"/admin/faq/checklist/{checklist.pk}/copy/",
        f"/admin/faq/version/{live.pk}/change/",
        f"/admin/faq/version/{draft.pk}/remove/?what=question:webmail",
    ):
        page.goto(address)
        page.set_viewport_size(DESKTOP)
        faults += [f"{address}: {fault}" for fault in faults_of(page)]
    assert faults == [], "\n".join(faults)
