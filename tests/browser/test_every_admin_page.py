"""Every page of the staff site, found through the resolver: a new one is looked at without being named here.

tests/security/matrix.txt says which addresses show a page to whom; its test sees to it that none is missing.
"""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from axes.models import AccessAttempt, AccessFailureLog
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import RequestFactory
from django.urls import resolve
from playwright.sync_api import Error, FilePayload, Page, ViewportSize

from faq.models import Checklist, Desk
from faq.services import editing
from tests.browser import checks
from tests.browser.pages import follow
from tests.conftest import Visitors
from tests.security.addresses import STAFF, plain, routes
from tests.security.attack import ANSWERS, file_request
from tests.security.test_matrix import ROLES, World, row_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HOME = "/admin/"
WIDE: ViewportSize = {"width": 1280, "height": 800}
FEW = 4
"""Rows of a list: the fiftieth is like the first, and a second page comes sooner."""
UNFOLD = ".select2-selection, .datetimeshortcuts a:has(.date-icon)"
"""What opens a list or a calendar beside a field."""
PHRASES = "/admin/faq/phrase/"


@pytest.fixture
def world(
    knowledge: None, desk: Desk, staff: User, editor: User, boss: User, monkeypatch: pytest.MonkeyPatch
) -> World:
    """With a row of everything that staff look at, and a checklist that is being written; lists are short."""
    AccessAttempt.objects.create(
        username="nobody", ip_address="203.0.113.9", path_info="/", failures_since_start=1
    )
    AccessFailureLog.objects.create(username="nobody", ip_address="203.0.113.9", path_info="/")
    editing.draft_of(checklist=Checklist.objects.earliest("pk"), by=boss)
    mine = file_request(**{**ANSWERS, "email": "mine@mine.example", "phone": "080-6666-6666"})
    for model_admin in admin.site._registry.values():
        monkeypatch.setattr(model_admin, "list_per_page", FEW)
    return World(mine, staff, {"agent": staff, "editor": editor, "superuser": boss})


def window(visitors: Visitors, world: World, role: str) -> Page:
    """A desktop window in which `role` is signed in."""
    page = visitors.new(viewport=WIDE)
    name, value = world.cookies[role].split(";")[0].strip().split("=", 1)
    page.context.add_cookies([{"name": name, "value": value, "url": visitors.address}])
    return page


def addresses(world: World, role: str) -> Iterator[tuple[str, str]]:
    """All that show a page to `role` or send on to one, and what the matrix says of them.

    For the first row of a model, and for the parts of a draft as well.
    """
    for route in routes():
        letters = row_of(route)[ROLES.index(role)]
        if not route.startswith(STAFF) or letters[0] not in ".>":
            continue
        yield world.address(route, role), letters
        model, draft = "/".join(route.split("/")[1:3]), drafted()
        if model in draft and "<" in plain(route):
            kept, world.rows[model] = world.rows[model], draft[model]
            yield world.address(route, role), letters
            world.rows[model] = kept


def drafted() -> dict[str, str]:
    """Ids of the version that is being written, and of its first question and outcome."""
    version = Checklist.objects.earliest("pk").versions.get(status="draft")
    question, outcome = version.questions.earliest("pk"), version.outcomes.earliest("pk")
    return {
        "faq/version": str(version.pk),
        "faq/question": str(question.pk),
        "faq/outcome": str(outcome.pk),
    }


def shows(page: Page, path: str) -> bool:
    """Whether the address shows a page of its own: no file, and not sent on to another address."""
    try:
        response = page.goto(path)
    except Error as error:
        if "Download is starting" in str(error):
            return False
        raise
    assert response
    # jQuery calls who waits for it a little after the page is loaded.
    page.evaluate("new Promise((done) => requestIdleCallback(done))")
    landed = urlsplit(page.url).path
    assert landed != HOME or path in (HOME, "/admin/login/"), f"no row for {path}"
    return landed == path and response.headers["content-type"].startswith("text/html")


