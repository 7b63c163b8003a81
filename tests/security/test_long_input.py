"""Row 40: thousands of addresses, mails within mails, a picture without end: answered in words, at once."""

from __future__ import annotations

import struct
import time
import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings as project
from django.test import Client
from PIL import Image

from tests.security.attack import ANSWERS, WHAT, upload
from tickets.models import Attachment, Draft, Ticket

pytestmark = pytest.mark.django_db
SECONDS = 2
"""Of processor time; each of these takes a tenth."""
LONGEST = 4000
ADDRESSES = ", ".join(f"someone{n}@mail{n}.example" for n in range(10_000))


def nested(depth: int) -> str:
    """A bounce that holds a bounce that holds a bounce."""
    heads = (f'Content-Type: multipart/mixed; boundary="b{n}"\r\n\r\n--b{n}\r\n' for n in range(depth))
    return "From: MAILER-DAEMON@a.example\r\nSubject: failure\r\n" + "".join(heads) + "550 5.1.1 unknown"


LONG = {"addresses": ADDRESSES, "nested": nested(3000), "one address": "a" * 200_000 + "@b.example"}
PAGES = {
    "/tickets/new/": ("words",),
    "/tickets/new/when/": ("affected_address", "error_text"),
    "/tickets/new/who/": ("email", "name", "phone"),
    "/tickets/find/": ("number", "phone"),
    "/admin/login/": ("username",),
}


@pytest.fixture(autouse=True)
def _at_once() -> Iterator[None]:
    began = time.process_time()
    yield
    assert time.process_time() - began < SECONDS


def is_answered(response: Any) -> None:
    assert response.status_code in (200, 302)


@pytest.mark.parametrize("what", LONG)
@pytest.mark.parametrize("path", PAGES)
def test_a_field_of_a_form(client: Client, path: str, what: str) -> None:
    client.post("/tickets/new/", WHAT)
    for field in PAGES[path]:
        is_answered(client.post(path, {**ANSWERS, field: LONG[what]}))
        is_answered(client.get(path))
    draft = Draft.objects.first()
    assert draft is None or all(len(str(value)) <= LONGEST for value in draft.data.values())


@pytest.mark.parametrize("what", LONG)
def test_a_request_that_is_filed(client: Client, what: str) -> None:
    """What fits is kept, and nobody gets a mail but one reader at most."""
    for path in ("/tickets/new/", "/tickets/new/when/", "/tickets/new/who/"):
        client.post(path, {**ANSWERS, "words": LONG[what], "error_text": LONG[what], "email": LONG[what]})
    assert client.post("/tickets/new/check/").status_code == 302
    assert not Ticket.objects.filter(contact__email__contains=",").exists()


@pytest.mark.parametrize("what", LONG)
def test_a_reply_and_a_search(client: Client, here: str, what: str) -> None:
    is_answered(client.post(here, {"verb": "reply", "body": LONG[what], "key": str(uuid4())}))
    assert client.post("/search/", {"q": LONG[what]}).status_code in (200, 413)
    assert client.get("/search/", {"q": LONG[what]}).status_code in (200, 413)


@pytest.mark.parametrize("side", [50_000, 2**31 - 1])
def test_a_picture_without_end(client: Client, here: str, side: int) -> None:
    """Its header says so; nothing is drawn to find out."""
    out = BytesIO()
    Image.new("L", (8, 8)).save(out, "PNG")
    small = out.getvalue()
    header = b"IHDR" + struct.pack(">II", side, side) + small[24:29]
    bomb = small[:12] + header + struct.pack(">I", zlib.crc32(header)) + small[33:]
    fields = {"verb": "reply", "body": "x", "key": str(uuid4())}
    page = upload(client, here, bomb, "a.png", kind="image/png", **fields)
    assert page.status_code == 200
    assert not Attachment.objects.exists()
    assert not [file for file in Path(project.MEDIA_ROOT).rglob("*") if file.is_file()]
