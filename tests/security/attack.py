"""Tools of the attacker: forged bodies, and eyes for what a browser would run."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any
from uuid import uuid4

from django.test import Client

from tickets.models import AccessLink, Draft
from tickets.services import opening

ANSWERS = {
    "symptom": "nothing-arrives",
    "words": "昨日の夕方から1通も来ません。",
    "since": "yesterday",
    "affected_address": "info@yamadaya.example",
    "work_stopped": "yes",
    "name": "山田 和子",
    "phone": "090-1234-5678",
    "email": "kazuko@mobile.example",
}
WHAT = {name: ANSWERS[name] for name in ("symptom", "words")}
WHEN = {name: ANSWERS[name] for name in ("since", "affected_address", "work_stopped")}
WHO = {name: ANSWERS[name] for name in ("name", "phone", "email")}

SCRIPTS = [
    "<x-pwn onpwn=1>",
    "<script>pwn()</script>",
    "\"><img src=x onerror=pwn()><x-pwn a='",
    "' onmouseover='pwn()' x='",
    "</title></textarea></select><svg onload=pwn()>",
    "{{ pwn }}{% load x %}",
    "&lt;script&gt;pwn()&lt;/script&gt;",
    "javascript:pwn()",
]


def file_request(**answers: str) -> AccessLink:
    """File a request past the form, and give its link."""
    return opening.file_draft(draft=Draft.objects.create(key=str(uuid4()), language="ja", data=answers)).link


def file_by_form(client: Client, /, **answers: str) -> AccessLink:
    """File a request page by page, as a browser does."""
    data = {**ANSWERS, **answers}
    client.get("/tickets/new/")
    client.session.pop("draft", None)
    assert client.post("/tickets/new/", data).status_code == 302
    assert client.post("/tickets/new/when/", data).status_code == 302
    assert client.post("/tickets/new/who/", data).status_code == 302
    sent = client.post("/tickets/new/check/")
    assert sent.status_code == 302
    return AccessLink.objects.select_related("ticket", "contact").latest("pk")


def upload(client: Client, address: str, data: bytes, name: str, *, kind: str, **fields: str) -> Any:
    """Send one file with exactly this name and type: the test client would take its path away."""
    parts = [
        f'--XX\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'.encode()
        for field, value in fields.items()
    ]
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    head = f'--XX\r\nContent-Disposition: form-data; name="photos"; filename="{quoted}"\r\n'
    parts += [head.encode(), f"Content-Type: {kind}\r\n\r\n".encode(), data, b"\r\n--XX--\r\n"]
    return client.post(address, b"".join(parts), content_type="multipart/form-data; boundary=XX")


def read(response: Any) -> bytes:
    """All of a download, which closes the file."""
    return b"".join(response.streaming_content)


class Markup(HTMLParser):
    """Collects what in a page would run or would load something."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.live: list[str] = []
        self.inside = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        # A data block runs nothing; what breaks out of it is read as tags, here as in a browser.
        is_data = names.get("type") == "application/ld+json"
        self.inside = tag if tag in ("script", "style") and not is_data else ""
        if tag in ("x-pwn", "style", "iframe", "object", "embed", "base"):
            self.live.append(tag)
        for name, value in names.items():
            text = (value or "").strip().lower()
            outside = text.startswith(("http:", "https:", "//", "data:", "javascript:", "vbscript:"))
            runs = name in ("src", "href", "action", "formaction", "xlink:href")
            if name.startswith("on") or name == "style":
                self.live.append(f"{tag} {name}")
            elif runs and outside and (tag != "a" or "script:" in text) and tag != "link":
                self.live.append(f"{tag} {name}={text}")

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""

    def handle_data(self, data: str) -> None:
        if self.inside and data.strip():
            self.live.append(f"{self.inside}: {data.strip()[:40]}")


def live(response: Any) -> list[str]:
    """What an attacker got to run in a page; [] is what we want."""
    assert response.status_code < 500
    return Markup(response.content.decode()).live
