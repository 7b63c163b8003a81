"""Kept pages ahead of Django: the same answer to the same questions, and everything else left to the site."""

import time
from io import BytesIO
from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from faq.models import Edition
from faq.services import edition
from mailsupport import logs, meter, wsgi
from mailsupport.front import Front

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("kept")]

PAGE = "/faq/mailbox-full/"
OWN = {"X-Request-Id", "Date"}


class Site:
    """The site with its front, and how often the front let a request through."""

    def __init__(self) -> None:
        self.through = 0
        self.answer: Any = Front(self.behind)

    def behind(self, environ: Any, start_response: Any) -> Any:
        self.through += 1
        return wsgi._site(environ, start_response)

    def ask(self, path: str = PAGE, **environ: str) -> tuple[str, dict[str, str], bytes]:
        """Status, headers, body."""
        told: list[Any] = []
        path, _mark, query = path.partition("?")
        asked: dict[str, Any] = {
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "HTTP_HOST": "testserver",
            "SCRIPT_NAME": "",
            "REMOTE_ADDR": "192.0.2.1",
            "wsgi.input": BytesIO(),
            **environ,
        }
        setup_testing_defaults(asked)
        body = b"".join(self.answer(asked, lambda *given: told.append(given)))
        return told[0][0], dict(told[0][1]), body

    def is_ahead(self, path: str = PAGE, **environ: str) -> bool:
        """Whether the front answered alone."""
        before = self.through
        self.ask(path, **environ)
        return self.through == before


def ask_again(due: bool) -> None:
    """Whether the number in the database is due; by the clock, a slow machine would make it so."""
    edition.NEWEST._asked = 0.0 if due else time.monotonic() + 3600


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Site:
    """With one page kept, plain and compressed."""
    monkeypatch.setattr(edition.NEWEST, "_asked", 0.0)
    ask_again(due=False)
    site = Site()
    site.ask()
    site.ask(HTTP_ACCEPT_ENCODING="gzip")
    assert site.is_ahead()
    return site


@pytest.mark.parametrize(
    "asked", [{}, {"HTTP_ACCEPT_ENCODING": "gzip"}, {"QUERY_STRING": "host=xserver"}, {"known": "yes"}]
)
def test_the_answer_is_the_middlewares(site: Site, asked: dict[str, str]) -> None:
    path = f"{PAGE}?{asked.pop('QUERY_STRING', '')}"
    if asked.pop("known", ""):
        asked["HTTP_IF_NONE_MATCH"] = site.ask()[1]["ETag"]
    site.ask(path, **asked)
    with CaptureQueriesContext(connection) as queries:
        ahead = site.ask(path, **asked)
    assert not queries
    site.answer = site.behind
    usual = site.ask(path, **asked)
    assert (ahead[0], ahead[2]) == (usual[0], usual[2])
    assert {n: v for n, v in ahead[1].items() if n not in OWN} == {
        n: v for n, v in usual[1].items() if n not in OWN
    }
    assert "X-Request-Id" in ahead[1]


@pytest.mark.parametrize(
    "asked",
    [
        {"HTTP_HOST": "elsewhere.example"},
        {"HTTP_HOST": ""},
        {"HTTP_HX_REQUEST": "true"},
        {"REQUEST_METHOD": "HEAD"},
        {"REQUEST_METHOD": "POST"},
        {"SCRIPT_NAME": "/x"},
        {"path": "/faq/mailbox-full/?utm=1"},
        {"path": "/faq/mailbox-full/?host=xserver"},
        {"path": "/faq/mailbox-full/\xe3"},
        {"path": "/en/faq/mailbox-full/"},
        {"path": "/tickets/new/"},
    ],
    ids=str,
)
def test_what_is_not_so_plain_is_left_to_the_site(site: Site, asked: dict[str, str]) -> None:
    assert not site.is_ahead(asked.pop("path", PAGE), **asked)


def test_where_pages_are_sent_to_https_no_other_is_answered(site: Site, settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = True
    settings.TRUSTED_PROXIES = ["192.0.2.0/24"]
    site.answer = Front(site.behind)
    assert not site.is_ahead()
    assert not site.is_ahead(HTTP_X_FORWARDED_PROTO="http")
    assert site.is_ahead(HTTP_X_FORWARDED_PROTO="https")
    # From anybody else that header is an invention.
    assert not site.is_ahead(HTTP_X_FORWARDED_PROTO="https", REMOTE_ADDR="198.51.100.1")


def test_a_change_is_seen_at_once_and_the_database_asked_once_a_second(site: Site) -> None:
    edition.changed()
    assert not site.is_ahead()
    assert site.is_ahead()
    # Another machine: only the number in the database moves.
    Edition.move()
    ask_again(due=True)
    assert not site.is_ahead(), "the number is due: the middleware asks for it"
    ask_again(due=False)
    assert site.is_ahead()


def test_it_is_written_down_and_counted_as_any_request(
    site: Site, capsys: pytest.CaptureFixture[str], settings: Any
) -> None:
    counters = meter.shared()
    assert counters
    before = sum(sum(times.buckets) for times in counters.read()[0])
    number = site.ask(f"{PAGE}?l=secret-words", HTTP_X_REQUEST_ID="forged-number")[1]["X-Request-Id"]
    line = capsys.readouterr().err
    assert f"INFO [{number}] mailsupport.requests: GET {PAGE} 200 " in line
    assert "secret" not in line
    assert (len(number), number.isdigit()) == (8, True), "a number from a stranger is not taken"
    assert sum(sum(times.buckets) for times in counters.read()[0]) == before + 1
    assert logs.request_number.get() == logs.NONE
    settings.TRUSTED_PROXIES = ["192.0.2.1"]
    site.answer = Front(site.behind)
    assert site.ask(HTTP_X_REQUEST_ID="given-by-proxy")[1]["X-Request-Id"] == "given-by-proxy"


def test_with_the_cache_off_nothing_is_ahead(site: Site, settings: Any) -> None:
    settings.PAGE_CACHE = False
    assert not site.is_ahead()
