"""Trying a checklist out, publishing it, comparing versions: phone and desktop, keys only, no JavaScript."""

from dataclasses import replace

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from faq.models import Checklist, Version, Walk
from faq.rules.compare import Place
from faq.rules.content import QuestionRow
from faq.services import draft as drafts
from faq.services import editing
from tests.browser import checks
from tests.browser.pages import AdminHome, follow
from tests.conftest import DESKTOP, PHONE, Visitors

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
FULL = ("outage:no", "webmail:no", "scope:one", "other-device:no", "quota:yes")


def save(version: Version, key: str, *, loose: bool = False, **texts: str) -> None:
    """Write a question anew; `loose`: its first answer leads nowhere."""
    row = drafts.row_of(editing.read(version), Place.QUESTION, key)
    assert isinstance(row, QuestionRow)
    first = replace(row.answers[0], to="", outcome="") if loose else row.answers[0]
    new = replace(row, answers=(first, *row.answers[1:]), **texts)
    editing.save_question(version=version, row=new, seen=drafts.stamp(row), by=None)


@pytest.fixture
def draft(knowledge: None, desk: object, boss: User) -> Version:
    """Of a published checklist: a question said anew and tested first, one taken away, an outcome added."""
    checklist = Checklist.objects.get(slug="nothing-arrives")
    draft = editing.draft_of(checklist=checklist, by=boss)
    save(
        draft,
        "webmail",
        text_ja="ウェブメールに、新しいメールが来ていますか",
        test_ja="1. 自分あてに送ります",
    )
    save(draft, "scope", hint_ja="会社のほかの人のアドレスでも、届いていないか見ます。")
    editing.add_outcome(version=draft, by=boss)
    return draft


@pytest.fixture
def broken(draft: Version) -> Version:
    """With an answer that leads nowhere."""
    save(draft, "outage", loose=True)
    return draft


def paths(draft: Version) -> dict[str, str]:
    """Every page, and every state of it that looks different."""
    here = f"/admin/faq/version/{draft.pk}"
    given = "&".join(f"given={step}" for step in FULL)
    return {
        "try": f"{here}/try/?given=outage:no",
        "try, nothing chosen": f"{here}/try/?given=outage:no&question=webmail&given=x:y",
        "try, outcome": f"{here}/try/?{given}",
        "try, stuck": f"{here}/try/?given=outage:yes",
        "publish": f"{here}/publish/",
        "discard": f"{here}/discard/",
        "compare": f"{here}/compare/",
    }


def test_every_page_on_a_desktop_and_a_phone(visitors: Visitors, broken: Version) -> None:
    faults = []
    for size in (DESKTOP, PHONE):
        page = visitors.new(viewport=size)
        AdminHome(page).log_in("boss")
        for name, path in paths(broken).items():
            page.set_viewport_size({"width": size["width"], "height": size["height"]})
            page.goto(path)
            found = [*checks.axe(page), *checks.headings(page)]
            found += checks.colours(page) if size == DESKTOP else checks.widths(page)
            faults += [f"{name}: {fault}" for fault in found]
    assert faults == []


def test_trying_out_with_keys_only_counts_nothing(wide_page: Page, draft: Version) -> None:
    AdminHome(wide_page).log_in("boss")
    wide_page.goto(f"/admin/faq/version/{draft.pk}/try/")
    for step in FULL:
        wide_page.locator(f"[name=answer][value={step.split(':')[1]}]").focus()
        wide_page.keyboard.press("Space")
        with wide_page.expect_navigation(url="**given=*"):
            wide_page.keyboard.press("Enter")
    expect(wide_page.locator("h1")).to_contain_text("メールサーバーがいっぱい")
    follow(wide_page.locator("a.back"))
    expect(wide_page.locator("[name=answer][value=yes]")).to_be_checked()
    follow(wide_page.get_by_role("link", name="English").first)
    expect(wide_page.locator(".try-bar")).to_contain_text("Try-out")
    assert not Walk.objects.exists()


def test_from_a_fault_to_what_clients_see(visitors: Visitors, broken: Version) -> None:
    page = visitors.new(java_script_enabled=False)
    AdminHome(page).log_in("boss")
    page.goto(f"/admin/faq/version/{broken.pk}/publish/")
    expect(page.locator(".say.bad")).to_contain_text("答え「出ている」の先がありません")
    expect(page.get_by_role("button", name="公開する")).to_have_count(0)
    editing.remove_outcome(version=broken, key="o1", by=None)
    whole = drafts.row_of(editing.read(broken.checklist.versions.get(number=1)), Place.QUESTION, "outage")
    now = drafts.row_of(editing.read(broken), Place.QUESTION, "outage")
    assert isinstance(whole, QuestionRow)
    editing.save_question(version=broken, row=whole, seen=drafts.stamp(now), by=None)
    page.reload()
    page.get_by_label("変えたこと").fill("問いを言い直した")
    follow(page.get_by_role("button", name="この変更を公開する"))
    expect(page.locator(".messagelist")).to_contain_text("公開しました")
    page.goto(f"/admin/faq/version/{broken.pk}/compare/")
    expect(page.locator(".pair")).to_contain_text("問いを言い直した")
    expect(page.locator("ins").first).to_have_text("来")
    follow(page.get_by_role("button", name="この版の内容を下書きにする"))
    expect(page.locator(".messagelist")).to_contain_text("下書きにしました")
