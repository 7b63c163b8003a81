"""Rows 18 and 20: what a file is called decides neither where it lies nor what it becomes."""

from pathlib import Path
from urllib.parse import quote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.security.attack import WHAT, WHEN, read, upload
from tickets.models import AccessLink, Attachment, Ticket
from tickets.services import files

pytestmark = pytest.mark.django_db

NAMES = [
    ".htaccess",
    "\u200b.htaccess",
    ".ht\u200baccess",
    "photo.php.txt",
    "photo.php",
    "photo.php\u200b",
    "photo.p\u00adhp",
    "photo.ph\u3000p ",
    "photo\u202etxt.exe",
    "\u2066photo\u2069.exe",
    "photo.html;.txt",
    "photo.asp%00.txt",
    "web.config",
    "../../../etc/cron.d/x",
    "..\\..\\..\\windows\\x.txt",
    "/etc/passwd",
    "C:\\boot.ini",
    "....//....//x.txt",
    "..%2f..%2fx.txt",
    "\uff0e\uff0e\uff0fx.txt",
    "x" * 200 + ".txt",
    "con.txt",
    "~root.txt",
    "-rf.txt",
    'a"; filename="b.html',
    "a\tb.txt",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_only_words_on_the_page(
    client: Client, victim: AccessLink, here: str, key: str, settings, name: str
) -> None:
    """CVE-2026-28289, CVE-2026-27636, CVE-2025-48471 and, by a path, CVE-2024-32491."""
    upload(client, here, b"plain words", name, kind="text/plain", verb="reply", body="x", key=key)
    stored = Attachment.objects.get()
    assert stored.name.endswith(".txt")
    assert stored.name.count(".") == 1
    assert not stored.name.startswith((".", "-", "~"))
    assert stored.name.isprintable()
    assert not set(stored.name) & set('/\\"%;:<>|*?')
    on_disk = [path for path in Path(settings.MEDIA_ROOT).parent.rglob("*") if path.is_file()]
    assert on_disk == [Path(settings.MEDIA_ROOT) / stored.key[:2] / stored.key]
    answer = client.get(f"{here}files/{stored.key}/")
    assert read(answer) == b"plain words"
    sent = answer["Content-Disposition"]
    assert sent in (
        f'attachment; filename="{stored.name}"',
        f"attachment; filename*=utf-8''{quote(stored.name)}",
    )


@pytest.mark.parametrize("name", ["a\r\nSet-Cookie: x=1.txt", "a\nX-Evil: 1.txt"])
def test_a_name_is_no_header(client: Client, name: str) -> None:
    """Row 34 by way of a file name."""
    client.post("/tickets/new/", WHAT)
    response = upload(client, "/tickets/new/when/", b"x", name, kind="text/plain", **WHEN)
    assert response.status_code in (200, 302, 400)
    assert not [kept for kept in Attachment.objects.all() if set(kept.name) & set("\r\n:")]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_no_form_has_tidied(ticket: Ticket, name: str) -> None:
    """Django takes out some of it on the way in; mail and other ways in do not."""
    sent = SimpleUploadedFile("x", b"plain words")
    vars(sent)["_name"] = name  # past its setter, which tidies as well
    kept = files.store(upload=sent, ticket=ticket).name
    assert kept.endswith(".txt")
    assert kept.count(".") == 1
    assert kept.isprintable()
    assert not kept.startswith(("-", "~"))
    assert not set(kept) & set('/\\"%;:<>|*?')
