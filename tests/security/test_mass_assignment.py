"""Row 28: a form takes its own fields and no others (CVE-2026-72719)."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from faq.models import Cause, Lookup, Vote, Walk
from tests.security.attack import file_by_form
from tickets.models import AccessLink, Contact, Event, Message, Ticket
from tickets.models import Client as Company

pytestmark = pytest.mark.django_db


@pytest.fixture
def cause(db: None) -> Cause:
    names = {"name_ja": "満杯", "name_en": "Full", "explanation_ja": "x", "explanation_en": "x"}
    return Cause.objects.create(slug="x-full", actor="client", **names)


@pytest.fixture
def wishes(cause: Cause, editor: User) -> dict[str, Any]:
    """What a client would like to decide. The owner is a colleague: who answers becomes the owner anyway."""
    company = Company.objects.create(name="よその会社")
    return {
        "status": "resolved",
        "cause": cause.pk,
        "cause_id": cause.pk,
        "suspected_cause": cause.pk,
        "owner": editor.pk,
        "owner_id": editor.pk,
        "by": editor.pk,
        "client": company.pk,
        "client_id": company.pk,
        "number": "1234567897",
        "source": "phone",
        "due": "2020-01-01",
        "created": "2020-01-01",
        "version": 99,
        "priority": 1,
        "kind": "note",
        "redacted": "2020-01-01",
        "token": "A" * 32,
        "resolved_at": "2020-01-01",
        "said_solved_at": "2020-01-01",
        "idempotency_key": "mine",
        "id": 77,
        "second_email": "evil@evil.example",
        "facts_json": "{}",
        "ticket": 1,
        "visit": "{}",
        "language": "xx",
    }


def untouched(ticket: Ticket) -> None:
    ticket.refresh_from_db()
    assert (ticket.status, ticket.source, ticket.language) == ("new", "form", "ja")
    assert (ticket.owner, ticket.client, ticket.cause, ticket.suspected_cause) == (None,) * 4
    assert (ticket.resolved_at, ticket.said_solved_at, ticket.closed_at) == (None,) * 3
    assert ticket.number != "1234567897"
    assert ticket.created.year > 2020
    assert ticket.idempotency_key != "mine"


def test_filing_takes_answers_only(client: Client, wishes: dict[str, Any]) -> None:
    link = file_by_form(client, **{name: str(value) for name, value in wishes.items()})
    client.post("/tickets/new/check/", wishes)
    untouched(link.ticket)
    assert link.token != "A" * 32
    assert (link.contact.second_email, link.contact.client) == ("", None)
    message = link.ticket.messages.get()
    assert (message.kind, message.by) == ("client", None)


def test_an_answer_takes_words_only(
    client: Client, victim: AccessLink, here: str, wishes: dict[str, Any], key: str
) -> None:
    wishes["kind"] = "reply"
    client.post(here, {**wishes, "verb": "reply", "body": "まだです", "key": key})
    untouched(victim.ticket)
    message = Message.objects.get(body="まだです")
    assert (message.kind, message.by, message.redacted) == ("client", None, None)
    assert message.created.year > 2020


@pytest.mark.parametrize(
    "verb", ["resolve", "close", "delete", "note", "assign", "redact", "status", "__init__"]
)
def test_a_client_has_three_verbs(client: Client, victim: AccessLink, here: str, wishes, verb: str) -> None:
    client.post(here, {**wishes, "verb": verb})
    untouched(victim.ticket)
    assert set(Event.objects.values_list("kind", flat=True)) == {"opened"}


def test_a_vote_and_a_walk_take_their_answer_only(
    client: Client, knowledge: None, wishes: dict[str, Any]
) -> None:
    more = {
        "visit": "x" * 32,
        "article": 1,
        "language": "en",
        "outcome": 1,
        "finished": "2020-01-01",
        "helped": "",
    }
    other = Lookup.objects.create(text="x", language="ja")
    client.post("/faq/mailbox-full/feedback/", {**wishes, **more, "helpful": "yes", "lookups": other.pk})
    vote = Vote.objects.get()
    assert vote.visit != "x" * 32
    assert vote.article.key == "mailbox-full"
    assert vote.created.year > 2020
    other.refresh_from_db()
    assert other.helped is None
    walk = client.post("/checklists/nothing-arrives/", {**wishes, **more})["Location"]
    client.post(walk, {**more, **wishes})
    client.post(walk, {**wishes, "helped": "yes"})
    found = Walk.objects.get()
    assert (found.outcome, found.finished, found.helped) == (None, None, None)
    assert found.token != "A" * 32


def test_staff_answer_through_verbs_too(
    agent_client: Client, agent: User, victim: AccessLink, wishes: dict[str, Any]
) -> None:
    """The form of the request takes no column, whoever sends it; nor does the one for a call."""
    page = f"/admin/tickets/ticket/{victim.ticket_id}/change/"
    for button in ("_save", "_continue", "_addanother", "_saveasnew", "_popup"):
        agent_client.post(page, {**wishes, button: "1", "subject": "x", "contact": victim.contact_id})
    untouched(victim.ticket)
    agent_client.post(page, {**wishes, "talk": "1", "kind": "reply", "body": "x", "seen_version": 0})
    victim.ticket.refresh_from_db()
    assert (victim.ticket.cause, victim.ticket.owner, victim.ticket.client) == (None, agent, None)
    caller = {"contact_name": "x", "phone": "03-0000-0000", "symptom": "other", "words": "x"}
    agent_client.post("/admin/tickets/ticket/add/", {**wishes, **caller})
    called = Ticket.objects.latest("pk")
    assert (called.status, called.client, called.cause, called.owner) == ("new", None, None, agent)
    assert called.number != "1234567897"


@pytest.mark.parametrize("status", ["resolved", "closed", "new", "x", ""])
def test_a_step_that_the_page_does_not_offer_is_not_taken(
    agent_client: Client, victim: AccessLink, cause: Cause, status: str
) -> None:
    """Row 30's neighbour: done means "the cause was named in the form", also after a reopening."""
    Ticket.objects.update(status="reopened", cause=cause)
    page = f"/admin/tickets/ticket/{victim.ticket_id}/change/"
    agent_client.post(page, {"move": "1", "status": status})
    assert Ticket.objects.get().status == "reopened"


