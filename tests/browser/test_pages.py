"""Every public page, in both languages, light and dark, on small screens and large: usable by everybody.

Sizes over the wire are not measured here: the test server sends static files as they are. See
tests/mailsupport/test_run.py for the real server.
"""

from collections.abc import Callable, Iterator

import pytest
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation
from playwright.sync_api import Page, Route

from faq.models import Outage
from tests.browser import checks
from tests.browser.pages import WORDS, Search, TicketForm, Walk, follow, photo
from tests.conftest import DESKTOP

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Check = Callable[[Page], list[str]]

PLAIN = {
    "home": "/",
    "category": "/faq/categories/not-receiving/",
    "article": "/faq/mailbox-full/",
    "long article": "/faq/shop-gmail/",
    "host chosen": "/faq/mailbox-full/?host=sakura",
    "feedback": "/faq/mailbox-full/feedback/",
    "empty search": "/search/",
    "search": f"/search/?q={WORDS}",
    "search without an answer": "/search/?q=冷蔵庫",
    "search by symptom": "/search/?symptom=bounced",
    "checklists": "/checklists/",
    "checklist": "/checklists/nothing-arrives/",
    "find": "/tickets/find/",
    "privacy": "/privacy/",
    "page that is not there": "/faq/no-such-article/",
}

ERRORS = ["400", "403", "403_csrf", "404", "413", "429", "500", "503"]
HTML = "text/html; charset=utf-8"


def plain(page: Page, start: str = "") -> Iterator[str]:
    """Pages that an address alone shows."""
    for name, path in PLAIN.items():
        page.goto(start + path)
        if name.endswith("article"):
            # The question below an article comes after the page.
            page.locator("#feedback form").wait_for()
        yield name


def questions(page: Page, start: str = "") -> Iterator[str]:
    """A question with a mistake, a later one, the outcome, what to do when it is solved."""
    walk = Walk(page)
    page.goto(start + walk.path)
    follow(page.locator("main form .b.go"))
    follow(page.locator("main form .b.go"))
    yield "question with an error"
    # By place, so that it works in both languages: the last answer is "I don't know".
    page.locator("[type=radio]").last.check()
    follow(page.locator("main form .b.go"))
    yield "question"
    while page.locator("[type=radio]").count():
        page.locator("[type=radio]").last.check()
        follow(page.locator("main form .b.go"))
    yield "outcome"
    follow(page.locator("[name=helped]"))
    yield "outcome, solved"


def request(page: Page, start: str = "") -> Iterator[str]:
    """The four steps, with mistakes; the page of the request, new and with a mistake."""
    form = TicketForm(page)
    page.goto(start + form.path)
    form.on()
    yield "step 1 with errors"
    form.what(WORDS, "nothing-arrives")
    form.when(address="info@", photos=[photo()])
    yield "step 2 with an error and a file"
    form.when()
    form.on()
    yield "step 3 with errors"
    form.who(phone="", email="info@yamadaya.example")
    yield "step 3, contact on the domain in trouble"
    form.who(email="info@yamadaya.example")
    yield "check"
    form.on()
    yield "request, just sent"
    follow(page.locator("#reply .b.go"))
    yield "request with an error"


def errors(page: Page, start: str = "") -> Iterator[str]:
    """What is shown when something went wrong: as the views draw it, whatever it takes to go wrong."""
    with translation.override("en" if start else "ja"):
        asked = RequestFactory().get(start + "/")
        values = {"error_number": "12ab34cd"}
        drawn = {number: render_to_string(f"{number}.html", values, request=asked) for number in ERRORS}

    def answer(route: Route) -> None:
        route.fulfill(body=drawn[route.request.url.split("/")[-2]], content_type=HTML)

    page.route("**/went-wrong/*/", answer)
    for number in ERRORS:
        page.goto(f"{start}/went-wrong/{number}/")
        yield number


TOURS = [plain, questions, request, errors]


@pytest.fixture(autouse=True)
def _filled(knowledge: None, desk: object) -> None:
    Outage.objects.create(title_ja="メールサーバーに障害が出ています", text_ja="復旧作業をしています。")


def look(page: Page, tour: Callable[[Page, str], Iterator[str]], check: Check, start: str = "") -> list[str]:
    """All faults of all stops, so that one run shows them all."""
    return [f"{name} {start}: {fault}" for name in tour(page, start) for fault in check(page)]


def test_the_checks_see_faults(page):
    page.set_content(
        """<html lang="en"><title>x</title><main><h1>A</h1><h1>B</h1>
        <a href="/">small</a><img src="/x.png"><pre>"""
        + "wide" * 200
        + "</pre></main>"
    )
    assert checks.headings(page) == ["2 h1"]
    assert len(checks.targets(page)) == 1
    assert {fault.split(":")[0] for fault in checks.widths(page)} == {"wide at 320", "wide at 200 % text"}
    assert any("image-alt" in fault for fault in checks.axe(page))


@pytest.mark.parametrize("tour", TOURS)
def test_on_a_phone(page, tour):
    assert look(page, tour, checks.everything) == []


@pytest.mark.parametrize("tour", TOURS)
def test_in_english(visitors, tour):
    page = visitors.new(locale="en-GB")

    def check(page: Page) -> list[str]:
        assert page.locator("html").get_attribute("lang") == "en"
        return [*checks.axe(page), *checks.headings(page), *checks.widths(page)]

    assert look(page, tour, check, "/en") == []


def test_wide_and_dark(visitors):
    page = visitors.new(viewport=DESKTOP, color_scheme="dark")
    assert look(page, plain, checks.axe) == []


def test_answers_while_they_type(page):
    search = Search(page)
    search.open()
    search.field.fill(WORDS)
    search.hits.first.wait_for()
    assert checks.everything(page) == []


def test_with_the_keyboard_alone(page):
    """From the address bar: past the header, to the field, search, first answer."""
    page.goto("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "q"
    page.keyboard.insert_text(WORDS)
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/**")
    first = page.locator("#answers .hits a").first
    first.focus()
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    page.keyboard.press("Enter")
    page.wait_for_url("**/faq/**")
