"""Answers while they type: when the site is asked, and whose answer stays."""

import pytest
from playwright.sync_api import Page, Route, expect

from faq.models import Lookup
from tests.browser.pages import WORDS, Home, Search, TicketForm, follow

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LONGER_THAN_THE_PAUSE = 700  # ms; static/js/search.js waits 350


@pytest.fixture
def asked(page: Page) -> list[str]:
    """Addresses of the partial that the page asked for."""
    found: list[str] = []
    page.on("request", lambda r: found.append(r.url) if r.headers.get("hx-request") else None)
    return found


def test_no_question_in_the_middle_of_a_conversion(page, knowledge, desk, asked):
    home = Home(page)
    home.open()
    home.convert(["め", "めー", "めーる", "めーるが", "めーるがとどかない"], "")
    assert home.field.input_value() == "めーるがとどかない"
    page.wait_for_timeout(LONGER_THAN_THE_PAUSE)
    assert asked == []
    home.convert([], "メールが届かない")
    expect(home.hits.first).to_be_visible()
    assert len(asked) == 1
    assert home.field.input_value() == "メールが届かない"


def test_the_enter_that_ends_a_conversion_sends_nothing(page, knowledge, desk):
    home = Home(page)
    home.open()
    home.field.fill("めーる")
    home.field.dispatch_event("keydown", {"key": "Enter", "isComposing": True})
    home.field.dispatch_event("keydown", {"key": "Enter", "keyCode": 229})
    page.wait_for_timeout(200)
    assert "/search/" not in page.url
    home.field.press("Enter")
    page.wait_for_url("**/search/**")


def test_one_question_for_a_run_of_keys_and_none_for_the_same_words(page, knowledge, desk, asked):
    home = Home(page)
    home.open()
    home.type("メールが届かない")
    expect(home.hits.first).to_be_visible()
    assert len(asked) == 1
    home.field.press("End")
    home.type(" ")
    page.wait_for_timeout(LONGER_THAN_THE_PAUSE)
    assert len(asked) == 1
    assert not Lookup.objects.exists(), "words still being typed are not kept"


def test_a_late_answer_does_not_replace_a_newer_one(page, knowledge, desk):
    home = Home(page)
    home.open()
    held: list[Route] = []
    page.route("**/search/?*", lambda route: route.continue_() if held else held.append(route))
    home.type("迷惑メール")
    page.wait_for_timeout(LONGER_THAN_THE_PAUSE)
    assert len(held) == 1
    home.field.fill(WORDS)
    expect(home.hits.first).to_be_visible()
    newer = home.keys()
    assert "mailbox-full" in newer
    held[0].fulfill(body="<p id='late'>遅れた答え</p>")
    page.wait_for_timeout(300)
    expect(page.locator("#late")).to_have_count(0)
    assert home.keys() == newer


def test_emptied_field_takes_the_answers_away(page, knowledge, desk):
    home = Home(page)
    home.open()
    home.field.fill(WORDS)
    expect(home.hits.first).to_be_visible()
    home.field.fill("")
    expect(home.hits).to_have_count(0)


def test_none_of_these_keeps_the_words(page, knowledge, desk):
    home = Home(page)
    home.open()
    home.field.fill(WORDS)
    follow(home.ask)
    expect(page.locator("[name=words]")).to_have_value(WORDS)
    search = Search(page)
    search.open("?q=冷蔵庫の修理")
    follow(search.ask)
    expect(page.locator("[name=words]")).to_have_value("冷蔵庫の修理")
    TicketForm(page).what(symptom="other")
    TicketForm(page).when()
    TicketForm(page).who()
    expect(page.locator("main")).to_contain_text("検索した言葉")


def test_a_long_message_is_posted(page, knowledge, desk):
    home = Home(page)
    home.open()
    home.field.fill("いつもお世話になっております。" * 40 + WORDS)
    home.send()
    expect(home.heading).to_be_visible()
    assert "q=" not in page.url
    assert home.hits.count()


def test_marks_and_the_way_to_an_article_and_back(page, knowledge, desk):
    search = Search(page)
    search.open(f"?q={WORDS}")
    assert search.page.locator(".hits mark").count()
    follow(search.hits.first)
    expect(page.locator("#feedback button").first).to_be_visible()
    page.go_back()
    expect(search.field).to_have_value(WORDS)
    assert search.hits.count()
