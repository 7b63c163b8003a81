"""Row 33: a link changes nothing, a form of another site neither (CVE-2026-41194).

Mail scanners and previews follow every link there is.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import models
from django.test import Client

from faq.models import Checklist
from tests.security.addresses import filled, first_rows, routes
from tests.security.attack import read, upload
from tests.security.conftest import signed_in
from tickets.models import AccessLink, Attachment, Ticket
from tickets.services import walking

pytestmark = pytest.mark.django_db

TEMPTING = {
    "verb": "solved",
    "action": "delete_selected",
    "post": "yes",
    "_save": "1",
    "take": "1",
    "talk": "1",
    "move": "1",
    "status": "waiting",
    "assign": "1",
    "owner": "1",
    "redact": "x",
    "helpful": "yes",
    "helped": "yes",
    "begin": "1",
    "drop": "1",
    "question": "outage",
    "answer": "yes",
    "remove": "x",
    "_selected_action": "1",
    "body": "x",
    "number": "1",
    "phone": "1",
    "words": "x",
    "symptom": "other",
    "kind": "reply",
    "_publish": "1",
}
# What may be written by looking: who looked when, what was searched for (statistics), and log-ins.
LOOKING = {"sessions.session", "faq.lookup", "axes.accessattempt", "axes.accesslog", "axes.accessfailurelog"}


def rows_of_everything() -> dict[str, Any]:
    """All rows of all tables; only the number of those of the search index."""
    state: dict[str, Any] = {}
    for model in apps.get_models():
        if model._meta.label_lower in LOOKING:
            continue
        rows: models.QuerySet[Any] = model._base_manager.order_by("pk")
        if model._meta.label_lower == "tickets.accesslink":
            state[model._meta.label] = list(rows.values_list("pk", "token", "revoked"))
        elif model._meta.label_lower == "auth.user":
            state[model._meta.label] = list(rows.values_list("pk", "username", "password", "is_superuser"))
        else:
            big = model._meta.label_lower.startswith("faq.") and rows.count() > 300
            state[model._meta.label] = rows.count() if big else list(rows.values_list())
    return state


@pytest.fixture
def everywhere(
    knowledge: None, victim: AccessLink, here: str, key: str, boss: User, agent: User
) -> list[str]:
    """Every address of the site, each with a row behind it."""
    upload(Client(), here, b"x", "a.txt", kind="text/plain", verb="reply", body="x", key=key)
    stored = Attachment.objects.get()
    walk = (
        Client().post("/checklists/nothing-arrives/")["Location"].split("?")[0].rstrip("/").rpartition("/")[2]
    )
    values = {"token": victim.token, "key": stored.key, "pk": str(victim.ticket_id), "file": str(stored.pk)}
    values |= {"slug": "nothing-arrives", "step": "when", "id": str(agent.pk)}
    asked = walking.begin(ticket=victim.ticket, checklist=Checklist.objects.earliest("pk"), by=agent)
    values |= {"walk": str(asked.walk_id), "app_label": "tickets", "url": "x", "content_type_id": "1"}
    rows = first_rows()
    more = [f"/checklists/nothing-arrives/{walk}/", "/faq/mailbox-full/", "/faq/mailbox-full/feedback/"]
    return [*(filled(route, values, rows) for route in routes()), *more, "/faq/categories/not-receiving/"]


def test_every_address_was_filled_in(everywhere: list[str]) -> None:
    """Else the tests below would try nothing."""
    assert len(everywhere) > 150
    assert not [path for path in everywhere if set(path) & set("<>^$()[]\\")]


def test_no_address_changes_anything_by_get(everywhere: list[str], boss: User) -> None:
    """Followed by a stranger and by the superuser, with every parameter that a form of ours would send."""
    before = rows_of_everything()
    worked = 0
    for browser in (Client(), signed_in(boss)):
        for path in everywhere:
            for ask, asked in ((browser.get, {}), (browser.get, TEMPTING), (browser.head, TEMPTING)):
                # The export of a package trips over parameters it does not know: for staff only, and calmly.
                response = ask(path, {} if path.endswith("/export/") else asked)
                # Without a worker the site says that it is not ready.
                assert response.status_code < 500 or path == "/readyz", path
                worked += response.status_code == 200
                if response.streaming:
                    read(response)
    assert worked > 150
    assert rows_of_everything() == before


def test_no_address_takes_a_form_of_another_site(everywhere: list[str], boss: User) -> None:
    """Row 33: without our token nothing is done. The search may: it is a longer GET and changes nothing."""
    before = rows_of_everything()
    for user in (None, boss):
        browser = Client(enforce_csrf_checks=True)
        if user:
            browser.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        for path in everywhere:
            methods = (
                [browser.post] if path.startswith("/admin/") else [browser.post, browser.put, browser.delete]
            )
            for method in methods:
                status = method(path, TEMPTING if method == browser.post else b"").status_code
                expected = (200, 405) if path == "/search/" else (403,)
                assert status in expected, path
    assert rows_of_everything() == before


def test_a_token_of_another_session_or_site_is_none(here: str, victim: AccessLink) -> None:
    """With our form's token, but another cookie; and with all of it, but from another origin."""
    browser, other = Client(enforce_csrf_checks=True), Client(enforce_csrf_checks=True)
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', browser.get(here).content.decode())
    assert found
    other.get("/tickets/new/")
    data = {"verb": "solved", "csrfmiddlewaretoken": found[1]}
    assert other.post(here, data).status_code == 403
    assert browser.post(here, data, HTTP_ORIGIN="https://evil.example").status_code == 403
    assert Ticket.objects.get().said_solved_at is None
    assert browser.post(here, data).status_code == 302
    assert Ticket.objects.get().said_solved_at
