"""Row 31: a header anybody can write proves nothing (CVE-2026-34720)."""

from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.test.client import RequestFactory

from mailsupport.lib.limits import address_of
from mailsupport.middleware import client_address
from tests.security.attack import file_by_form
from tickets.models import Delivery
from tickets.services import outbox

FORGED: dict[str, Any] = {
    "HTTP_X_FORWARDED_FOR": "198.51.100.1",
    "HTTP_X_REAL_IP": "198.51.100.1",
    "HTTP_FORWARDED": "for=198.51.100.1;proto=https;host=evil.example",
    "HTTP_CLIENT_IP": "198.51.100.1",
    "HTTP_TRUE_CLIENT_IP": "198.51.100.1",
    "HTTP_X_FORWARDED_PROTO": "https",
    "HTTP_X_MAILSUPPORT_SCHEME": "https",
    "HTTP_X_FORWARDED_HOST": "evil.example",
    "HTTP_REMOTE_USER": "boss",
    "HTTP_X_FORWARDED_USER": "boss",
    "HTTP_X_REMOTE_USER": "boss",
}


def seen(**meta: Any) -> tuple[str, bool]:
    """Address and "is it encrypted", as everything behind the middleware sees them."""
    found = []

    def view(request: HttpRequest) -> HttpResponse:
        found.append((address_of(request), request.is_secure()))
        return HttpResponse()

    client_address(view)(RequestFactory().get("/", **meta))
    return found[0]


@pytest.fixture
def _https(settings) -> None:
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_MAILSUPPORT_SCHEME", "https")


@pytest.mark.usefixtures("_https")
def test_a_stranger_decides_neither_origin_nor_scheme() -> None:
    assert seen(**FORGED) == ("127.0.0.1", False)


@pytest.mark.usefixtures("_https")
@pytest.mark.parametrize(
    ("hops", "address"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("198.51.100.1, 203.0.113.7", "203.0.113.7"),
        ("127.0.0.1, 203.0.113.7, 127.0.0.9", "203.0.113.7"),
        ("evil, <script>, 203.0.113.7", "203.0.113.7"),
        ("", "127.0.0.1"),
    ],
)
def test_our_proxy_is_believed_for_the_last_hop_only(settings, hops: str, address: str) -> None:
    settings.TRUSTED_PROXIES = ["127.0.0.0/8"]
    proxied = {"HTTP_X_FORWARDED_FOR": hops, "HTTP_X_FORWARDED_PROTO": "https"}
    assert seen(**proxied) == (address, True)
    assert seen(**FORGED | {"REMOTE_ADDR": "203.0.113.8"}) == ("203.0.113.8", False)


@pytest.mark.django_db
def test_no_header_signs_anybody_in(boss) -> None:
    response = Client().get("/admin/", **FORGED)
    assert response.status_code == 302
    assert response["Location"].startswith("/admin/login/")


@pytest.mark.django_db
@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "127.0.0.1@evil.example", "a b"])
def test_another_host_is_refused(host: str) -> None:
    for address in ("/", "/tickets/new/", "/admin/login/"):
        assert Client().get(address, HTTP_HOST=host).status_code == 400


@pytest.mark.django_db
def test_links_in_mails_and_pages_are_ours_whatever_the_request_says(settings) -> None:
    client = Client(HTTP_X_FORWARDED_HOST="evil.example", HTTP_HOST="localhost")
    settings.SITE_URL = "https://support.example"
    link = file_by_form(client)
    letter = outbox.letter_of(Delivery.objects.get(kind="confirmation"))
    assert f"https://support.example/tickets/{link.token}/" in letter.body
    page = client.get(f"/tickets/{link.token}/").content.decode()
    assert f"https://support.example/tickets/{link.token}/" in page
    assert "evil.example" not in page + letter.body
