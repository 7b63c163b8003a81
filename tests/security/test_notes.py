"""Row 29: notes, drafts and staff-only articles never reach the public (CVE-2025-32360, CVE-2023-34107)."""

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client

from faq.models import Article, ArticleText
from tests.security.attack import upload
from tickets.models import AccessLink, Attachment, Delivery, TicketArticle
from tickets.services import outbox, thread

pytestmark = pytest.mark.django_db
NOTE = "社内メモ：支払いが遅れている"
TITLE = "メールサーバーがいっぱいで、新しいメールが届かない"


def test_a_note_shows_in_no_page_part_download_or_mail(
    client: Client, victim: AccessLink, here: str, key: str, agent: User, agent_client: Client
) -> None:
    ticket = victim.ticket
    upload(client, here, b"x", "a.txt", kind="text/plain", verb="reply", body="x", key=key)
    note = thread.note(ticket=ticket, body=NOTE, by=agent)
    Attachment.objects.create(ticket=ticket, message=note, key="k" * 32, name="memo.txt", size=1)
    thread.reply(ticket=ticket, body="お返事です", by=agent)
    visitor = Client()
    visitor.post("/tickets/find/", {"number": ticket.number, "phone": "090-1234-5678"})
    pages = [
        client.get(here),
        client.get(here, headers={"HX-Request": "true"}),
        client.get(f"{here}?version=0&note=1&kind=note", headers={"HX-Request": "true"}),
        client.get("/en" + here),
        client.post(here, {"verb": "reply", "body": ""}),
        visitor.get("/tickets/found/"),
        client.get("/search/", {"q": "社内メモ"}),
        agent_client.get(f"/admin/tickets/ticket/{ticket.pk}/client/"),
    ]
    for response in pages:
        page = response.content.decode()
        assert response.status_code == 200
        assert "支払い" not in page
        assert "memo.txt" not in page
    assert client.get(f"{here}files/{'k' * 32}/").status_code == 404
    assert visitor.get(f"/tickets/found/files/{'k' * 32}/").status_code == 404
    for delivery in Delivery.objects.all():
        assert "支払い" not in outbox.letter_of(delivery).body
    assert NOTE in agent_client.get(f"/admin/tickets/ticket/{ticket.pk}/change/").content.decode()


def test_a_note_does_not_even_show_that_it_was_written(
    client: Client, victim: AccessLink, here: str, agent: User
) -> None:
    """By the number of the version, or by an event between the messages."""
    before = client.get(here, headers={"HX-Request": "true"}).content
    thread.note(ticket=victim.ticket, body=NOTE, by=agent)
    assert client.get(here, headers={"HX-Request": "true"}).content == before
    ask = {"version": victim.ticket.version}
    assert client.get(here, ask, headers={"HX-Request": "true"}).status_code == 204


def test_no_user_name_or_address_of_staff_shows(
    client: Client, victim: AccessLink, here: str, agent: User
) -> None:
    """It is half of a log-in."""
    thread.reply(ticket=victim.ticket, body="お返事です", by=agent)
    page = client.get(here).content.decode()
    assert "お返事です" in page
    assert agent.username not in page
    assert agent.email not in page


@pytest.mark.parametrize("how", ["staff", "draft", "archived"])
def test_a_hidden_article_comes_into_no_request(
    client: Client, knowledge: None, victim: AccessLink, agent_client: Client, here: str, how: str
) -> None:
    """Neither suggested while a client writes, nor brought along by its key, nor put into a reply."""
    article = Article.objects.get(key="mailbox-full")
    if how == "staff":
        Article.objects.filter(pk=article.pk).update(audience="staff")
    else:
        ArticleText.objects.filter(article=article).update(status=how)
    words = {"symptom": "nothing-arrives", "words": TITLE}
    start = "/tickets/new/?article=mailbox-full"
    typed = client.post(start, words, headers={"HX-Request": "true"}).content.decode()
    assert not re.search(r"(?<![-\w])mailbox-full", typed)
    client.post(start, words)
    when = {"since": "today", "affected_address": "info@yamadaya.example", "work_stopped": "no"}
    shown = client.get("/tickets/new/when/").content.decode()
    client.post("/tickets/new/when/", when)
    client.post("/tickets/new/who/", {"name": "山田", "phone": "090-0000-0000"})
    shown += client.get("/tickets/new/check/").content.decode()
    client.post("/tickets/new/check/")
    assert "/faq/mailbox-full/" not in shown
    assert not TicketArticle.objects.filter(article=article).exists()
    page = f"/admin/tickets/ticket/{victim.ticket_id}/change/"
    data = {
        "talk": "1",
        "kind": "reply",
        "body": "お返事です",
        "seen_version": "0",
        "articles": str(article.pk),
    }
    assert agent_client.post(page, data).status_code == 422
    assert "mailbox-full" not in client.get(here).content.decode()
