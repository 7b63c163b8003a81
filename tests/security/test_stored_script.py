"""Row 2: script in what a client writes, shown to staff and to the client (CVE-2021-3945)."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from faq.models import Lookup
from tests.security.attack import ANSWERS, SCRIPTS, file_by_form, live, upload
from tickets.models import Attachment, Ticket
from tickets.services import thread

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("script", SCRIPTS)
def test_words_names_and_files_are_only_text_everywhere(
    client: Client, agent: User, agent_client: Client, key: str, script: str
) -> None:
    link = file_by_form(
        client, words=f"{script} 届きません\n{script}", name=script, error_text=script, symptom="other"
    )
    ticket = link.ticket
    here = f"/tickets/{link.token}/"
    upload(client, here, b"x", f"{script}.txt", kind="text/plain", verb="reply", body=script, key=key)
    assert Attachment.objects.exists()
    # Words that reached the row by another way than the form.
    Ticket.objects.filter(pk=ticket.pk).update(affected_domain=script)
    thread.note(ticket=ticket, body=script, by=agent)
    thread.reply(ticket=ticket, body=script, by=agent)
    thread.redact(message=ticket.messages.all()[0], secret="届きません", by=agent)
    Lookup.objects.bulk_create([Lookup(text=script, language="ja", none=True) for _ in range(3)])
    page = f"/admin/tickets/ticket/{ticket.pk}/"
    for address in (
        "/admin/tickets/ticket/?view=all",
        page,
        f"{page}client/",
        "/admin/",
        "/admin/faq/lookup/",
    ):
        assert live(agent_client.get(address)) == []
    shown = agent_client.get("/admin/tickets/ticket/?view=all").content.decode()
    assert f"/admin/tickets/ticket/{ticket.pk}/change/" in shown
    assert (
        live(agent_client.get("/admin/tickets/ticket/", {"q": script, "view": script, "cause": script})) == []
    )
    assert live(client.get(here)) == []
    assert live(client.get(here, headers={"HX-Request": "true"})) == []


@pytest.mark.parametrize("script", SCRIPTS)
def test_what_is_typed_comes_back_as_text(client: Client, knowledge: None, script: str) -> None:
    """Reflected: in the search, the form, the errors, the find page, the log-in page."""
    for address in ("/search/", "/tickets/new/", "/admin/login/", "/checklists/nothing-arrives/"):
        asked = {"q": script, "l": script, "symptom": script, "next": script, "walk": script}
        assert live(client.get(address, asked)) == []
    assert live(client.get("/search/", {"q": script}, headers={"HX-Request": "true"})) == []
    answers = dict.fromkeys(ANSWERS, script)
    for step in ("new/", "new/when/", "new/who/", "new/check/", "find/"):
        assert live(client.post(f"/tickets/{step}", {**answers, "number": script}, follow=True)) == []
    assert live(client.post("/admin/login/", {"username": script, "password": script})) == []
    assert live(client.get("/nowhere/" + script.replace("/", ""))) == []
