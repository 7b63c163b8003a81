"""Rows 1, 3 and 35: nothing that somebody sends us is ever shown by a browser as ours."""

import pytest
from django.test import Client

from tests.security.attack import WHAT, WHEN, read, upload
from tickets.models import AccessLink, Attachment, Ticket

pytestmark = pytest.mark.django_db

EML = (
    b"From: a@evil.example\r\nTo: b@c.example\r\nSubject: hi\r\nContent-Type: text/html\r\n\r\n"
    b"<html><script>alert(document.domain)</script></html>"
)
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>'
KEPT = [
    (EML, "mail.eml", "text/html"),
    (EML, "mail.html", "message/rfc822"),
    (b"x <html><script>alert(1)</script>", "a.html", "text/html"),
    (b"log " + SVG, "a.svg", "image/svg+xml"),
    (
        b"GIF89a\x01\x00\x01\x00\x80\x00\x00\xff\xff\xff\x00\x00\x00!<script>alert(1)</script>",
        "a.html",
        "x/y",
    ),
    (b"%PDF-1.7 <script>app.alert(1)</script>", "a.pdf", "application/pdf"),
    (b"*{background:url(//evil.example/)}", "a.css", "text/css"),
    (b"alert(1)", "a.js", "text/javascript"),
]


def check_download(response, name: str) -> None:
    """Saved, never shown: and if it were shown, nothing of it would run."""
    assert response.status_code == 200
    assert response["Content-Disposition"].startswith("attachment;")
    assert response["Content-Type"] == "application/octet-stream"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "no-store" in response["Cache-Control"]
    assert response["Content-Disposition"].endswith(name)
    assert read(response)


@pytest.mark.parametrize(("data", "name", "kind"), KEPT)
def test_html_mail_and_every_other_file_is_only_a_download(
    victim: AccessLink, here: str, ticket: Ticket, agent_client: Client, key: str, data, name, kind
) -> None:
    """Row 1 (CVE-2026-73531), for clients and for staff; the sender's type counts for nothing."""
    sent = upload(Client(), here, data, name, kind=kind, verb="reply", body="x", key=key)
    stored = Attachment.objects.filter(ticket=ticket).first()
    if sent.status_code == 200:
        assert stored is None
        return
    assert stored
    assert not stored.name.endswith((".html", ".svg", ".css", ".js"))
    ending = stored.name + '"'
    check_download(Client().get(f"{here}files/{stored.key}/"), ending)
    check_download(agent_client.get(f"/admin/tickets/ticket/{ticket.pk}/files/{stored.pk}/"), ending)


@pytest.mark.parametrize(
    "data",
    [
        SVG,
        b"\xef\xbb\xbf\n\t " + SVG,
        b"<?xml version='1.0' encoding='utf-8'?>" + SVG,
        b"<!-- a photo -->" + SVG,
        b"<!DOCTYPE svg>" + SVG,
        SVG.replace(b"svg", b"SVG"),
        SVG.decode().encode("utf-16"),
        b"\x1f\x8b\x08\x00" + SVG,
    ],
)
@pytest.mark.parametrize("name", ["a.svg", "a.png", "a.txt"])
def test_a_drawing_with_a_script_is_refused(client: Client, data: bytes, name: str) -> None:
    """Row 3 (CVE-2021-3950): by its content, whatever it is called."""
    client.post("/tickets/new/", WHAT)
    response = upload(client, "/tickets/new/when/", data, name, kind="image/svg+xml", **WHEN)
    assert response.context["form"].errors["photos"]
    assert not Attachment.objects.exists()
