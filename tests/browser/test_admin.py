"""The pages of the staff: axe, light and dark, wide and on a phone."""

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import expect

from faq.models import Article, Lookup
from faq.rules.facts import Facts
from tests.browser import checks
from tests.browser.pages import WORDS, AdminHome, AdminQueue, AdminTicket, follow
from tests.conftest import DESKTOP, PHONE
from tickets.models import Ticket
from tickets.services import thread
from tickets.services.opening import open_by_staff

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

QUEUE = AdminQueue.path


@pytest.fixture
def ticket(knowledge: None, desk: object, boss: User) -> Ticket:
    """One that has everything: facts, a reply, a note, what looks like a password."""
    opened = open_by_staff(
        by=boss,
        contact_name="山田 和子",
        phone="090-0000-0000",
        email="info@yamadaya.example",
        symptom="nothing-arrives",
        words=f"{WORDS}\nパスワードは himitsu-12 です。",
        facts=Facts(affected_address="info@yamadaya.example", work_stopped="yes"),
    )
    thread.note(ticket=opened.ticket, body="電話で確認", by=boss)
    Lookup.objects.create(text="冷蔵庫", language="ja", none=True)
    return opened.ticket


def paths(ticket: Ticket) -> dict[str, str]:
    article = Article.objects.get(key="mailbox-full")
    return {
        "home": "/admin/",
        "queue": QUEUE,
        "queue, all": f"{QUEUE}?view=all",
        "search": f"{QUEUE}?q=山田",
        "search without a result": f"{QUEUE}?q=zzzz",
        "ticket": f"{QUEUE}{ticket.pk}/change/",
        "call": f"{QUEUE}add/",
        "articles": "/admin/faq/article/",
        "article": f"/admin/faq/article/{article.pk}/change/",
        "text of an article": f"/admin/faq/articletext/{article.texts.get(language='ja').pk}/change/",
        "desk": "/admin/faq/desk/1/change/",
        "mails": "/admin/tickets/delivery/",
        "users": "/admin/auth/user/",
        "not there": f"{QUEUE}999999/change/",
    }


def test_every_page_of_the_staff(visitors, ticket):
    page = visitors.new(viewport=DESKTOP)
    faults = []
    page.goto("/admin/")
    faults += [f"login: {fault}" for fault in [*checks.axe(page), *checks.colours(page)]]
    AdminHome(page).log_in("boss")
    for name, path in paths(ticket).items():
        page.goto(path)
        found = [*checks.axe(page), *checks.colours(page), *checks.headings(page)]
        faults += [f"{name}: {fault}" for fault in found]
    assert faults == []


def test_on_a_phone(visitors, ticket):
    page = visitors.new(viewport=PHONE)
    AdminHome(page).log_in("boss")
    faults = []
    for name in ("home", "queue", "ticket"):
        page.goto(paths(ticket)[name])
        faults += [f"{name}: {fault}" for fault in [*checks.axe(page), *page.evaluate(checks.WIDE)]]
    assert faults == []


def test_what_was_typed_survives_an_answer_of_somebody_else(wide_page, ticket, boss):
    AdminHome(wide_page).log_in("boss")
    wide_page.goto(f"{QUEUE}{ticket.pk}/change/")
    thread.reply(ticket=ticket, body="先に返しました", by=boss, seen_version=ticket.version)
    desk = AdminTicket(wide_page)
    desk.text.fill("あとから書いた返事")
    follow(wide_page.locator("#reply [name=talk]"))
    expect(wide_page.locator(".stale")).to_be_visible()
    expect(desk.text).to_have_value("あとから書いた返事")
    assert checks.axe(wide_page) == []
    follow(wide_page.locator("#reply [name=talk]"))
    expect(wide_page.locator(".thread")).to_contain_text("あとから書いた返事")


def test_what_looks_like_a_password_is_blacked_out_with_one_tap(wide_page, ticket):
    AdminHome(wide_page).log_in("boss")
    wide_page.goto(f"{QUEUE}{ticket.pk}/change/")
    follow(wide_page.locator(".flag button").first)
    expect(wide_page.locator(".thread .redact")).to_be_visible()
    assert "himitsu-12" not in ticket.messages.get(kind="client").body
