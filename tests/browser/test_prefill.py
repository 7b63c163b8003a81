"""From typed words to the questions they leave: offered, read, corrected, gone on with, paused."""

from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from faq.models import Checklist, Walk
from tests.browser import checks
from tests.browser.pages import WORDS, Home, Search, follow
from tests.browser.pages import Walk as Questions
from tests.conftest import Visitors

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TELLING = "会社のアドレス全部に届かない。ウェブメールにも来ていない"
START = "/checklists/nothing-arrives/"
AHEAD = "お客様の言葉から読み取りました"


def offer(page: Page) -> str:
    """Where the checklist card of the answers leads."""
    card = page.locator("#answers").get_by_role("link", name="質問に答えて調べる")
    expect(card).to_be_visible()
    address = card.get_attribute("href") or ""
    follow(card)
    return address


@pytest.fixture
def tested(knowledge: None) -> None:
    """The first question asks for a test."""
    version = Checklist.objects.get(slug="nothing-arrives").published()
    assert version
    version.questions.filter(key="outage").update(test_ja="1. 自分あてに1通送ります")


def test_words_being_typed_reach_the_questions_and_can_be_corrected(page, knowledge, desk):
    home = Home(page)
    home.open()
    home.field.fill(TELLING)
    assert offer(page) == f"{START}?q={quote(TELLING)}"
    ticks = page.locator("[name=told]")
    expect(ticks).to_have_count(2)
    expect(page.locator("main")).to_contain_text("書かれた言葉：「ウェブメールにも来ていない」")
    page.locator(".choice", has_text="ウェブメールでは").click()
    follow(home.button("質問へ進む"))
    questions = Questions(page)
    questions.answer("出ていない")
    expect(questions.heading).to_contain_text("ウェブメール")
    questions.answer("届いていない")
    expect(page.locator("main")).to_contain_text(AHEAD)
    expect(questions.heading).to_contain_text("ホームページ")
    scope = page.locator(".check > div", has_text=AHEAD)
    expect(scope).to_have_count(1)
    follow(scope.get_by_role("link"))
    questions.answer("1つのアドレスだけ")
    expect(page.locator("main")).not_to_contain_text(AHEAD)


@pytest.mark.parametrize(
    ("words", "slug", "told"),
    [
        (WORDS, "nothing-arrives", []),
        ("Gmailのお客様にだけ届かない", "some-providers", ["provider=gmail"]),
        ("どこに送ってもエラーで戻ってきます", "bounced", ["destinations=all"]),
        ("リンクを押してしまいました。あやしいメールです", "suspicious", ["touched=link"]),
        ("送信できない", "cannot-send", []),
        ("パスワードが違うと言われて入れない", "cannot-log-in", []),
    ],
)
def test_real_words(page, knowledge, desk, words, slug, told):
    search = Search(page)
    search.open(f"?q={quote(words)}")
    assert offer(page).startswith(f"/checklists/{slug}/?q={quote(words)}&l=")
    assert [one.get_attribute("value") for one in page.locator("[name=told]").all()] == told
    follow(page.locator("main form .b.go"))
    walk = Walk.objects.get()
    assert walk.question
    assert walk.outcome is None
    for known in walk.steps.select_related("question"):
        expect(page.locator("main")).to_contain_text(str(known.question))


def test_keys_alone(page, knowledge, desk):
    page.goto(f"{START}?q={quote(TELLING)}")
    page.locator("[name=told]").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert Walk.objects.get().facts_json == {"webmail_works": "no"}


def test_without_scripts_words_pause_and_going_on(visitors: Visitors, tested: None, desk: object) -> None:
    page = visitors.new(java_script_enabled=False)
    search = Search(page)
    search.open(f"?q={quote(TELLING)}")
    offer(page)
    follow(search.button("質問へ進む"))
    page.locator(".choice", has_text="出ていない").click()
    follow(page.locator("[name=pause]"))
    expect(page.locator("h1")).to_contain_text("ここで待ちます")
    kept = page.locator("#address").inner_text()
    follow(page.locator("[name=resume]"))
    expect(page.locator("[name=answer][value=no]")).to_be_checked()
    assert not Walk.objects.get().steps.filter(question__key="outage").exists()
    follow(page.locator("main form .b.go"))
    expect(page.locator("main")).to_contain_text(AHEAD)
    page.goto("/checklists/")
    follow(page.get_by_role("link", name="前回の続きから（4問目）"))
    assert page.url.split("?")[0] in kept
    page.goto(START)
    follow(page.get_by_role("link", name="前回の続きから（4問目）"))
    expect(page.locator("h1")).to_contain_text("ホームページ")


def test_everybody_can_use_what_is_offered(page, tested, desk):
    faults: list[str] = []

    def look(name: str) -> None:
        faults.extend(f"{name}: {fault}" for fault in checks.everything(page))

    for start in ("", "/en"):
        for name, path in {
            "facts": f"{START}?q={quote(TELLING)}",
            "against": f"{START}?q={quote('どこに送ってもエラーで戻ってきます')}",
            "search": f"/search/?q={quote(TELLING)}",
        }.items():
            page.goto(start + path)
            look(start + name)
    page.goto(f"{START}?q={quote(TELLING)}")
    follow(page.locator("main form .b.go"))
    page.locator(".choice", has_text="出ていない").click()
    follow(page.locator("[name=pause]"))
    look("paused")
    follow(page.locator("[name=resume]"))
    Questions(page).answer("出ていない")
    for path in ("/checklists/", START):
        page.goto(path)
        look(path)
    assert not faults, "\n".join(faults)
