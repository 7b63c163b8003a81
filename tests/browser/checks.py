"""What every page keeps, whatever it is about: axe, one heading, room for a thumb, no scrolling sideways."""

from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PHONE_WIDTH, NARROW = 390, 320  # CSS px
HIT = 48  # CSS px

# Left out: links in the middle of a sentence, and what is out of sight until it gets the focus.
SMALL = """(least) => [...document.querySelectorAll(
    "a[href], button, select, textarea, summary, input:not([type=hidden]), label.choice"
  )]
  .filter((e) => !e.closest(".vh, .skip, .prose, [aria-hidden=true]") && e.checkVisibility())
  .map((e) => (/^(radio|checkbox|file)$/.test(e.type) && e.closest("label, .file")) || e)
  .filter((e) => {
    const box = e.getBoundingClientRect();
    const around = e.parentElement.textContent.trim();
    const inSentence = e.localName === "a" && getComputedStyle(e).display === "inline"
      && e.parentElement.localName === "p" && around !== e.textContent.trim();
    return box.width && !inSentence && (box.height < least - 0.5 || box.width < 24);
  })
  .map((e) => `${e.outerHTML.slice(0, 90)} ${Math.round(e.getBoundingClientRect().height)}px`)"""

WIDE = """() => {
  const room = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= room) return [];
  const wide = [...document.querySelectorAll("body *")].filter(
    (e) => e.getBoundingClientRect().right > room + 1
  );
  const size = `${document.documentElement.scrollWidth}px`;
  return [size, ...wide.slice(-3).map((e) => e.outerHTML.slice(0, 90))];
}"""


def axe(page: Page, *rules: str) -> list[str]:
    """Violations of the rules named, or of all that WCAG 2.2 AA and good practice ask for."""
    if not page.evaluate("typeof axe !== 'undefined'"):
        page.evaluate(AXE_SCRIPT)
    chosen = {"type": "rule", "values": list(rules)} if rules else {"type": "tag", "values": TAGS}
    # Without preload: axe would write style elements of its own, which our policy reports.
    options = {"resultTypes": ["violations"], "runOnly": chosen, "preload": False}
    found: list[dict[str, Any]] = page.evaluate("o => axe.run(o).then(r => r.violations)", options)
    return [f"{v['id']}: {node['html'][:120]}" for v in found for node in v["nodes"][:3]]


def colours(page: Page) -> list[str]:
    """Contrast in the dark scheme."""
    page.emulate_media(color_scheme="dark")
    # Django's links fade from one colour to the other.
    page.evaluate("Promise.all(document.getAnimations().map(a => a.finished))")
    faults = [f"dark: {fault}" for fault in axe(page, "color-contrast")]
    page.emulate_media(color_scheme="light")
    return faults


def headings(page: Page) -> list[str]:
    """Exactly one h1."""
    number = page.evaluate("document.querySelectorAll('h1').length")
    return [] if number == 1 else [f"{number} h1"]


def targets(page: Page) -> list[str]:
    """Room for a thumb."""
    return [f"small: {what}" for what in page.evaluate(SMALL, HIT)]


def widths(page: Page, height: int = 844) -> list[str]:
    """Nothing to scroll sideways: on the narrowest phone, and with text twice as large."""
    page.set_viewport_size({"width": NARROW, "height": height})
    faults = [f"wide at 320: {what}" for what in page.evaluate(WIDE)]
    page.set_viewport_size({"width": PHONE_WIDTH, "height": height})
    # The script's way to style is open; only style attributes in the page's text are not.
    page.evaluate("document.documentElement.style.fontSize = '225%'")
    faults += [f"wide at 200 % text: {what}" for what in page.evaluate(WIDE)]
    page.evaluate("document.documentElement.style.fontSize = ''")
    return faults


def everything(page: Page) -> list[str]:
    """All faults of a public page on a phone."""
    return [*axe(page), *colours(page), *headings(page), *targets(page), *widths(page)]
