"""Row 35: we send nobody to another site (CVE-2022-25802)."""

from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tickets.models import AccessLink

pytestmark = pytest.mark.django_db
AWAY = [
    "https://evil.example/",
    "//evil.example/",
    "///evil.example/",
    "/\\evil.example/",
    "\\\\evil.example/",
    "https:evil.example",
    "/%09/evil.example/",
    "\t//evil.example",
    "javascript:alert(1)",
    "http://127.0.0.1@evil.example/",
    "/%2Fevil.example",
]


def home(response) -> bool:
    """Does it stay here?"""
    location = response.headers.get("Location", "")
    parts = urlsplit(location.replace("\\", "/").strip())
    return (
        parts.netloc in ("", "testserver") and parts.scheme in ("", "http") and "//evil" not in location[:3]
    )


@pytest.mark.parametrize("away", AWAY)
def test_after_the_log_in_and_out_one_is_still_here(agent: User, away: str) -> None:
    client = Client()
    data = {"username": agent.username, "password": "a-long-password-1", "next": away}
    entered = client.post("/admin/login/", data)
    assert entered.status_code == 302
    assert home(entered)
    assert home(client.get("/admin/login/", {"next": away}))
    changed = {"next": away, "old_password": "a-long-password-1"}
    assert home(client.post("/admin/password_change/", changed))
    assert home(client.post("/admin/logout/", {"next": away}))
    assert home(client.get("/admin/", {"next": away}))


@pytest.mark.parametrize("away", AWAY)
def test_no_page_takes_another_place_to_go_on(
    client: Client, victim: AccessLink, here: str, away: str
) -> None:
    names = dict.fromkeys(("next", "url", "redirect", "return", "to", "back", "path", "language"), away)
    for address in ("/tickets/new/", "/tickets/find/", "/tickets/found/", "/search/", here, "/nowhere"):
        for ask in (client.get, client.post):
            assert home(ask(address, {**names, "verb": "solved"}))


@pytest.mark.parametrize(
    "path",
    [
        *(
            "/%2Fevil.example",
            "/%2Fevil.example/",
            "/%2F%2Fevil.example",
            "/%2Fevil.example/admin",
            "/\\evil.example",
        ),
        *(
            "/%5cevil.example",
            "/%09/evil.example",
            "/en//evil.example",
            "/en/%2Fevil.example",
            "/tickets//evil.example",
        ),
        *("/admin//evil.example", "/en/admin//evil.example"),
    ],
)
def test_a_missing_slash_leads_to_no_other_host(agent_client: Client, path: str) -> None:
    """Nor does the switch of the language, which is a link to the same page."""
    response = agent_client.get(path, follow=False)
    assert response.status_code in (301, 302, 404)
    assert home(response)
    page = response.content.decode()
    assert 'href="//' not in page
    assert 'href="/\\' not in page
    assert 'href="https://evil' not in page
