"""Figures of the checklists on a screen: axe, light and dark, wide and on a phone; empty and full."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Page, expect

from faq.models import Checklist, Version
from tests.browser import checks
from tests.browser.pages import AdminHome, follow
from tests.conftest import PHONE
from tests.tickets.test_statistics import Walkers, contact

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ADDRESS = "/admin/checklists/nothing-arrives/"
PATHS = {
    "overview": "/admin/checklists/",
    "statistics": f"{ADDRESS}?days=365",
    "all versions, staff": f"{ADDRESS}?days=365&version=all&who=staff",
    "differences": f"{ADDRESS}differences/?days=365",
    "nobody": "/admin/checklists/suspicious/",
    "never published": "/admin/checklists/new/",
    "no differences": "/admin/checklists/suspicious/differences/",
}


@pytest.fixture
def walked(knowledge: None, desk: object, boss: User) -> None:
    """A year of walks through one checklist; a checklist that was never published."""
    version = Version.objects.get(checklist__slug="nothing-arrives", status=Version.Status.PUBLISHED)
    walkers = Walkers(3, boss)
    walkers.make(version, 400)
    walkers.file(contact(), 120)
    Checklist.objects.create(slug="new", symptom="other", title_ja="新しい切り分け", title_en="New")


def test_every_page_on_a_desktop(wide_page: Page, walked: None) -> None:
    AdminHome(wide_page).log_in("boss")
    faults = []
    for name, path in PATHS.items():
        wide_page.goto(path)
        found = [*checks.axe(wide_page), *checks.colours(wide_page), *checks.headings(wide_page)]
        faults += [f"{name}: {fault}" for fault in [*found, *wide_page.evaluate(checks.WIDE)]]
    assert faults == []


def test_every_page_on_a_phone(visitors, walked: None) -> None:
    page = visitors.new(viewport=PHONE)
    AdminHome(page).log_in("boss")
    faults = []
    for name, path in PATHS.items():
        page.set_viewport_size(PHONE)
        page.goto(path)
        faults += [f"{name}: {fault}" for fault in [*checks.axe(page), *checks.widths(page)]]
    assert faults == []


def test_from_the_home_to_a_question_with_the_keyboard(wide_page: Page, walked: None) -> None:
    AdminHome(wide_page).log_in("boss")
    follow(wide_page.get_by_role("link", name="切り分けの集計"))
    follow(wide_page.get_by_role("link", name="メールがまったく届かない").first)
    wide_page.get_by_label("期間").select_option("365")
    follow(wide_page.get_by_role("button", name="表示する"))
    box = wide_page.locator(".drawing a.box.question").first
    box.focus()
    wide_page.keyboard.press("Enter")
    expect(wide_page.locator("tbody:target th")).to_contain_text("障害やメンテナンス")
    follow(wide_page.get_by_role("link", name="原因がちがっていた相談"))
    expect(wide_page.locator(".figures tbody tr").first).to_be_visible()
    follow(wide_page.locator(".figures tbody th a").first)
    expect(wide_page.locator("h1")).to_contain_text("相談")


def test_the_number_on_the_screen_is_the_number_of_walks(wide_page: Page, walked: None) -> None:
    AdminHome(wide_page).log_in("boss")
    wide_page.goto(f"{ADDRESS}?days=365")
    begun = wide_page.locator(".counts b").first.inner_text()
    since = timezone.now() - timedelta(days=365)
    version = Version.objects.get(checklist__slug="nothing-arrives", status=Version.Status.PUBLISHED)
    assert begun == str(version.walks.filter(started__gte=since).count())


def test_a_link_leads_to_the_first_question_in_a_drawing_wider_than_the_phone(
    page: Page, walked: None
) -> None:
    AdminHome(page).log_in("boss")
    page.goto(f"{ADDRESS}?days=365")
    page.get_by_role("link", name="図の最初の質問へ").click()
    expect(page.locator("#drawing-start")).to_be_in_viewport(ratio=0.9)
