"""Row 34: a line break in what somebody writes begins no header (CVE-2025-48388)."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.security.attack import ANSWERS, file_by_form
from tickets.channels.smtp import message_of
from tickets.models import AccessLink, Contact, Delivery, Ticket
from tickets.rules.letters import Letter
from tickets.services import outbox, thread

BREAKS = ["\r\n", "\n", "\r", "\u2028", "\x0b", "\x85", "\r\n\r\n", "%0d%0a", "\\r\\n"]
LETTER = Letter("<a@b.example>", datetime(2026, 11, 24, tzinfo=UTC), "a@b.example", "x", "x", automatic=True)


@pytest.mark.parametrize("line", BREAKS)
@pytest.mark.parametrize("field", ["subject", "message_id", "to"])
def test_no_field_of_a_letter_begins_another(field: str, line: str) -> None:
    bad = f"x{line}Bcc: evil@evil.example{line}{line}body"
    changed: dict[str, Any] = {field: bad}
    mail = message_of(replace(LETTER, **changed)).message()
    assert mail["Bcc"] is None
    assert {name for name, _value in mail.items()} <= {
        *("Content-Type", "MIME-Version", "Content-Transfer-Encoding", "Subject", "From", "To", "Message-ID"),
        *("Date", "Auto-Submitted", "X-Auto-Response-Suppress"),
    }
    assert not [value for _name, value in mail.items() if "\n" in str(value).replace("\n ", "")]


@pytest.mark.django_db
@pytest.mark.parametrize("line", BREAKS)
def test_what_the_form_takes_is_one_line_where_one_line_is_meant(client: Client, line: str) -> None:
    bad = f"x{line}Bcc: evil@evil.example"
    file_by_form(client, name=bad, words=f"{bad}\nmore", phone=f"090-1234-5678{line}")
    contact = Contact.objects.get()
    for text in (contact.name, contact.phone, contact.email, Ticket.objects.get().subject):
        assert len(text.splitlines()) == 1
    for delivery in Delivery.objects.all():
        mail = message_of(outbox.letter_of(delivery)).message()
        assert mail["Bcc"] is None
        assert "evil" not in str(mail["To"]) + str(mail["Subject"])


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address", ["a@b.example{}Bcc: evil@evil.example", "a@b.example{}", "{}a@b.example", "a{}@b.example"]
)
@pytest.mark.parametrize("line", BREAKS[:4])
def test_no_form_takes_an_address_with_a_line_break(
    client: Client, agent_client: Client, agent: User, victim: AccessLink, address: str, line: str
) -> None:
    """The client's, the caller's, and the one that staff mend."""
    bad = address.format(line)
    client.post("/tickets/new/", ANSWERS)
    client.post("/tickets/new/when/", ANSWERS)
    client.post("/tickets/new/who/", {**ANSWERS, "email": bad})
    client.post("/tickets/new/check/")
    call = {"contact_name": "x", "phone": "03-0000-0000", "symptom": "other", "words": "x", "email": bad}
    agent_client.post("/admin/tickets/ticket/add/", call)
    mended = {"name": "x", "phone": "03", "language": "ja", "email": bad, "second_email": bad}
    agent_client.post(f"/admin/tickets/contact/{victim.contact_id}/change/", mended)
    for contact in Contact.objects.all():
        for kept in (contact.email, contact.second_email):
            assert kept in ("", "a@b.example", ANSWERS["email"])


@pytest.mark.django_db
@pytest.mark.parametrize("line", ["%0d%0a", "%0a", "%0d", "%E5%98%8A%E5%98%8D"])
def test_no_address_of_ours_writes_a_header(client: Client, agent_client: Client, line: str) -> None:
    """In a redirect, a download, a cookie."""
    evil = f"x{line}Set-Cookie:%20evil=1"
    for browser, address in (
        (client, f"/tickets/new?{evil}"),
        (client, f"/admin/?{evil}"),
        (client, f"/admin/login/?next=/admin/{evil}"),
        (client, f"/en/{evil}/"),
        (client, f"/{evil}"),
        (client, f"/checklists/{evil}"),
        (agent_client, f"/admin/tickets/ticket?{evil}"),
        (agent_client, f"/admin/{evil}"),
    ):
        response = browser.get(address)
        assert response.status_code < 500
        for name, value in response.items():
            assert not set(f"{name}{value}") & set("\r\n")
        assert "evil" not in response.cookies
        assert "evil" not in response


@pytest.mark.django_db
def test_what_staff_write_is_body_only(agent: User, victim: AccessLink) -> None:
    thread.reply(
        ticket=victim.ticket, body="x\r\nBcc: evil@evil.example\r\n\r\n.\r\nMAIL FROM:<a@b>", by=agent
    )
    mail = message_of(outbox.letter_of(Delivery.objects.get(kind="reply"))).message()
    assert mail["Bcc"] is None
    assert mail["To"] == ANSWERS["email"]
