"""Rows 37 and 39: what happened stays written, in its order (CVE-2026-41189, CVE-2020-29160)."""

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.test import Client

from faq.models import Article
from faq.services import publish
from tickets.models import AccessLink, Event, Message
from tickets.rules.workflow import Status
from tickets.services import routing, thread

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]


def test_no_screen_shows_a_row_of_history_to_be_edited() -> None:
    """Neither events, messages and evidence, nor old states of articles, nor the log of the admin."""
    shown = {model._meta.label_lower for model in admin.site._registry}
    history = {model._meta.label_lower for model in apps.get_models() if "istorical" in model.__name__}
    assert history
    assert not shown & history
    assert not shown & {
        f"tickets.{name}" for name in ("event", "message", "evidence", "attachment", "accesslink")
    }
    assert LogEntry not in admin.site._registry


def test_nothing_of_ours_changes_an_event_or_an_old_state() -> None:
    """Append-only: the code knows no other verb for them than to create."""
    verbs = r"\.[\w.()=, ]*(update|delete|bulk_update|save)\("
    change = re.compile(r"(Event\.objects|\bevents|\bhistory)" + verbs)
    sources = [file for room in ("mailsupport", "faq", "tickets") for file in (ROOT / room).rglob("*.py")]
    found = [file for file in sources if "migrations" not in file.parts and change.search(file.read_text())]
    # Invented requests are given an invented past.
    assert [file.name for file in found] == ["demo.py"]


def test_whatever_staff_do_the_events_before_stay_as_they_were(
    agent: User,
    agent_client: Client,
    boss_client: Client,
    client: Client,
    victim: AccessLink,
    here: str,
    key: str,
) -> None:
    """Every verb, and everything that the admin would do with a row, adds and never changes."""
    ticket = victim.ticket
    page = f"/admin/tickets/ticket/{ticket.pk}/"
    thread.note(ticket=ticket, body="メモ himitsu-99X", by=agent)
    thread.reply(ticket=ticket, body="お返事です", by=agent)
    written = list(Event.objects.order_by("pk").values_list())
    said = list(Message.objects.order_by("pk").values_list("pk", "kind", "body", "created", "by", "contact"))
    routing.set_status(ticket=ticket, status=Status.WAITING, by=agent)
    client.post(here, {"verb": "reply", "body": "まだです", "key": key})
    for browser in (agent_client, boss_client):
        for message in said:
            data = {"message": message[0], "body": "別の話", "kind": "client", "created": "2020-01-01"}
            browser.post(f"{page}change/", {**data, "_save": "1"})
        browser.post(f"{page}delete/", {"post": "yes"})
        browser.post(f"{page}history/", {"post": "yes"})
        data = {"action": "delete_selected", "_selected_action": ticket.pk, "post": "yes", "index": 0}
        browser.post("/admin/tickets/ticket/", data)
        browser.post(f"/admin/tickets/contact/{ticket.contact_id}/delete/", {"post": "yes"})
    assert list(Event.objects.order_by("pk").values_list())[: len(written)] == written
    now = list(Message.objects.order_by("pk").values_list("pk", "kind", "body", "created", "by", "contact"))
    assert now[: len(said)] == said


def test_blacking_out_a_password_is_itself_written_down(
    agent_client: Client, agent: User, victim: AccessLink
) -> None:
    """Row 37: the one edit there is shows who, when, and where."""
    message = thread.reply(ticket=victim.ticket, body="合言葉は himitsu-99X です", by=agent)
    page = f"/admin/tickets/ticket/{victim.ticket_id}/change/"
    agent_client.post(page, {"redact": "himitsu-99X"})
    message.refresh_from_db()
    assert "himitsu" not in message.body
    assert message.redacted
    event = Event.objects.get(kind="redacted")
    assert (event.by, event.message) == (agent, message)


def test_the_order_is_that_of_the_server(
    client: Client, victim: AccessLink, here: str, key: str, agent: User
) -> None:
    """Row 37: a client writes neither before nor into what was said."""
    thread.reply(ticket=victim.ticket, body="お返事です", by=agent)
    sent = {"verb": "reply", "body": "後から", "key": key, "created": "2020-01-01", "id": "1", "message": "1"}
    client.post(here, sent)
    assert Message.objects.latest("created").body == "後から"
    page = client.get(here).content.decode()
    assert page.index("後から") < page.index("お返事です")


def test_a_second_post_of_the_same_answer_does_not_change_the_first(
    client: Client, here: str, victim: AccessLink, key: str
) -> None:
    client.post(here, {"verb": "reply", "body": "初め", "key": key})
    client.post(here, {"verb": "reply", "body": "書き換え", "key": key})
    assert list(Message.objects.values_list("body", flat=True))[-1] == "初め"
    assert not Message.objects.filter(body="書き換え").exists()


def test_old_states_of_an_article_are_read_only_for_the_superuser_too(
    knowledge: None, boss: User, boss_client: Client
) -> None:
    """Row 39: simple_history would let them be written back over, or edited with the right to do so."""
    article = Article.objects.get(key="mailbox-full")
    text = article.texts.get(language="ja")
    text.title = "別の題"
    publish.save_text(text=text, by=boss)
    old = text.history.earliest("history_date")
    written = list(
        text.history.order_by("history_id").values_list("history_id", "title", "body", "history_date")
    )
    page = f"/admin/faq/articletext/{text.pk}/history/{old.pk}/"
    shown = boss_client.get(page)
    assert shown.status_code == 200
    assert 'type="submit"' not in shown.content.decode().split("<main")[-1].replace("Log out", "")
    for data in ({"_save": "1", "title": "x"}, {"_change_history": "1", "title": "x"}, {}):
        assert boss_client.post(page, {**data, "language": "ja", "body": "x"}).status_code == 405
        assert boss_client.post(f"{page}?_change_history=1", data).status_code == 405
    boss_client.post(f"/admin/faq/articletext/{text.pk}/history/", {"post": "yes"})
    boss_client.post(f"/admin/faq/articletext/{text.pk}/delete/", {"post": "yes"})
    boss_client.post(f"/admin/faq/article/{article.pk}/delete/", {"post": "yes"})
    text.refresh_from_db()
    assert text.title == "別の題"
    now = list(text.history.order_by("history_id").values_list("history_id", "title", "body", "history_date"))
    assert now == written
