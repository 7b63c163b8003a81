"""Everything again without JavaScript: plain pages and plain forms."""

import pytest
from playwright.sync_api import Page, expect

from faq.models import Vote, Walk
from tests.browser.pages import WORDS, Find, Home, TicketForm, Tracking, follow, photo
from tests.browser.pages import Walk as WalkScreen
from tickets.models import Message, Ticket
from tickets.rules.workflow import Word

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def plain(visitors) -> Page:
    """A phone that runs no script."""
    page: Page = visitors.new(java_script_enabled=False)
    return page


def test_search_article_and_vote(plain, knowledge, desk):
    home = Home(plain)
    home.open()
    home.field.fill(WORDS)
    home.send()
    assert "mailbox-full" in home.keys()[:3]
    follow(plain.locator("#answers .hits a[href*='/mailbox-full/']"))
    expect(home.heading).to_contain_text("いっぱい")
    assert not plain.locator("button[hidden]:visible").count()
    follow(home.link("はい、解決しました"))
    follow(home.button("はい、解決しました"))
    expect(home.heading).to_contain_text("ありがとうございます")
    vote = Vote.objects.get()
    assert (vote.helpful, vote.article.key) == (True, "mailbox-full")


def test_an_article_that_did_not_help_leads_to_the_request(plain, knowledge, desk):
    plain.goto("/faq/mailbox-full/")
    follow(Home(plain).link("いいえ、相談する"))
    form = TicketForm(plain)
    form.what(WORDS, "nothing-arrives")
    form.when()
    form.who()
    expect(plain.locator("main")).to_contain_text("読んだ")


def test_checklist_with_a_mistake_back_and_solved(plain, knowledge, desk):
    walk = WalkScreen(plain)
    walk.open()
    walk.begin()
    follow(plain.locator("main form .b.go"))
    expect(plain.locator(".errors")).to_be_visible()
    assert plain.title().startswith("エラー：")
    walk.answer("わからない")
    walk.answer("届いている")
    follow(plain.locator(".back"))
    expect(plain.locator("[type=radio][value=yes]")).to_be_checked()
    for words in ("届いていない", "会社のアドレス全部", "ふつうに開く", "上限に近い"):
        walk.answer(words)
    expect(walk.heading).to_contain_text("いっぱい")
    follow(walk.button("解決した"))
    expect(plain.locator("#solved")).to_contain_text("よかった")
    assert Walk.objects.get().helped is True


def test_filed_answered_found_and_solved(plain, visitors, knowledge, desk):
    form = TicketForm(plain)
    form.open("?symptom=nothing-arrives")
    form.what(WORDS)
    assert form.page.locator(".suggest .hits a").count(), "answers without a script, on the next page"
    form.when(address="info@", photos=[photo()])
    expect(plain.locator(".errors")).to_be_visible()
    expect(plain.locator("main")).to_contain_text("IMG_0412.png")
    form.when()
    follow(plain.locator(".back"))
    expect(plain.locator("[name=affected_address]")).to_have_value("info@yamadaya.example")
    form.on()
    form.who()
    form.send()
    tracking = Tracking(plain)
    assert not plain.get_by_role("button", name="コピー").count()
    tracking.reply("まだ届きません")
    ticket = Ticket.objects.get()
    assert ticket.attachments.get().name == "IMG_0412.png"

    other = visitors.new(java_script_enabled=False)
    find = Find(other)
    find.open()
    find.find(ticket.number, "090-0000-0001")
    expect(other.locator(".errors")).to_be_visible()
    find.find(ticket.grouped_number, "09000000000")
    expect(other.locator(".receipt")).to_be_visible()
    assert ticket.links.get().token not in other.content() + other.url
    Tracking(other).reply("こちらからも書けます")
    assert Message.objects.filter(ticket=ticket).count() == 3
    follow(Tracking(other).button("解決した"))
    expect(other.locator("main")).to_contain_text("「解決した」とお知らせいただきました")
    ticket.refresh_from_db()
    assert ticket.said_solved_at or ticket.word == Word.SOLVED
