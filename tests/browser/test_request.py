"""The request in a real browser: what scripts add to the plain forms."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import WORDS, TicketForm, Tracking, follow, photo
from tickets.models import Ticket

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def filled(page: Page) -> TicketForm:
    """On the page where everything is checked."""
    form = TicketForm(page)
    form.open("?symptom=nothing-arrives")
    form.what(WORDS)
    form.when()
    form.who()
    return form


def test_the_summary_of_mistakes_gets_the_focus_and_leads_to_the_field(page, desk):
    form = TicketForm(page)
    form.open()
    form.what("何も来ません")
    expect(page.locator(".errors")).to_be_focused()
    assert page.title().startswith("エラー：")
    page.locator(".errors a").first.click()
    expect(page.locator("[name=symptom]").first).to_be_focused()
    expect(page.locator("[name=words]")).to_have_value("何も来ません")


def test_answers_while_they_write_and_the_words_stay(page, knowledge, desk):
    form = TicketForm(page)
    form.open("?symptom=nothing-arrives")
    page.locator("[name=words]").press_sequentially(WORDS)
    hits = page.locator("#suggestions .hits a")
    expect(hits.first).to_be_visible()
    follow(hits.first)
    expect(form.heading).to_contain_text("メール")
    form.open()
    expect(page.locator("[name=words]")).to_have_value(WORDS)


def test_two_taps_are_one_request(page, desk):
    form = filled(page)
    page.wait_for_load_state()  # evaluate() does not wait for scripts, a thumb does
    send = form.button("この内容で相談を送る")
    twice = "b => { b.click(); const off = b.getAttribute('aria-disabled'); b.click(); return off; }"
    assert send.evaluate(twice) == "true"
    expect(page.locator(".receipt")).to_be_visible()
    assert Ticket.objects.count() == 1
    page.go_back()
    page.reload()
    expect(page.locator(".receipt")).to_be_visible()
    assert Ticket.objects.count() == 1


def test_a_photo_is_added_and_taken_off(page, desk):
    form = TicketForm(page)
    form.open("?symptom=other")
    form.what(WORDS)
    form.when(address="info@", photos=[photo("a.png"), photo("b.png")])
    expect(page.get_by_role("button", name="外す")).to_have_count(2)
    page.get_by_role("button", name="外す").first.click()
    expect(page.get_by_role("button", name="外す")).to_have_count(1)
    form.when(photos=[photo("c.png")])
    form.who()
    expect(page.locator("dl.check")).to_contain_text("b.png")
    expect(page.locator("dl.check")).to_contain_text("c.png")
    expect(page.locator("dl.check")).not_to_contain_text("a.png")


def test_a_contact_on_the_domain_in_trouble_is_told_so(page, desk):
    form = TicketForm(page)
    form.open("?symptom=nothing-arrives")
    form.what(WORDS)
    form.when()
    form.who(phone="", email="tencho@yamadaya.example")
    expect(page.locator(".errors")).to_be_visible()
    page.locator("[name=page_only]").check()
    form.on()
    expect(page.locator(".note.wait")).to_contain_text("yamadaya.example")
    form.send()
    expect(page.locator(".receipt")).to_be_visible()
    assert not Ticket.objects.get().deliveries.filter(kind="confirmation").exists()


def test_the_link_is_copied(page, desk):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    filled(page).send()
    expect(page.locator(".receipt")).to_be_visible()
    page.locator("[data-copy-text]").click()
    expect(page.locator("[data-copy-text]")).to_contain_text("コピーしました")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.url.split("?")[0]
    assert Tracking(page).number == Ticket.objects.get().number
