"""Rows 26, 27, 29 and 33: every address, for everybody, by every method.

What is expected stands in matrix.txt. An address without a row there fails, and so does a row without an
address: whoever adds a page says who may do what with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.template.backends.django import Template as Page
from django.test import Client
from django.utils import timezone

from faq.models import Checklist, Desk, Outage
from tests.security.addresses import filled, first_rows, plain, routes
from tests.security.attack import ANSWERS, file_by_form, read, upload
from tests.security.conftest import signed_in
from tickets.models import AccessLink, Attachment, WorkerBeat
from tickets.models import Client as Company
from tickets.services import walking

pytestmark = pytest.mark.django_db
TABLE = Path(__file__).with_name("matrix.txt")
ROLES = ("anonymous", "requester", "stranger", "guest", "agent", "editor", "superuser")
FEWER = ("stranger", "guest", "agent")
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
NOBODY = "A" * 32
ERRORS = ("400", "403", "404")
FAR = "203.0.113.9"
# Who asks for English gets the same; the switch is a part of the address and no page of its own.
ONCE = ("healthz", "readyz", "robots.txt", "sitemap.xml", "metrics")


def table() -> dict[str, list[str]]:
    """The rows of matrix.txt: a pattern, and for each role a letter for each method."""
    lines = (line.split() for line in TABLE.read_text().splitlines() if line and line[0] != "#")
    found = {line[-1].removeprefix("/"): line[:-1] for line in lines}
    assert all(len(cells) == len(ROLES) for cells in found.values())
    return found


def matches(pattern: str, route: str) -> bool:
    """`*` stands for one part of an address, `(a|b)` for one or the other."""
    expression = re.sub(r"[^\w|()/]", lambda sign: re.escape(sign[0]), pattern).replace(r"\*", "[^/]+")
    return re.fullmatch(expression, plain(route)) is not None


def row_of(route: str) -> list[str]:
    """The one row of a route."""
    found = [cells for pattern, cells in table().items() if matches(pattern, route)]
    assert len(found) == 1, f"{len(found)} rows for {plain(route)} in {TABLE.name}"
    return found[0]


def letter(response: Any) -> str:
    """What matrix.txt calls this answer."""
    if response.streaming:
        read(response)
    if response.status_code in (301, 302):
        return "L" if urlsplit(response["Location"]).path.endswith("/admin/login/") else ">"
    letters = {200: ".", 204: ".", 400: "!", 409: "!", 422: "!", 403: "-", 404: "?", 405: "x"}
    return letters.get(response.status_code, f"({response.status_code})")


@contextmanager
def drawn(wanted: bool, errors: set[str]) -> Iterator[None]:
    """Draw the page of an answer where it is `wanted`, and the page of an error (in `errors` then) once.

    Who may what is settled before a page is drawn, and staff screens answer PUT, PATCH and DELETE with the
    same page as GET: drawing took most of the time.
    """

    def render(page: Page, *args: Any, **more: Any) -> Any:
        name = str(page.origin.template_name)
        is_error = name[:3] in ERRORS
        if not wanted or name in errors:
            return ""
        errors.update({name} if is_error else ())
        return plainly(page, *args, **more)

    plainly = Page.render
    with patch.object(Page, "render", render):
        yield


class World:
    """Two people's requests with everything behind them, and everybody's browser."""

    def __init__(self, mine: AccessLink, agent: User, people: dict[str, User]) -> None:
        owner, stranger = Client(), Client()
        link = file_by_form(owner)
        here = f"/tickets/{link.token}/"
        upload(owner, here, b"x", "a.txt", kind="text/plain", verb="reply", body="x", key=str(uuid4()))
        file = Attachment.objects.get()
        for browser, request, phone in ((owner, link, ANSWERS["phone"]), (stranger, mine, "080-6666-6666")):
            browser.post("/tickets/find/", {"number": request.ticket.number, "phone": phone})
        asked = walking.begin(ticket=link.ticket, checklist=Checklist.objects.earliest("pk"), by=agent)
        Company.objects.create(name="山田屋")
        Outage.objects.create(title_ja="x", text_ja="x", begins=timezone.now())
        owner.get("/search/", {"q": "メールが届かない"})
        owner.post("/faq/mailbox-full/feedback/", {"helpful": "yes"})
        WorkerBeat.objects.update_or_create(pk=1, defaults={"at": timezone.now()})
        self.link, self.walk = link, owner.post("/checklists/nothing-arrives/")["Location"]
        self.values = {"key": "mailbox-full", "pk": str(link.ticket_id), "file": str(file.pk)}
        self.values |= {"slug": "nothing-arrives", "step": "when", "walk": str(asked.walk_id)}
        self.values |= {"app_label": "tickets", "url": "x", "content_type_id": "1"}
        # Before the rows are read: signing in writes one.
        browsers = {"anonymous": Client(), "requester": owner, "stranger": stranger}
        browsers |= {name: signed_in(user) for name, user in people.items()}
        self.errors: set[str] = set()
        self.file, self.rows = file.key, first_rows()
        self.values["id"] = self.rows["auth/user"]
        self.cookies = {name: browser.cookies.output(header="") for name, browser in browsers.items()}

    def address(self, route: str, role: str) -> str:
        """Filled in for a role. Who has a link may use it, so only the requester is given the token."""
        token = self.link.token if role == "requester" else NOBODY
        values = {**self.values, "token": token}
        if "files/" in route and "tickets/" in route and "admin" not in route:
            values["key"] = self.file
        if route.startswith("checklists/") and "token" in route:
            values["token"] = self.walk.split("/")[3] if role == "requester" else NOBODY
        elif route.startswith("faq/categories/"):
            values["slug"] = "not-receiving"
        if route.startswith(("admin/faq/checklist/", "admin/faq/version/")):
            values["pk"] = self.rows["/".join(route.split("/")[1:3])]
        return filled(route, values, self.rows)

    def ask(self, role: str, method: str, path: str) -> str:
        """One cell. What it changed is gone afterwards: a sign-out, for one, is no more."""
        browser = Client(raise_request_exception=False)
        browser.cookies = SimpleCookie(self.cookies[role])
        with transaction.atomic(), drawn(method in ("GET", "POST"), self.errors):
            found = letter(browser.generic(method, path, REMOTE_ADDR=FAR))
            transaction.set_rollback(True)
        return found


@pytest.fixture
def world(knowledge: None, desk: Desk, mine: AccessLink, agent: User, editor: User, boss: User) -> World:
    """With a row of everything that staff look at."""
    guest = User.objects.create_user("guest", password="a-long-password-1", is_staff=True)
    return World(mine, agent, {"guest": guest, "agent": agent, "editor": editor, "superuser": boss})


def test_each_address_has_one_row_and_each_row_an_address() -> None:
    found = list(routes())
    assert len(found) > 180
    for route in found:
        row_of(route)
    idle = [pattern for pattern in table() if not any(matches(pattern, route) for route in found)]
    assert idle == []


@pytest.mark.parametrize(
    "role",
    # On PostgreSQL those who read the most: what the others ask of the database is among it.
    [pytest.param(role, marks=[pytest.mark.once] if role in FEWER else []) for role in ROLES],
)
def test_everybody_gets_what_the_table_says(world: World, role: str) -> None:
    column = ROLES.index(role)
    wrong = []
    for route in routes():
        path, expected = world.address(route, role), row_of(route)[column]
        got = "".join(world.ask(role, method, path) for method in METHODS)
        english = path if plain(route).startswith(ONCE) else f"/en{path}"
        if got != expected or world.ask(role, "GET", english) != expected[0]:
            wrong.append(f"{plain(route)}: {got}, not {expected} ({path})")
    assert wrong == []
