"""The six ways people go through the site, each on its own and by page objects only.

`test_spine.py` walks the whole job once, with everything that is stored on the way; here stands what the
person in front of the screen sees and does.
"""

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from faq.models import Cause, Host
from faq.rules.facts import Facts
from tests.browser.pages import (
    FULL_MAILBOX,
    WORDS,
    AdminHome,
    AdminQueue,
    AdminTicket,
    ArticlePage,
    Find,
    Home,
    TicketForm,
    Tracking,
    Walk,
    follow,
    photo,
)
from tickets.models import Ticket
from tickets.services import thread
from tickets.services.opening import open_by_staff

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

POLL = 18_500  # ms; a little more than static/js/track.js waits
PHONE = "090-0000-0000"


@pytest.fixture(autouse=True)
def _open(knowledge: None, desk: object) -> None:
    """The desk is open and knows its articles."""


@pytest.fixture
def ticket(boss: User) -> Ticket:
    """One that came by telephone."""
    return open_by_staff(
        by=boss,
        contact_name="山田 和子",
        phone=PHONE,
        email="",
        symptom="nothing-arrives",
        words=WORDS,
        facts=Facts(affected_address="info@yamadaya.example", quota_full="yes"),
    ).ticket


def test_find_and_read(page: Page) -> None:
    """By the kind of trouble to the answer, the words of one's own server company, on to another answer."""
    home = Home(page)
    home.open()
    follow(page.locator("[aria-labelledby=helpful] .hits a").first)
    follow(page.locator(".crumb a").last)
    follow(home.link("メールサーバーがいっぱいで"))
    article = ArticlePage(page)
    expect(article.heading).to_contain_text("メールサーバーがいっぱい")
    assert article.steps.count() >= 3
    host = Host.objects.get(slug="xserver")
    article.choose_host(host.name_ja)
    expect(article.host_note).to_be_in_viewport()
    expect(page.locator("#hosts h3")).to_have_text(host.name_ja)
    follow(page.locator(".prose.run a[href^='/faq/']").first)
    page.go_back()
    expect(page.locator("#hosts h3")).to_have_text(host.name_ja)
    article.solved()
    expect(article.heading).to_contain_text("ありがとうございます")


def test_search_as_they_type_with_japanese_input(page: Page) -> None:
    """Kana grow and become words; the answers come by themselves, and the words are there after reading."""
    home = Home(page)
    home.open()
    home.convert(["ぜ", "ぜんぜん", "ぜんぜんとどかない"], "全然届かない")
    expect(home.hits.first).to_be_visible()
    home.field.fill("")
    home.convert(["きのう", "きのうからめーるがこない"], "昨日からメールが来ない")
    expect(home.hits.first).to_be_visible()
    assert "mailbox-full" in home.keys()[:3]
    home.field.press("Enter")
    page.wait_for_url("**/search/**")
    follow(home.hits.first)
    assert ArticlePage(page).steps.count()
    page.go_back()
    expect(home.field).to_have_value("昨日からメールが来ない")
    follow(home.ask)
    expect(page.locator("[name=words]")).to_have_value("昨日からメールが来ない")


def test_checklist(page: Page) -> None:
    """A symptom, one question a page, an answer taken back, the outcome with who must act, solved."""
    Home(page).open()
    Home(page).symptom("まったく届かない")
    walk = Walk(page)
    walk.begin()
    walk.answer("わからない")
    follow(page.locator(".back"))
    for words in FULL_MAILBOX:
        walk.answer(words)
    expect(walk.heading).to_contain_text("いっぱい")
    expect(page.locator(".card.answer")).to_contain_text("お客様")
    assert page.locator(".prose.run li").count()
    follow(walk.button("解決した"))
    expect(page.locator("#solved")).to_contain_text("よかった")


def test_file_with_a_photo(page: Page) -> None:
    """Four steps with a mistake on the way; what was typed and the photo stay; the receipt number."""
    form = TicketForm(page)
    form.open()
    form.what(WORDS, "nothing-arrives")
    form.when(address="info@", photos=[photo()])
    expect(page.locator(".errors")).to_be_focused()
    expect(page.locator("main")).to_contain_text("IMG_0412.png")
    form.when()
    form.who(phone=PHONE)
    expect(form.row("写真")).to_contain_text("IMG_0412.png")
    expect(form.row("困っていること")).to_contain_text("まったく届かない")
    form.send()
    tracking = Tracking(page)
    expect(tracking.messages.first).to_contain_text(WORDS)
    expect(tracking.messages.first).to_contain_text("IMG_0412.png")
    assert tracking.number == Ticket.objects.get().number


def test_follow_and_answer(page: Page, ticket: Ticket, boss: User) -> None:
    """Found by number and telephone; the desk's reply comes to the open page; answered, and solved."""
    page.clock.install()
    find = Find(page)
    find.open()
    find.find(ticket.number, "090-1111-1111")
    expect(page.locator(".errors")).to_be_visible()
    find.find(ticket.grouped_number, "０９０　００００　００００")
    tracking = Tracking(page)
    expect(tracking.messages).to_have_count(1)
    thread.reply(ticket=ticket, body="容量を増やしました。いかがでしょうか。", by=boss)
    page.clock.fast_forward(POLL)
    expect(tracking.messages.first).to_contain_text("容量を増やしました")
    tracking.reply("届くようになりました")
    follow(tracking.button("解決した"))
    expect(page.locator("main")).to_contain_text("「解決した」とお知らせいただきました")


def test_staff_from_the_queue_to_resolved(wide_page: Page, ticket: Ticket) -> None:
    """What is new, the request with its facts, an article in the reply, resolved with its cause, counted."""
    home = AdminHome(wide_page)
    home.log_in("boss")
    assert home.count("新着") == "1"
    queue = AdminQueue(wide_page)
    queue.open()
    expect(queue.rows).to_have_count(1)
    queue.open_top()
    desk = AdminTicket(wide_page)
    expect(desk.facts).to_contain_text("info@yamadaya.example")
    desk.insert("メールサーバーがいっぱいで")
    desk.talk("reply", "山田様、この手順をお試しください。")
    expect(wide_page.locator(".thread")).to_contain_text("/faq/mailbox-full/")
    desk.resolve(Cause.objects.get(slug="mailbox-full").name, "届くようになって、よかったです。")
    expect(wide_page.locator(".tk")).to_contain_text("解決")
    queue.open()
    expect(queue.rows).to_have_count(0)
    home.open()
    assert (home.count("新着"), home.count("今週の解決")) == ("0", "1")
