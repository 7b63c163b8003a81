"""Every question and every outcome of every public checklist in a browser: on the narrowest phone, for a
thumb, for axe, in both languages; and walks with the keyboard alone, without JavaScript, on paper.

Walks are prepared in the database, as few as show every page once: there are thousands of ways through.
"""

from collections.abc import Iterator, Sequence

import pytest
from playwright.sync_api import Locator, Page, ViewportSize, expect

from faq.models import Checklist, Walk
from faq.rules.graph import walks
from faq.services.checklists import file_of, graph_of
from faq.services.walk import answer, begin
from tests.browser import checks
from tests.browser.pages import Walk as WalkScreen
from tests.browser.pages import follow
from tests.conftest import Visitors

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Steps = tuple[tuple[str, str], ...]

WHOLE = {"some-missing", "suspicious"}
"""Lists of which axe sees every page; of the others every SAMPLE-th one. Menus, tests, letters and hurry."""
SAMPLE = 9
DARK = 10
"""Contrast in the dark scheme: every so many pages."""
ENGLISH = 24
"""axe on English pages: every so many."""

PUT = """async (address) => {
  const response = await fetch(address);
  if (!response.ok) return response.status;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  document.title = page.title;
  document.body.replaceWith(page.body);
  return (document.documentElement.lang = page.documentElement.lang);
}"""
FOCUS_SEEN = """() => {
  const now = document.activeElement;
  if (!now || now === document.body) return false;
  const drawn = now.closest(".choice") || now;
  const style = getComputedStyle(drawn);
  const box = drawn.getBoundingClientRect();
  return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2
    && box.bottom > 0 && box.top < innerHeight;
}"""

UNPAID = ("会社のアドレス全部", "開かない", "更新か支払いを忘れた")
"""Answers of nothing-arrives after its test, to an outcome with a letter."""
PAPER: ViewportSize = {"width": 718, "height": 1000}
"""A4 between its margins, CSS px."""
CUT = """() => [...document.querySelectorAll("main *")]
  .filter((e) => e.checkVisibility() && getComputedStyle(e).overflow !== "visible" && !e.closest(".vh, svg"))
  .filter((e) => e.scrollHeight > e.clientHeight + 1 || e.scrollWidth > e.clientWidth + 1)
  .map((e) => e.outerHTML.slice(0, 90))"""


@pytest.fixture(autouse=True)
def _filled(knowledge: None, desk: object) -> None:
    pass


def covering(ways: Sequence[tuple[Steps, str]]) -> Iterator[Steps]:
    """Few of the ways that together pass every question and reach every outcome."""
    places = [({question for question, _ in steps} | {f"= {outcome}"}, steps) for steps, outcome in ways]
    missing = set().union(*(passed for passed, _ in places))
    while missing:
        passed, steps = max(places, key=lambda place: len(place[0] & missing))
        missing -= passed
        yield steps


def stops(checklist: Checklist) -> Iterator[tuple[str, str]]:
    """Name and address of every question's page and every outcome's, while a walk stands there."""
    version = checklist.published()
    assert version
    seen: set[str] = set()
    for steps in covering(list(walks(graph_of(file_of(version))))):
        walk = begin(checklist=checklist, language="ja")
        address = f"/checklists/{checklist.slug}/{walk.token}/"
        for question, given in steps:
            if question not in seen:
                seen.add(question)
                yield question, address
            now = answer(walk=walk, question=question, answer=given)
        if (end := f"= {now.place.outcome}") not in seen:
            seen.add(end)
            yield end, address
    assert len(seen) == version.questions.count() + version.outcomes.count()


def test_every_page(visitors: Visitors) -> None:
    page = visitors.new(viewport={"width": checks.NARROW, "height": 700})
    # A browser that is watched keeps no style sheets: hundreds of pages would wait for the same three.
    page.context.unroute_all()
    faults = []
    for checklist in Checklist.objects.filter(audience="public"):
        for number, (name, address) in enumerate(stops(checklist)):
            found = japanese(page, address, number, checklist.slug in WHOLE)
            found += english(page, address, number)
            faults += [f"{checklist.slug}/{name}: {fault}" for fault in found]
    assert faults == []


def japanese(page: Page, address: str, number: int, whole: bool) -> list[str]:
    response = page.goto(address, wait_until="domcontentloaded")
    assert response
    assert response.ok, address
    faults = [*page.evaluate(checks.WIDE), *checks.targets(page), *checks.headings(page)]
    if whole or number % SAMPLE == 0:
        faults += checks.axe(page)
    if number % DARK == 0:
        faults += checks.colours(page)
    return faults


def english(page: Page, address: str, number: int) -> list[str]:
    """Only the body is changed, under the style sheets that are there: half the time."""
    assert page.evaluate(PUT, "/en" + address) == "en", address
    faults = list(page.evaluate(checks.WIDE))
    if number % ENGLISH == 1:
        faults += checks.axe(page)
    return [f"en: {fault}" for fault in faults]