def faults_of(page: Page) -> list[str]:
    """What every page of the staff keeps, wide and on a phone; leaves it wide."""
    faults = [*checks.axe(page), *checks.headings(page), *page.evaluate(checks.WIDE), *checks.colours(page)]
    field = page.locator(UNFOLD).filter(visible=True)
    if field.count():
        field.first.click()
        faults += [f"unfolded: {fault}" for fault in checks.axe(page)]
        page.keyboard.press("Escape")
    faults += checks.widths(page)
    faults += [f"phone: {fault}" for fault in checks.axe(page, "target-size")]
    page.set_viewport_size(WIDE)
    return faults


def screens(boss: User) -> set[str]:
    """Names of the screens of each registered model that the superuser may open."""
    request = RequestFactory().get(HOME)
    request.user = boss
    names = set()
    for model_admin in admin.site._registry.values():
        may = model_admin.get_model_perms(request)
        kinds = {"changelist": may["view"], "change": may["view"], "history": may["view"]}
        kinds |= {"add": may["add"], "delete": may["delete"]}
        meta = model_admin.opts
        names |= {f"admin:{meta.app_label}_{meta.model_name}_{kind}" for kind in kinds if kinds[kind]}
    return names


def test_every_page(visitors: Visitors, world: World, boss: User) -> None:
    page = window(visitors, world, "superuser")
    faults, seen = [], set()
    for path, _letters in addresses(world, "superuser"):
        seen.add(resolve(path).view_name)
        if shows(page, path):
            faults += [f"{path}: {fault}" for fault in faults_of(page)]
    assert "\n".join(faults) == ""
    assert len(seen) > 100
    assert screens(boss) - seen == set()


def test_what_may_be_read_but_not_changed(visitors: Visitors, world: World) -> None:
    page = window(visitors, world, "agent")
    faults, seen = [], 0
    for path, letters in addresses(world, "agent"):
        if letters.startswith("..-") and shows(page, path):
            seen += 1
            faults += [f"{path}: {fault}" for fault in [*checks.axe(page), *checks.headings(page)]]
    assert "\n".join(faults) == ""
    assert seen > 10


def refused(page: Page, world: World) -> Iterator[str]:
    """Every form for something new as a small window beside another form, sent empty."""
    for path, _letters in addresses(world, "superuser"):
        if path.endswith("/add/"):
            page.goto(f"{path}?_popup=1")
            follow(page.locator("#content form [type=submit]").filter(visible=True).first)
            yield f"{path}, sent empty"


def posted(page: Page) -> Iterator[str]:
    """Pages that answer what was sent; the last ones sign out."""
    page.goto(PHRASES)
    page.locator(".action-select").first.check()
    page.locator("[name=action]").select_option("delete_selected")
    follow(page.locator("[name=index]"))
    yield "several, before they are deleted"
    page.goto(f"{PHRASES}import/")
    rows = "article,language,text\nmailbox-full,ja,箱がいっぱい\n".encode("utf-8-sig")
    file: FilePayload = {"name": "a.csv", "mimeType": "text/csv", "buffer": rows}
    page.locator("[type=file]").set_input_files(file)
    follow(page.locator("#content form [type=submit]"))
    yield "rows, before they are imported"
    page.goto("/admin/faq/articletext/1/change/")
    button = page.locator("[data-preview-button]")
    button.evaluate("(button) => { button.hidden = false; button.formTarget = '_self'; }")
    follow(button)
    yield "preview on a page of its own"
    follow(page.locator("#logout-form button"))
    yield "signed out"
    page.goto(HOME)
    yield "sign-in"
    page.locator("[name=username]").fill("nobody")
    page.locator("[name=password]").fill("x")
    follow(page.locator("#login-form [type=submit]"))
    yield "sign-in refused"


def test_what_was_sent(visitors: Visitors, world: World) -> None:
    page = window(visitors, world, "superuser")
    faults, seen = [], []
    for tour in (refused(page, world), posted(page)):
        for name in tour:
            seen.append(name)
            found = [*checks.axe(page), *checks.headings(page), *checks.colours(page)]
            faults += [f"{name}: {fault}" for fault in found]
    assert "\n".join(faults) == ""
    assert len(seen) > 15
