"""What comes out of the printer: the answer and the phone, black on white, whatever the screen was."""

import pytest
from playwright.sync_api import Page

from faq.models import Desk
from tests.conftest import DESKTOP, Visitors

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
COLOURS = "e => [getComputedStyle(e).color, getComputedStyle(e).backgroundColor]"


@pytest.fixture
def paper(visitors: Visitors, knowledge: None, desk: Desk) -> Page:
    """An article as it is printed from a dark screen."""
    page = visitors.new(viewport=DESKTOP, color_scheme="dark")
    page.goto("/faq/mailbox-full/")
    page.locator("#feedback form").wait_for()
    page.emulate_media(media="print", color_scheme="dark")
    return page


def test_black_on_white(paper: Page) -> None:
    assert paper.locator("body").evaluate(COLOURS) == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]
    for part in ("article .card.answer .lead", "article .prose", "article .actor b", ".prose a"):
        assert paper.locator(part).first.evaluate(COLOURS)[0] == "rgb(0, 0, 0)", part


def test_the_answer_and_the_phone_alone(paper: Page) -> None:
    for shown in ("h1", ".answer", ".steps > li", ".if > li", ".help .tel", ".logo"):
        assert paper.locator(shown).first.is_visible(), shown
    for gone in (
        ".top .b",
        ".crumb",
        ".b",
        "button",
        "select",
        ".solved",
        ".related",
        ".foot a",
        ".help .open",
    ):
        assert not any(one.is_visible() for one in paper.locator(gone).all()), gone
    assert paper.locator(".help li").evaluate_all("all => all.filter(e => e.checkVisibility()).length") == 1


def test_steps_stay_whole_and_only_other_sites_show_their_address(paper: Page) -> None:
    assert paper.locator(".steps > li").first.evaluate("e => getComputedStyle(e).breakInside") == "avoid"
    after = "e => getComputedStyle(e, '::after').content"
    assert paper.locator(".prose a[href^='/']").first.evaluate(after) == "none"
    paper.locator(".prose a").first.evaluate("e => e.setAttribute('href', 'https://mail.example/x')")
    assert "https://mail.example/x" in paper.locator(".prose a").first.evaluate(after)