def test_a_request_goes_to_those_only_who_answer_requests(
    agent_client: Client, agent: User, editor: User, victim: AccessLink
) -> None:
    page = f"/admin/tickets/ticket/{victim.ticket_id}/change/"
    outsider = User.objects.create_user("x", password="a-long-password-1")
    for user in (editor, outsider):
        agent_client.post(page, {"assign": "1", "owner": user.pk})
    untouched(victim.ticket)
    agent_client.post(page, {"assign": "1", "owner": agent.pk})
    assert Ticket.objects.get().owner == agent


def test_nobody_makes_themselves_more(agent_client: Client, agent: User, victim: AccessLink) -> None:
    """Neither through the own account nor through other rows' hidden columns."""
    rights = {"is_superuser": "on", "is_staff": "on", "groups": "1", "user_permissions": "1"}
    for path in (
        f"auth/user/{agent.pk}/change/",
        "auth/user/add/",
        "auth/group/1/change/",
        f"auth/user/{agent.pk}/password/",
    ):
        data = {**rights, "username": "sato", "password1": "x", "password2": "x"}
        assert agent_client.post(f"/admin/{path}", data).status_code in (403, 302)
    changed = {
        "old_password": "a-long-password-1",
        "new_password1": "another-long-1",
        "new_password2": "another-long-1",
    }
    assert agent_client.post("/admin/password_change/", {**changed, **rights}).status_code == 302
    agent.refresh_from_db()
    assert agent.check_password("another-long-1")
    assert not agent.is_superuser
    assert list(agent.groups.values_list("name", flat=True)) == ["agent"]
    contact = {"name": "x", "phone": "03-1111-2222", "language": "ja", "phone_digits": "09099999999"}
    agent_client.post(f"/admin/tickets/contact/{victim.contact_id}/change/", contact)
    assert Contact.objects.get(pk=victim.contact_id).phone_digits == "0311112222"
