"""One line a request, its number on every line, and nothing in them that a client typed."""

import io
import json
import logging
import re
import sys
from collections.abc import Iterator

import pytest
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.test import Client
from gunicorn.config import Config

from mailsupport import logs
from mailsupport.middleware import client_address, request_line
from mailsupport.serverlog import ServerLog
from tests.security.attack import file_by_form
from tickets.channels.smtp import Mail
from tickets.services import outbox

LINE = re.compile(
    r"^[\d-]{10} [\d:,]{12} INFO \[([\w.-]+)\] mailsupport\.requests: ([A-Z]+) (\S+) (\d+) (\d+) ms$"
)


REFUSED = "refused for hanako@yamadaya.example\nDETAIL:  Failing row (山田 和子)"


class Log:
    """All that the running site writes, in its own format."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.capsys = capsys
        self.text = ""

    def getvalue(self) -> str:
        self.text += self.capsys.readouterr().err
        return self.text


class Stderr:
    """Whatever pytest has put there by now."""

    def write(self, text: str) -> None:
        sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


@pytest.fixture
def log(capsys) -> Iterator[Log]:
    """The handler of the settings was made before anybody listened to stderr."""
    handlers = {
        handler
        for logger in (logging.getLogger(), logging.getLogger("django"))
        for handler in logger.handlers
        if type(handler) is logging.StreamHandler and isinstance(handler.formatter, logs.Line)
    }
    assert len(handlers) == 1
    handler = handlers.pop()
    # Not setStream: what it had may be closed, as streams of tests are.
    before, handler.stream = handler.stream, Stderr()
    capsys.readouterr()
    yield Log(capsys)
    handler.stream = before


def lines(log: Log) -> list[tuple[str, ...]]:
    """The lines of requests: number, method, path, status, milliseconds."""
    found = [LINE.match(line) for line in log.getvalue().splitlines()]
    return [match.groups() for match in found if match]


def test_a_request_is_one_line(client, log):
    response = client.get("/healthz?q=hunter2", headers={"user-agent": "Browser/1.0"})
    assert [line[:4] for line in lines(log)] == [(response["X-Request-Id"], "GET", "/healthz", "200")]
    assert re.fullmatch(r"\d{8}", response["X-Request-Id"])
    assert log.getvalue().count("\n") == 1
    for secret in ("hunter2", "Browser", "127.0.0.1"):
        assert secret not in log.getvalue()


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/tickets/Zm9vYmFyYmF6cXV4Zm9vYmFy/", "/tickets/…/"),
        ("/tickets/Zm9vYmFyYmF6cXV4Zm9vYmFy", "/tickets/…"),
        ("/en/tickets/Zm9vYmFyYmF6cXV4Zm9vYmFy/files/a/", "/en/tickets/…/files/a/"),
        ("/checklists/nothing-arrives/c2VjcmV0/", "/checklists/nothing-arrives/…/"),
        ("/tickets/new/when/", "/tickets/new/when/"),
        ("/admin/tickets/ticket/12/change/", "/admin/tickets/ticket/12/change/"),
    ],
)
def test_secret_parts_of_paths_are_masked(log, path, shown):
    logs.write_line("1", "GET", path, 200, 0.001)
    logging.getLogger("anything").info("Not found: %s", path)
    assert lines(log)[0][2] == shown
    assert f"Not found: {shown}\n" in log.getvalue()


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["hanako@yamadaya.example", "090-1234-5678", "０９０１２３４５６７８"])
def test_a_path_that_is_no_page_names_nobody(client, log, typed):
    assert client.get(f"/admin/{typed}/").status_code == 302
    assert client.get(f"/{typed}").status_code == 404
    assert len(lines(log)) == 2
    assert not re.search(r"yamadaya|1234|１２３４", log.getvalue())


@pytest.mark.parametrize(
    "path", ["/admin/tickets/ticket/12/change/", "/en/admin/faq/phrase/process_import/", "/faq/mailbox-full"]
)
def test_a_refused_page_of_ours_is_named(log, path):
    """A path as a whole looks like a password: letters, digits and signs."""
    logs.write_line("1", "POST", path, 302, 0.001)
    assert lines(log)[0][2] == path


@pytest.mark.django_db
def test_a_line_cannot_be_forged(client, log):
    client.get("/healthz%0A2026-01-01%20INFO%20all%20is%20well")
    assert log.getvalue().count("\n") == 1


class TestNumber:
    def seen(self, number: str, peer: str) -> tuple[str, str]:
        """The number that the view's own lines carry, and the one that goes out."""
        within = []

        def view(_request: HttpRequest) -> HttpResponse:
            within.append(logs.request_number.get())
            return HttpResponse()

        request = HttpRequest()
        request.META |= {"REMOTE_ADDR": peer, "HTTP_X_REQUEST_ID": number}
        response = client_address(request_line(view))(request)
        assert logs.request_number.get() == logs.NONE
        return within[0], response["X-Request-Id"]

    def test_our_proxy_gives_it(self, settings):
        settings.TRUSTED_PROXIES = ["10.0.0.0/8"]
        assert self.seen("0af7651916cd43dd", "10.0.0.7") == ("0af7651916cd43dd", "0af7651916cd43dd")

    @pytest.mark.parametrize("number", ["", "short", "x" * 65, "a b c d e f", "a\nb\nc\nd", "山田山田山田"])
    def test_one_that_looks_wrong_is_replaced(self, settings, number):
        settings.TRUSTED_PROXIES = ["10.0.0.0/8"]
        within, out = self.seen(number, "10.0.0.7")
        assert within == out
        assert re.fullmatch(r"\d{8}", out)

    def test_a_stranger_does_not_choose_it(self, settings):
        settings.TRUSTED_PROXIES = ["10.0.0.0/8"]
        assert self.seen("0af7651916cd43dd", "203.0.113.7")[1] != "0af7651916cd43dd"