def tab_to(page: Page, goal: Locator) -> None:
    """Press Tab until the focus is there; everywhere on the way it is somewhere, and can be seen."""
    for _ in range(40):
        page.keyboard.press("Tab")
        assert page.evaluate(FOCUS_SEEN), page.evaluate("document.activeElement.outerHTML.slice(0, 90)")
        if goal.evaluate("e => e === document.activeElement"):
            return
    raise AssertionError(f"Tab does not reach {goal}")


def press(page: Page, key: str) -> None:
    with page.expect_navigation():
        page.keyboard.press(key)


def test_with_the_keyboard_alone(wide_page: Page) -> None:
    """From the page before the first question to "solved"; nothing chosen, a test in between, Back."""
    page, walk = wide_page, WalkScreen(wide_page)
    chosen = page.locator("[type=radio]:checked")
    walk.open()
    tab_to(page, walk.button("最初の質問へ"))
    press(page, "Enter")

    tab_to(page, walk.button("次の質問へ"))
    press(page, "Enter")
    expect(page.locator(".errors")).to_be_focused()
    tab_to(page, page.locator(".errors a"))
    page.keyboard.press("Enter")
    expect(page.locator("[type=radio]").first).to_be_focused()
    expect(chosen).to_have_count(0)
    page.keyboard.press("Space")
    expect(chosen).to_have_value("yes")
    page.keyboard.press("ArrowDown")
    expect(chosen).to_be_focused()
    expect(chosen).to_have_value("no")
    press(page, "Enter")

    # A test to make elsewhere.
    asked = walk.heading.inner_text()
    tab_to(page, walk.button("いったん閉じて、先にためす"))
    press(page, "Enter")
    expect(walk.heading).to_contain_text("ここで待ちます")
    assert [*checks.axe(page), *checks.colours(page)] == []
    tab_to(page, walk.button("ためしました・続ける"))
    press(page, "Space")
    expect(walk.heading).to_have_text(asked)
    tab_to(page, page.locator("[type=radio]").first)
    page.keyboard.press("ArrowDown")
    expect(chosen).to_have_value("no")
    press(page, "Enter")
    expect(walk.heading).not_to_have_text(asked)

    page.go_back()
    expect(walk.heading).to_have_text(asked)
    expect(chosen).to_have_value("no")
    # The first stop in the group is the answer given.
    tab_to(page, chosen)
    press(page, "Enter")

    while page.locator("[type=radio]").count():
        tab_to(page, page.locator("[type=radio]").first)
        page.keyboard.press("ArrowUp")
        expect(chosen).to_have_value("unknown")
        press(page, "Enter")
    tab_to(page, walk.button("解決した"))
    press(page, "Enter")
    expect(page.locator("#solved")).to_contain_text("よかった")
    assert [*checks.axe(page), *checks.colours(page)] == []


def test_without_javascript_on_two_devices_and_on_paper(visitors: Visitors) -> None:
    page = visitors.new(java_script_enabled=False)
    walk = WalkScreen(page)
    walk.open()
    walk.begin()
    walk.answer("出ていない")
    follow(walk.button("いったん閉じて、先にためす"))
    assert [*checks.headings(page), *checks.targets(page), *checks.widths(page)] == []
    address = page.locator("#address").inner_text()

    other = visitors.new(java_script_enabled=False)
    there = WalkScreen(other)
    other.goto(address)
    expect(there.heading).to_contain_text("ここで待ちます")
    expect(other.locator("dl.check")).to_contain_text("出ていない")
    follow(there.button("ためしました・続ける"))
    there.answer("届いていない")
    for words in UNPAID:
        there.answer(words)
    expect(there.heading).to_contain_text("契約が切れている")
    expect(there.button("コピー")).to_have_count(0)
    letter = other.locator("#letter")
    expect(letter).to_be_visible()
    letter.select_text()
    assert "契約者" in other.evaluate("getSelection().toString()")

    other.set_viewport_size(PAPER)
    other.emulate_media(media="print")
    for gone in (".b", "button", ".back", ".check .ch", ".foot a"):
        expect(other.locator(f"{gone}:visible")).to_have_count(0)
    for stays in ("#letter", "#do", ".steps", ".actor", ".help .tel"):
        expect(other.locator(stays).first).to_be_visible()
    for words in ("出ていない", "届いていない", *UNPAID):
        expect(other.locator("dl.check > div:visible", has_text=words)).to_have_count(1)
    assert [*other.evaluate(checks.WIDE), *other.evaluate(CUT)] == []

    # The first device sees the same end; begun anew, nothing is lost.
    page.reload()
    expect(walk.heading).to_contain_text("契約が切れている")
    follow(walk.link("最初の質問からやり直す"))
    follow(page.locator("main form .b", has_text="最初の質問"))
    expect(page.locator(".progress")).to_contain_text("1つめ")
    page.emulate_media(media="print")
    expect(page.locator(".choice:visible")).to_have_count(3)
    assert Walk.objects.count() == 2
