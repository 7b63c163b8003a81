"""Rows 26 and 27: another client's request, message, file or draft; another room of the staff."""

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.test import Client

from faq.models import Checklist, Desk
from tests.security.attack import ANSWERS, WHAT, WHEN, WHO, file_by_form, read, upload
from tests.security.conftest import signed_in
from tickets.models import AccessLink, Attachment, Contact, Draft, Message, Ticket
from tickets.models import Client as Company
from tickets.services import thread, walking

pytestmark = pytest.mark.django_db
SECRET = ANSWERS["words"]


@pytest.fixture
def stored(victim: AccessLink, here: str, key: str) -> Attachment:
    """A file of the victim."""
    upload(Client(), here, b"secret", "a.txt", kind="text/plain", verb="reply", body="ひみつ", key=key)
    return Attachment.objects.get()


def test_ones_own_link_opens_nothing_of_another(client: Client, mine: AccessLink, stored: Attachment) -> None:
    """Row 27 (CVE-2020-10100, CVE-2026-40570): a good token with another's file or number."""
    own = f"/tickets/{mine.token}/"
    assert client.get(own).status_code == 200
    assert client.get(f"{own}files/{stored.key}/").status_code == 404
    page = client.get(own, {"ticket": str(stored.ticket_id), "pk": "1"}).content.decode()
    assert "ひみつ" not in page
    assert ANSWERS["name"] not in page
    client.post("/tickets/find/", {"number": mine.ticket.number, "phone": "080-6666-6666"})
    assert client.get(f"/tickets/found/files/{stored.key}/").status_code == 404


def test_a_session_holds_one_request(client: Client, mine: AccessLink, victim: AccessLink) -> None:
    """Row 27: what was found is written by the server, not by what the browser sends along."""
    client.post(
        "/tickets/find/", {"number": mine.ticket.number, "phone": "080-6666-6666", "found": victim.pk}
    )
    page = client.get("/tickets/found/", {"found": victim.pk, "link": victim.pk}).content.decode()
    assert "悪人" in page
    assert ANSWERS["name"] not in page


def test_the_same_name_phone_and_address_open_nothing(client: Client, victim: AccessLink) -> None:
    """Row 26 (CVE-2026-34722, CVE-2026-39384): another's answers make a request of one's own."""
    words = {"words": "別の話", "affected_address": "x@other.example"}
    link = file_by_form(client, **{**ANSWERS, **words})
    assert link.ticket_id != victim.ticket_id
    assert Message.objects.get(body="別の話").ticket_id == link.ticket_id
    assert SECRET not in client.get(f"/tickets/{link.token}/").content.decode()
    assert victim.ticket.messages.count() == 1
    assert link.ticket.client is None
    assert list(Contact.objects.filter(client__isnull=False)) == []


def test_another_draft_is_neither_read_nor_sent_nor_emptied(client: Client) -> None:
    """Row 27: its key is random, and a form carries it only sealed."""
    owner = Client()
    owner.post("/tickets/new/", WHAT)
    upload(owner, "/tickets/new/when/", b"x", "a.txt", kind="text/plain", **WHEN)
    owner.post("/tickets/new/who/", WHO)
    draft = Draft.objects.get()
    file = Attachment.objects.get()
    for key in (draft.key, str(draft.pk), draft.key + ":x", ""):
        assert SECRET not in client.get("/tickets/new/when/", {"draft": key}, follow=True).content.decode()
        client.post("/tickets/new/", {**WHAT, "draft": key, "words": "x", "remove": file.key})
        client.post("/tickets/new/check/", {"draft": key})
    draft.refresh_from_db()
    assert draft.data["words"] == SECRET
    assert Attachment.objects.filter(pk=file.pk).exists()
    assert not Ticket.objects.exists()
    assert SECRET not in client.get("/tickets/new/").content.decode()


def test_an_answer_goes_to_the_request_of_its_link(
    client: Client, mine: AccessLink, victim: AccessLink, key: str
) -> None:
    """Row 26: whatever else the form names; also with the other's idempotency key."""
    Message.objects.create(ticket=victim.ticket, kind="client", body="ひみつ", idempotency_key=key)
    more = {
        "ticket": victim.ticket_id,
        "link": victim.pk,
        "contact": victim.contact_id,
        "token": victim.token,
    }
    fresh = "00000000-0000-4000-8000-000000000001"
    client.post(f"/tickets/{mine.token}/", {"verb": "reply", "body": "割り込み", "key": fresh, **more})
    assert Message.objects.get(body="割り込み").ticket_id == mine.ticket_id
    assert Message.objects.get(body="割り込み").contact_id == mine.contact_id
    answer = client.post(f"/tickets/{mine.token}/", {"verb": "reply", "body": "二度目", "key": key})
    assert answer.status_code < 500
    assert "ひみつ" not in client.get(f"/tickets/{mine.token}/").content.decode()


