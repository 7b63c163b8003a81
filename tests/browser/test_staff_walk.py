"""A checklist walked on the phone: with keys only, without JavaScript, on small screens."""

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from faq.rules.facts import Facts
from tests.browser import checks
from tests.browser.pages import FULL_MAILBOX, WORDS, AdminHome, AdminQueue, follow
from tests.conftest import DESKTOP, PHONE
from tickets.models import Ticket
from tickets.services.opening import open_by_staff

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def ticket(knowledge: None, desk: object, boss: User) -> Ticket:
    return open_by_staff(
        by=boss,
        contact_name="山田 和子",
        phone="090-0000-0000",
        email="",
        symptom="nothing-arrives",
        words=WORDS,
        facts=Facts(affected_address="info@yamadaya.example"),
    ).ticket


def arrive(page: Page) -> None:
    """From the queue to the request."""
    AdminHome(page).log_in("boss")
    queue = AdminQueue(page)
    queue.open("?view=all")
    follow(queue.rows.first.locator("th a"))


def press(page: Page, key: str) -> None:
    with page.expect_navigation():
        page.keyboard.press(key)


def key_of(page: Page, words: str) -> str:
    """The key that stands beside an answer."""
    return page.locator(".keys label", has_text=words).first.locator("kbd").inner_text()


def test_with_keys_only(wide_page, ticket):
    page = wide_page
    arrive(page)
    page.locator("#checklist").focus()
    page.keyboard.press("Tab")
    press(page, "Enter")
    assert checks.axe(page) == []
    for number, words in enumerate(FULL_MAILBOX):
        expect(page.locator("h1")).to_have_count(1)
        if number == 1:
            page.keyboard.press("n")
            # Digits and letters are words here, not keys.
            page.keyboard.type("1 b 0 webmail")
            expect(page.locator("#note")).to_have_value("1 b 0 webmail")
            page.keyboard.press("Escape")
        press(page, key_of(page, words))
        if number == 2:
            press(page, "0")
            expect(page.locator(".keys :checked")).to_have_count(1)
            press(page, "Enter")
    expect(page.locator(".progress")).to_contain_text("質問はここまでです")
    assert [*checks.axe(page), *checks.colours(page), *checks.headings(page)] == []
    press(page, "b")
    press(page, "Enter")
    press(page, "Enter")
    walked = page.locator(".walks .walked")
    expect(walked).to_contain_text("1 b 0 webmail")
    expect(walked).to_contain_text("boss")
    expect(page.locator(".walks .st")).to_have_count(0)
    expect(page.locator(".thread")).to_contain_text("質問で調べました")
    assert [*checks.axe(page), *checks.colours(page), *checks.headings(page)] == []


def test_keys_can_be_switched_off(wide_page, ticket):
    """WCAG 2.1.4: who speaks to the computer answers no question by a digit in a sentence."""
    page = wide_page
    arrive(page)
    follow(page.locator(".walks form button"))
    switch = page.get_by_role("checkbox", name="数字キーで答える")
    expect(switch).to_be_checked()
    page.locator("#walk [type=submit]").focus()
    page.keyboard.press("Tab")
    expect(switch).to_be_focused()
    page.keyboard.press("Space")
    expect(switch).not_to_be_checked()
    expect(page.locator("kbd:visible")).to_have_count(0)
    for key in ("1", "n", "b", "0"):
        page.keyboard.press(key)
        page.locator(".keys input").first.focus()
        page.keyboard.press(key)
    expect(page.locator(".keys :checked")).to_have_count(0)
    expect(page.locator(".keys input").first).to_be_focused()

    # Chosen and sent as in any form; the next page remembers.
    page.locator(".keys input").last.focus()
    page.keyboard.press("Space")
    press(page, "Enter")
    expect(switch).not_to_be_checked()
    page.keyboard.press("1")
    page.keyboard.press("0")
    expect(page.locator(".keys :checked")).to_have_count(0)
    assert [*checks.axe(page), *checks.colours(page)] == []

    # On again, and keys answer from where the focus is.
    switch.focus()
    page.keyboard.press("Space")
    expect(page.locator("kbd:visible").first).to_be_visible()
    question = page.locator("h1").inner_text()
    press(page, "1")
    expect(switch).to_be_checked()
    expect(page.locator("h1")).not_to_have_text(question)


def test_without_javascript_and_on_narrow_screens(visitors, ticket):
    page = visitors.new(viewport=PHONE, java_script_enabled=False)
    arrive(page)
    follow(page.locator(".walks form button"))
    follow(page.locator("#walk button"))
    expect(page.locator("#fault")).to_be_visible()
    for words in FULL_MAILBOX:
        page.locator(".keys label", has_text=words).first.click()
        page.locator("#note").fill("電話で")
        follow(page.locator("#walk button"))
    follow(page.locator(".go a").first)
    expect(page.locator(".walks .walked")).to_contain_text("電話で")


def test_on_a_phone(visitors, ticket):
    page = visitors.new(viewport=PHONE)
    arrive(page)
    follow(page.locator(".walks form button"))
    faults = [*checks.axe(page), *checks.colours(page), *checks.widths(page)]
    for words in FULL_MAILBOX:
        page.locator(".keys label", has_text=words).first.click()
        follow(page.locator("#walk button"))
    faults += [*checks.axe(page), *checks.colours(page), *checks.widths(page)]
    follow(page.locator(".go a").first)
    assert [*faults, *checks.axe(page), *page.evaluate(checks.WIDE)] == []
    page.set_viewport_size(DESKTOP)
    assert checks.axe(page) == []
