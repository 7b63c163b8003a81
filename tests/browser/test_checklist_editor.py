"""Editors at work on a checklist: its versions, the cards of a draft, places changed without dragging."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from faq.models import Answer, Checklist, Version
from faq.services import editing
from tests.browser import checks
from tests.browser.pages import AdminHome, Walk, follow
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


def test_what_is_published_is_walked_and_walks_that_have_begun_keep_theirs(
    visitors: Any, checklist: Checklist
) -> None:
    begun = Walk(visitors.new())
    begun.open()
    begun.begin()
    old = begun.heading.inner_text()
    page = visitors.new(viewport=DESKTOP)
    arrive(page, checklist)
    follow(page.get_by_role("button", name="下書きを作って直す"))
    follow(page.locator("section.cards").first.locator("h3 a").first)
    page.get_by_label("質問（日本語）").fill("最初に、お知らせを見ましたか")
    follow(page.get_by_role("button", name="保存して一覧へ戻る"))
    follow(page.get_by_role("link", name="試してみる"))
    expect(page.locator("h1")).to_have_text("最初に、お知らせを見ましたか")
    assert checklist.versions.get(status="draft").walks.count() == 0
    page.go_back()
    follow(page.get_by_role("link", name="変更を確かめて公開する"))
    expect(page.locator("ins").first).to_be_visible()
    page.get_by_label("変えたこと").fill("聞きかたをやさしく")
    follow(page.get_by_role("button", name="この変更を公開する"))
    expect(page.locator(".messagelist .success")).to_be_visible()
    begun.page.reload()
    assert begun.heading.inner_text() == old
    fresh = Walk(visitors.new())
    fresh.open()
    fresh.begin()
    expect(fresh.heading).to_have_text("最初に、お知らせを見ましたか")