@pytest.mark.django_db
class TestFaults:
    @pytest.fixture
    def response(self, log, monkeypatch):
        def broken(*_args, **_options):
            raise RuntimeError("nothing saved") from IntegrityError(REFUSED)

        monkeypatch.setattr("faq.models.Outage.objects.now", broken)
        return Client(raise_request_exception=False).get("/")

    def test_the_page_shows_the_number_of_the_log(self, response, log):
        number = response["X-Request-Id"]
        assert number in response.content.decode()
        assert f"ERROR [{number}] django.request" in log.getvalue()

    def test_the_log_says_where_but_not_what(self, response, log):
        text = log.getvalue()
        assert "RuntimeError: nothing saved" in text
        assert "IntegrityError: refused for" in text
        assert "in broken" in text
        assert "yamadaya" not in text
        assert "山田" not in text


@pytest.mark.django_db
@pytest.mark.usefixtures("knowledge", "desk")
def test_nothing_of_a_client_is_in_the_log(client, log):
    answers = {
        "words": "ヒミツの言葉 hunter2 が届きません",
        "name": "山田 和子",
        "phone": "090-1234-5678",
        "email": "hanako@mail.example",
        "affected_address": "info@yamadaya.example",
    }
    client.get("/search/", {"q": answers["words"]})
    link = file_by_form(client, **answers)
    client.get(f"/tickets/{link.token}/")
    client.post("/tickets/find/", {"number": link.ticket.number, "phone": answers["phone"]})
    delivery = outbox.claim()
    assert delivery
    assert outbox.deliver(delivery, channel=Mail())
    assert len(lines(log)) >= 7
    for secret in (
        "ヒミツ",
        "hunter2",
        "山田",
        "1234",
        "mail.example",
        "yamadaya",
        link.token,
        link.ticket.number,
    ):
        assert secret not in log.getvalue()


def test_json_has_the_fields(log):
    record = logging.makeLogRecord({"name": "x", "msg": "a %s", "args": ("b",)})
    found = json.loads(logs.Json().format(record))
    assert (found["message"], found["request"]) == ("a b", "-")
    logs.write_json("12345678", "GET", "/tickets/Zm9vYmFyYmF6cXV4/", 200, 0.0123)
    found = json.loads(log.getvalue())
    assert (found["request"], found["path"], found["status"], found["ms"]) == (
        *("12345678", "/tickets/…/"),
        *(200, 12.3),
    )


def test_lines_of_the_web_server_quote_no_request():
    server = ServerLog(Config())
    written = io.StringIO()
    for handler in server.error_log.handlers:
        handler.setStream(written)
    server.warning("Invalid request from ip=203.0.113.7: Invalid HTTP request line: 'GET /?q=hunter2'")
    server.error("Error handling request %s %s", "GET", "/tickets/Zm9vYmFyYmF6cXV4/?q=hunter2")
    assert written.getvalue().count("\n") == 2
    assert "ERROR [-] gunicorn.error: Error handling request GET /tickets/…/" in written.getvalue()
    assert not re.search("203|hunter2|Zm9v", written.getvalue())
