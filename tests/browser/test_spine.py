"""The main job, once through, in real browsers: search, questions, request, answer, resolved, counted."""

import pytest
from playwright.sync_api import Page, expect

from faq.models import Cause
from tests.browser.pages import (
    FULL_MAILBOX,
    WORDS,
    AdminHome,
    AdminQueue,
    AdminTicket,
    Home,
    TicketForm,
    Tracking,
    Walk,
    photo,
)
from tickets.models import Delivery, Event, Evidence, Ticket, TicketArticle
from tickets.rules.workflow import Status
from tickets.services.opening import open_by_staff

pytestmark = [pytest.mark.browser, pytest.mark.both, pytest.mark.django_db(transaction=True)]

POLL = 18_500  # ms; a little more than static/js/track.js waits
ARTICLE = "メールサーバーがいっぱいで"


def test_from_the_first_words_to_the_count(visitors, page, wide_page, knowledge, desk, staff):
    page.clock.install()
    look_and_walk(page)
    ticket = file(page)
    # Somebody else, later: the request above stays on top.
    open_by_staff(
        by=staff, contact_name="佐藤", phone="03-0000-9999", email="", symptom="cannot-send", words="送れない"
    )
    staff_answer(wide_page, ticket)
    the_answer_appears(page)
    Tracking(page).reply("減らしたら届きました")
    staff_resolve(wide_page)
    it_is_counted(wide_page, ticket)
    the_client_sees_it(page)
    kinds = set(Delivery.objects.filter(ticket=ticket).values_list("kind", flat=True))
    assert kinds == {"confirmation", "reply", "staff-new", "staff-reply"}


def look_and_walk(page: Page) -> None:
    home = Home(page)
    home.open()
    home.type(WORDS)
    expect(home.hits.first).to_be_visible()
    assert "mailbox-full" in home.keys()[:3]
    home.send()
    expect(home.heading).to_be_visible()
    assert "mailbox-full" in home.keys()[:3]
    home.open()
    home.symptom("まったく届かない")
    Walk(page).walk()
    expect(page.locator("h1")).to_contain_text("いっぱい")
    Walk(page).did_not_help()


def file(page: Page) -> Ticket:
    form = TicketForm(page)
    expect(form.row("困っていること")).to_contain_text("まったく届かない")
    assert form.known == ["symptom"]
    form.what(WORDS)
    form.when(photos=[photo()])
    form.who(phone="０９０－００００－００００", email="kazuko@mobile.example")
    expect(form.row("写真")).to_contain_text("IMG_0412.png")
    for words in FULL_MAILBOX:
        expect(form.row(words)).to_be_visible()
    form.send()
    expect(page.locator(".receipt")).to_be_visible()
    ticket = Ticket.objects.get()
    assert Tracking(page).number == ticket.number
    assert ticket.attachments.get().name == "IMG_0412.png"
    assert ticket.facts.quota_full == "yes"
    assert Evidence.objects.filter(ticket=ticket, kind=Evidence.Kind.WALK).exists()
    return ticket


def staff_answer(page: Page, ticket: Ticket) -> None:
    AdminHome(page).log_in("sato")
    assert AdminHome(page).count("新着") == "2"
    queue = AdminQueue(page)
    queue.open()
    expect(queue.rows.first).to_contain_text(ticket.grouped_number)
    expect(queue.rows).to_have_count(2)
    queue.open_top()
    desk = AdminTicket(page)
    for words in (*FULL_MAILBOX, "info@yamadaya.example", "昨日"):
        expect(desk.facts).to_contain_text(words)
    expect(page.locator(".thread")).to_contain_text("IMG_0412.png")
    desk.insert(ARTICLE)
    desk.talk("reply", "山田様、この手順をお試しください。")
    ticket.refresh_from_db()
    assert ticket.ticket_articles.filter(kind=TicketArticle.Kind.INSERTED).exists()


def the_answer_appears(page: Page) -> None:
    """On the page that has been open all the while, by its own clock and without a reload."""
    tracking = Tracking(page)
    expect(tracking.messages).to_have_count(1)
    page.locator("#reply textarea").fill("書きかけ")
    page.evaluate("window.same = true")
    page.clock.fast_forward(POLL)
    expect(tracking.messages).to_have_count(2)
    expect(tracking.messages.first).to_contain_text("この手順をお試しください")
    expect(tracking.messages.first.get_by_role("link", name="/faq/mailbox-full/")).to_be_visible()
    expect(page.locator("#said")).not_to_be_empty()
    expect(page.locator("#reply textarea")).to_have_value("書きかけ")
    assert page.evaluate("window.same")


def staff_resolve(page: Page) -> None:
    page.reload()
    expect(page.locator(".thread")).to_contain_text("減らしたら届きました")
    AdminTicket(page).resolve(Cause.objects.get(slug="mailbox-full").name, "届くようになって、よかったです。")


def it_is_counted(page: Page, ticket: Ticket) -> None:
    ticket.refresh_from_db()
    assert ticket.status == Status.RESOLVED
    assert ticket.cause is not None
    assert ticket.events.filter(kind=Event.Kind.RESOLVED).exists()
    home = AdminHome(page)
    home.open()
    assert home.count("今週の解決") == "1"
    expect(page.locator(".chart")).to_contain_text(ticket.cause.name)


def the_client_sees_it(page: Page) -> None:
    page.clock.fast_forward(POLL)
    expect(Tracking(page).stage).to_contain_text("解決")