def test_staff_files_go_with_their_request(
    agent_client: Client, mine: AccessLink, stored: Attachment, editor: User, agent: User
) -> None:
    """Row 27: by the address of another request, by an editor, by a client, by nobody."""
    good = f"/admin/tickets/ticket/{stored.ticket_id}/files/{stored.pk}/"
    assert read(agent_client.get(good)) == b"secret"
    assert agent_client.get(f"/admin/tickets/ticket/{mine.ticket_id}/files/{stored.pk}/").status_code == 404
    assert signed_in(editor).get(good).status_code == 403
    gone = User.objects.create_user("gone", password="a-long-password-1")
    for browser in (Client(), signed_in(gone)):
        assert browser.get(good).status_code == 302


def test_a_checklist_of_one_request_is_not_reached_through_another(
    agent_client: Client, agent: User, mine: AccessLink, ticket: Ticket, knowledge: None
) -> None:
    """Row 26: what is answered under another number would be linked to the wrong client."""
    walk = walking.begin(ticket=ticket, checklist=Checklist.objects.earliest("pk"), by=agent).walk_id
    own, other = (f"/admin/tickets/ticket/{pk}/walks/{walk}/" for pk in (ticket.pk, mine.ticket_id))
    assert agent_client.get(own).status_code == 200
    assert agent_client.get(other).status_code == 404
    assert agent_client.post(other, {"question": "outage", "answer": "yes"}).status_code == 404
    assert not mine.ticket.evidence.filter(walk=walk).exists()


def test_a_list_for_a_field_names_only_what_its_screen_may(
    agent_client: Client, editor: User, mine: AccessLink, desk: Desk
) -> None:
    """Row 38: the one answer in JSON that staff screens ask for, of every model and field."""
    Company.objects.create(name="山田屋", notes="himitsu")
    guest = User.objects.create_user("guest", password="a-long-password-1", is_staff=True)
    fields = [
        (field.model._meta, field.name, field.related_model._meta.app_label)
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if field.concrete and isinstance(field.related_model, type)
    ]
    assert len(fields) > 40
    answered: dict[str, set[str]] = {}
    browsers = {"guest": signed_in(guest), "editor": signed_in(editor), "agent": agent_client}
    for name, browser in browsers.items():
        for meta, field, room in fields:
            asked = {"app_label": meta.app_label, "model_name": str(meta.model_name), "field_name": field}
            page = browser.get("/admin/autocomplete/", asked)
            assert page.status_code in (200, 403, 404)
            if page.status_code == 200:
                assert {key for row in page.json()["results"] for key in row} <= {"id", "text"}
                assert "himitsu" not in page.content.decode()
                assert "@" not in page.content.decode()
                answered.setdefault(name, set()).add(room)
    # Rows of these rooms.
    assert answered == {"editor": {"faq"}, "agent": {"faq", "tickets"}}


@pytest.mark.parametrize(
    "path", ["", "{}/change/", "{}/client/", "{}/history/", "add/", "?q=a", "{}/delete/"]
)
def test_who_writes_articles_reads_no_request(
    victim: AccessLink, editor: User, agent: User, path: str
) -> None:
    address = "/admin/tickets/ticket/" + path.format(victim.ticket_id)
    browser = signed_in(editor)
    assert browser.get(address).status_code == 403
    assert browser.post(address, {"assign": "1", "owner": editor.pk}).status_code in (403, 405)
    for other in ("contact", "client", "delivery"):
        assert browser.get(f"/admin/tickets/{other}/").status_code == 403


def test_staff_without_a_group_may_nothing(victim: AccessLink, agent: User) -> None:
    thread.note(ticket=victim.ticket, body="x", by=agent)
    guest = signed_in(User.objects.create_user("guest", password="a-long-password-1", is_staff=True))
    for address in (
        "tickets/ticket/",
        f"tickets/ticket/{victim.ticket_id}/change/",
        "auth/user/",
        "faq/article/",
    ):
        assert guest.get(f"/admin/{address}").status_code == 403
    home = guest.get("/admin/")
    assert home.status_code == 200
