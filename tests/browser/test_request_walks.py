"""From a checklist that did not help to the request: what was answered is shown and not asked again."""

import pytest
from playwright.sync_api import Page, expect

from faq.models import Checklist
from faq.rules.facts import Facts
from faq.services.walk import answer, begin
from tests.browser import checks
from tests.browser.pages import FULL_MAILBOX, AdminHome, TicketForm, Tracking, Walk, follow
from tickets.models import Ticket

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("knowledge", "desk", "boss"),
]


@pytest.mark.parametrize("script", [True, False])
def test_walked_asked_changed_filed_and_seen_by_staff(visitors, wide_page, script):
    page = visitors.new(java_script_enabled=script)
    walk = Walk(page)
    walk.open()
    walk.walk()
    walk.did_not_help()
    form = TicketForm(page)
    expect(form.row("困っていること")).to_contain_text("まったく届かない")
    assert not page.locator("[name=symptom]").count()
    form.what()
    form.when()
    form.who()
    change_an_answer(page)
    # Back from the changed answer, everything else is there still: the check page is next.
    walk.did_not_help()
    expect(form.row("ほかに伝えたいこと")).to_contain_text("未入力")
    expect(form.row("届かないのは")).to_contain_text("1つのアドレスだけ")
    expect(form.row("上限に近い")).to_be_visible()
    form.send()
    expect(page.locator(".receipt")).to_be_visible()
    expect(Tracking(page).messages).to_contain_text("質問へのお答え：メールがまったく届かない")
    seen_by_staff(wide_page)


def change_an_answer(page: Page) -> None:
    """One address only, not all of them: other questions follow."""
    form, walk = TicketForm(page), Walk(page)
    form.change("届かないのは")
    expect(walk.heading).to_contain_text("届かないのは")
    walk.answer("1つのアドレスだけ")
    walk.answer("どの機器にもない")
    walk.answer("上限に近い")
    expect(walk.heading).to_contain_text("いっぱい")


def seen_by_staff(page: Page) -> None:
    ticket = Ticket.objects.get()
    AdminHome(page).log_in("boss")
    page.goto(f"/admin/tickets/ticket/{ticket.pk}/change/")
    expect(page.locator("h1")).to_contain_text("メールがまったく届かない")
    walked = page.locator(".walks .walked")
    expect(walked).to_have_count(1)
    expect(walked).to_contain_text("1つのアドレスだけ")
    expect(walked).not_to_contain_text(FULL_MAILBOX[2])
    expect(page.locator(".cause").first).to_contain_text("いっぱい")
    assert checks.axe(page) == []


def two_walks() -> list[str]:
    """Of an earlier and of a later list; the later one began with what the client's words told."""
    known = Facts(since="yesterday", affected_address="info@yamadaya.example", outage_known="no")
    tokens = []
    for slug, facts, question, given in (
        ("some-missing", None, "reader", "gmail"),
        ("nothing-arrives", known, "webmail", "no"),
    ):
        walk = begin(checklist=Checklist.objects.get(slug=slug), language="ja", facts=facts)
        answer(walk=walk, question=question, answer=given)
        tokens.append(walk.token)
    return tokens


def test_rows_and_answers_are_for_everybody(page):
    form = TicketForm(page)
    faults = []
    for token in two_walks():
        form.open(f"?walk={token}")
        faults += checks.everything(page)
        form.what()
    assert form.known == ["since", "affected_address"]
    faults += checks.everything(page)
    form.change("いつから")
    expect(page.locator("[name=since][value=yesterday]")).to_be_checked()
    expect(form.row("info@yamadaya.example")).to_be_visible()
    faults += checks.everything(page)
    form.when()
    form.who()
    faults += checks.everything(page)
    follow(page.get_by_role("button", name="このお答えは送らない").last)
    expect(form.row("Gmail")).to_have_count(0)
    faults += checks.everything(page)
    follow(form.button("やはり送る"))
    expect(form.row("Gmail")).to_be_visible()
    assert faults == []


def test_in_english(visitors):
    page = visitors.new(locale="en-GB")
    form = TicketForm(page)
    page.goto(f"/en{form.path}?walk={two_walks()[1]}")
    expect(form.row("The trouble")).to_contain_text("No mail arrives at all")
    faults = [*checks.axe(page), *checks.widths(page)]
    form.what()
    form.when()
    form.who()
    assert [*faults, *checks.axe(page), *checks.widths(page)] == []
