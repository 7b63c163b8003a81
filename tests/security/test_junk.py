"""Row 40: a megabyte of anything, at every public address, is answered calmly."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from io import BytesIO
from random import Random
from typing import Any, cast
from urllib.parse import quote_from_bytes
from wsgiref.util import setup_testing_defaults

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client

from mailsupport.wsgi import application
from tests.security.addresses import public_routes
from tests.security.attack import file_by_form
from tickets.models import AccessLink

pytestmark = pytest.mark.django_db
MEGABYTE = 1024 * 1024
DICE = Random("one and the same junk, every time")
NOISE = DICE.randbytes(MEGABYTE)
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=XX"
NAMES = (
    "q", "l", "symptom", "words", "since", "affected_address", "work_stopped", "error_text", "name", "phone",
    "email", "body", "key", "verb", "draft", "number", "question", "answer", "chosen", "helped", "helpful",
    "reason", "username", "password", "walk", "article", "change", "leave", "take", "told", "version", "new",
    "next", "page", "photos",
)  # fmt: skip


def part(name: str, value: bytes, more: str = "", headers: str = "") -> bytes:
    """One part of a form."""
    head = f'--XX\r\nContent-Disposition: form-data; name="{name}"{more}\r\n{headers}\r\n'
    return head.encode() + value + b"\r\n"


def parts(*each: bytes) -> bytes:
    """A form of them."""
    return b"".join(each) + b"--XX--\r\n"


def everywhere(value: str) -> str:
    """That value under every name that a page of ours reads."""
    return "&".join(f"{name}={value}" for name in NAMES)


SHARE = MEGABYTE // len(NAMES) // 3
BODIES: dict[str, tuple[bytes, str]] = {
    "noise": (NOISE, "application/octet-stream"),
    "noise as a form": (NOISE, FORM),
    "noise as parts": (NOISE, MULTIPART),
    "noise as JSON": (NOISE, "application/json"),
    "noise as nothing": (NOISE, ""),
    "deep JSON": (b"[" * MEGABYTE, "application/json"),
    "deep JSON in a form": (b"facts=" + b"%5B" * (MEGABYTE // 3), FORM),
    "10,000 fields": ("&".join(f"{n}={n:090}" for n in range(10_000)).encode(), FORM),
    "the same field 10,000 times": (b"&".join([b"words=" + b"x" * 90] * 10_000), FORM),
    "a name of a megabyte": (b"x" * MEGABYTE, FORM),
    "noise in every field": (everywhere(quote_from_bytes(NOISE[:SHARE])).encode(), FORM),
    "zeros in every field": (everywhere("%00" * SHARE).encode(), FORM),
    "half characters in every field": (everywhere("%ED%A0%80" * (SHARE // 3)).encode(), FORM),
    "broken escapes in every field": (everywhere("%zz%" * (SHARE // 2)).encode(), FORM),
    "Japanese in every field": (everywhere("%E3%81%82" * (SHARE // 3)).encode(), FORM),
    "digits in every field": (everywhere("9" * SHARE * 3).encode(), FORM),
    "unknown charset": (everywhere("x" * SHARE).encode(), f"{FORM}; charset=x-klingon"),
    "charset of another kind": (everywhere("x" * SHARE).encode(), f"{FORM}; charset=base64"),
    "charset that is none": (NOISE, f"{FORM}; charset=\xff;;=;"),
    "two bytes a letter": (everywhere("%d8%00" * (SHARE // 3)).encode(), f"{FORM}; charset=utf-16"),
    "seven bits": (everywhere("+2AA-" * (SHARE // 3)).encode(), f"{FORM}; charset=utf-7"),
    "parts of an unknown charset": (parts(part("words", NOISE)), f"{MULTIPART}; charset=x-klingon"),
    "1,000 parts": (parts(*(part(f"f{n}", b"x" * 900) for n in range(1000))), MULTIPART),
    "1,000 files": (parts(*(part("photos", b"x" * 900, '; filename="a"') for _ in range(1000))), MULTIPART),
    "no boundary": (parts(part("words", b"x" * MEGABYTE)), "multipart/form-data"),
    "another boundary": (parts(part("words", b"x" * MEGABYTE)), "multipart/form-data; boundary=YY"),
    "an endless boundary": (b"--" + b"X" * MEGABYTE, f"multipart/form-data; boundary={'X' * 5000}"),
    "a boundary of other letters": (NOISE, "multipart/form-data; boundary=あ"),
    "an end that never comes": (part("words", b"x" * MEGABYTE)[:-2], MULTIPART),
    "headers without an end": (b"--XX\r\n" + b"X-A: " + b"x" * MEGABYTE, MULTIPART),
    "10,000 headers": (b"--XX\r\n" + b"X-A: xxxxxxxxxx\r\n" * 60_000 + b"\r\nx\r\n--XX--", MULTIPART),
    "parts within parts": (
        b"".join(b"--XX\r\nContent-Type: multipart/mixed; boundary=XX\r\n\r\n" for _ in range(20_000)),
        MULTIPART,
    ),
    "names of noise": (
        b"".join(b'--XX\r\nContent-Disposition: form-data; name="' + NOISE[n * 900 : n * 900 + 900]
                 + b'"\r\n\r\nx\r\n' for n in range(390)),
        MULTIPART,
    ),
    "a broken encoding": (
        parts(part("words", b64encode(NOISE)[:-3], headers="Content-Transfer-Encoding: base64\r\n")),
        MULTIPART,
    ),
    "a file that is a broken encoding": (
        parts(part("photos", b"=" + b64encode(NOISE)[:-1], '; filename="a"',
                   "Content-Transfer-Encoding: base64\r\n")),
        MULTIPART,
    ),
    "a file name of a megabyte": (
        parts(part("photos", b"x", f"; filename*=utf-8''{'%E3%81%82' * (MEGABYTE // 9)}")),
        MULTIPART,
    ),
    "a name in an unknown charset": (parts(part("photos", NOISE, "; filename*=klingon''%ff")), MULTIPART),
    "a file of no name": (parts(part("photos", NOISE, '; filename=""')), MULTIPART),
    "words as a file": (parts(part("words", NOISE, '; filename="a"')), MULTIPART),
    "photos as words": (parts(part("photos", NOISE)), MULTIPART),
}  # fmt: skip
QUERIES = {
    "noise": quote_from_bytes(NOISE)[:MEGABYTE],
    "unescaped": NOISE.decode("latin-1"),
    "noise everywhere": everywhere(quote_from_bytes(NOISE[:SHARE])),
    "zeros": everywhere("%00" * SHARE),
    "half characters": everywhere("%ED%A0%80" * (SHARE // 3)),
    "Japanese": everywhere("%E3%81%82" * (SHARE // 3)),
    "digits": everywhere("9" * SHARE * 3),
    "signs": everywhere("%27%22%3C%26%7B%25" * (SHARE // 6)),
    "deep JSON": everywhere("%5B" * SHARE),
    "10,000 fields": "&".join(f"{n}=x" for n in range(10_000)),
    "the same field": "&".join(["q=%E3%83%A1%E3%83%BC%E3%83%AB"] * 10_000),
}


HEADER = re.sub("[\x00-\x1f\x7f]", "", NOISE.decode("latin-1"))[:8000]
HEADERS: list[tuple[str, str]] = [
    *((name, HEADER) for name in (
        "Accept", "Accept-Language", "Accept-Encoding", "Content-Type", "Cookie", "Host", "If-Match",
        "If-Modified-Since", "If-None-Match", "HX-Current-URL", "HX-Request", "HX-Target", "Origin", "Range",
        "Referer", "User-Agent", "X-Forwarded-For", "X-Forwarded-Proto", "X-Request-Id", "Content-Length",
    )),
    # Written as RFC 2231 allows, the charset is looked up before Django can answer.
    ("Content-Type", f"{FORM}; charset*=x-klingon''a"),
    ("Content-Type", f"{FORM}; charset*=utf-8''%00"),
    ("Content-Type", f"{MULTIPART}; charset*=utf-8''%ff"),
    ("Content-Type", "multipart/form-data; boundary*=x-klingon''a"),
    ("Content-Type", "multipart/form-data; boundary*0=a; boundary*2=b"),
    ("Content-Length", "-1"),
    ("Content-Length", "9" * 5000),
    # A cookie's quotes may hold any byte, also the one that PostgreSQL does not take.
    ("Cookie", r'session="\000aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"; csrf="\000a"; language="\000"'),
    ("Cookie", r'session="\377\377aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"; csrf="\377"; language="\377"'),
    ("Accept-Language", "en;q=" + "9" * 400),
    ("Accept-Language", ",".join(["ja-" + "x" * 8] * 900)),
    ("Referer", "http://[broken"),
    ("Origin", "http://[broken"),
    ("HX-Current-URL", "http://[broken?l=%00"),
    ("X-Forwarded-For", "::ffff:999.1,,,:::"),
]  # fmt: skip


class Asked:
    """Sends junk everywhere and keeps what broke."""

    def __init__(self, client: Client, addresses: list[str]) -> None:
        self.client, self.addresses = client, addresses
        self.broken: list[tuple[str, int, str]] = []
        self.answers: set[int] = set()
        client.raise_request_exception = False

    def everywhere(self, method: str, **request: Any) -> None:
        for path in self.addresses:
            response = self.client.generic(method, path, **request)
            self.answers.add(response.status_code)
            if response.status_code >= 500 and path != "/readyz":
                error = getattr(response, "exc_info", None)
                self.broken.append((path, response.status_code, repr(error[1])[:300] if error else ""))


@pytest.fixture
def asked(client: Client, knowledge: None) -> Iterator[Asked]:
    """Addresses with a request, a draft and a walk behind them, as for somebody who is about to write."""
    link = file_by_form(client)
    walk = client.post("/checklists/nothing-arrives/")["Location"].partition("?")[0]
    client.get("/faq/mailbox-full/feedback/")
    yield Asked(client, filled(link, walk))
    assert client.get("/").status_code == 200


def filled(link: AccessLink, walk: str) -> list[str]:
    """Every public address, its parts filled with what exists."""
    values = {"key": "mailbox-full", "step": "when", "token": link.token, "slug": "nothing-arrives"}
    paths = ["/" + re.sub(r"<\w+:(\w+)>", lambda name: values[name[1]], route) for route in public_routes()]
    return [walk if path.startswith("/checklists/nothing-arrives/" + link.token) else path for path in paths]


def with_both(names: Iterable[Any], reaches: Callable[[Any], bool]) -> list[Any]:
    """What `reaches` the database is tried on both; what stops before it on one is enough."""
    return [pytest.param(name, marks=[] if reaches(name) else [pytest.mark.once]) for name in names]


@pytest.mark.parametrize(
    "name", with_both(BODIES, lambda name: "field" in name or "charset" in name or " bytes" in name)
)
def test_a_megabyte_sent(asked: Asked, name: str) -> None:
    body, content_type = BODIES[name]
    asked.everywhere("POST", data=body, content_type=content_type)
    assert asked.broken == []
    assert asked.answers - {404, 405}


@pytest.mark.parametrize("name", QUERIES)
def test_a_megabyte_asked(asked: Asked, name: str) -> None:
    asked.everywhere("GET", QUERY_STRING=QUERIES[name])
    assert asked.broken == []
    assert 200 in asked.answers


def plainly(path: str, method: str, name: str, value: str) -> int:
    """The status as gunicorn is given it: the test client builds its requests in another way."""
    environ: dict[str, Any] = {}
    setup_testing_defaults(environ)
    key = name.upper().replace("-", "_")
    key = key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"
    environ |= {"PATH_INFO": path, "REQUEST_METHOD": method, "HTTP_HOST": "testserver", key: value}
    environ["wsgi.input"] = BytesIO(b"words=x")
    statuses: list[str] = []

    def start(status: str, *_: object) -> Any:
        statuses.append(status)

    with closing(cast("Any", application(environ, start))) as response:
        b"".join(response)
    return int(statuses[0][:3])


@pytest.fixture
def _same_connection(asked: Asked) -> Iterator[None]:
    """The server's entry point closes connections after a request, and with ours the test would be over.

    The test client connects this again after each of its own requests, so it comes first.
    """
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.usefixtures("_same_connection")
@pytest.mark.parametrize(
    "row",
    with_both(
        range(len(HEADERS)), lambda row: HEADERS[row][0] in ("Cookie", "HX-Current-URL", "Content-Type")
    ),
    ids=lambda row: f"{HEADERS[row][0]}-{row}",
)
def test_a_header_of_junk(asked: Asked, row: int) -> None:
    """Through the entry point of the server."""
    name, value = HEADERS[row]
    for path in asked.addresses:
        for method in ("GET", "POST"):
            status = plainly(path, method, name, value)
            assert status < 500 or path == "/readyz", (method, path, status)
