"""The request in a real browser on a phone: filed with a photo, followed, answered."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.tickets.test_form import photo
from tickets.models import Message, Ticket

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def fine(page: Page) -> None:
    """No rule of axe broken, and no scrolling sideways on the narrowest phone."""
    results = Axe().run(page, options={"resultTypes": ["violations"]})
    assert results.violations_count == 0, results.generate_report()
    page.set_viewport_size({"width": 320, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.set_viewport_size({"width": 390, "height": 844})


def test_filed_followed_and_answered(page, desk):
    page.goto("/tickets/new/?symptom=nothing-arrives")
    expect(page.get_by_role("radio").first).to_be_checked()
    page.locator("textarea").fill("昨日あたりから全然メールがきません")
    fine(page)
    page.locator(".b.go").click()
    page.get_by_role("radio").nth(1).check()
    page.locator("[name=affected_address]").fill("info@")
    page.locator("[name=work_stopped]").first.check()
    page.locator("[name=photos]").set_input_files(
        {"name": "IMG_0412.png", "mimeType": "image/png", "buffer": photo().getvalue()}
    )
    page.locator(".b.go").click()
    expect(page.locator(".errors")).to_be_focused()
    fine(page)
    page.locator("[name=affected_address]").fill("info@yamadaya.example")
    page.locator(".b.go").click()
    page.locator("[name=name]").fill("山田 和子")
    page.locator("[name=phone]").fill("090-0000-0000")
    fine(page)
    page.locator(".b.go").click()
    fine(page)
    page.locator(".b.go").click()
    expect(page.locator(".receipt")).to_be_visible()
    fine(page)
    page.locator("#id_body").fill("まだ届きません")
    page.locator("#reply .b.go").click()
    expect(page.locator(".msg").first).to_contain_text("まだ届きません")
    assert Ticket.objects.get().attachments.get().name == "IMG_0412.png"
    assert Message.objects.count() == 2
    page.goto("/tickets/find/")
    fine(page)
