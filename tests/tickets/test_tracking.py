"""The page of a request: who may see what, and what may be done there."""

import io
import re
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from tests.tickets.test_form import WHAT, WHEN, WHO, fill, photo, url
from tickets.models import AccessLink, Attachment, Message, Ticket
from tickets.services import files, thread

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _japanese():
    with translation.override("ja"):
        yield


@pytest.fixture
def link(client) -> AccessLink:
    """A request with a photo, filed through the form."""
    fill(client, photos=photo())
    client.post(url("check"))
    return AccessLink.objects.get()


@pytest.fixture
def agent(db) -> User:
    return User.objects.create_user("nakamura", first_name="花子", last_name="中村", is_staff=True)


@pytest.fixture
def here(link) -> str:
    return reverse("tickets:ticket", args=[link.token])


def reply(client: Client, address: str, **more: object):
    return client.post(address, {"verb": "reply", "body": "まだです", "key": str(uuid4()), **more})


class TestPage:
    def test_a_stranger_with_the_link_sees_what_was_said_and_never_a_note(self, link, here, agent):
        thread.note(ticket=link.ticket, body="社内だけの話", by=agent)
        thread.reply(ticket=link.ticket, body="満杯でした", by=agent)
        page = Client().get(here).content.decode()
        assert "満杯でした" in page
        assert WHAT["words"] in page
        assert "社内だけの話" not in page
        assert "nakamura" not in page
        assert page.index("満杯でした") < page.index(WHAT["words"])

    def test_wrong_revoked_and_short_tokens_are_the_same_404(self, client, link, here):
        link.revoked = timezone.now()
        link.save()
        for address in (here, "/tickets/" + "A" * 32 + "/", "/tickets/a/", here.swapcase().lower()):
            assert client.get(address).status_code == 404

    def test_headers_keep_it_private(self, client, here):
        response = client.get(here)
        assert "no-store" in response["Cache-Control"]
        assert "noindex" in response["X-Robots-Tag"]
        assert response["Referrer-Policy"] == "same-origin"
        assert "style=" not in response.content.decode()

    def test_unchanged_is_nothing_and_changed_is_the_thread(self, client, link, here, agent):
        ask = {"version": link.ticket.version}
        assert client.get(here, ask, headers={"HX-Request": "true"}).status_code == 204
        thread.reply(ticket=link.ticket, body="満杯でした", by=agent)
        part = client.get(here, ask, headers={"HX-Request": "true"}).content.decode()
        assert "満杯でした" in part
        assert "<form" not in part
        assert "#said" in part

    def test_few_statements(self, client, link, here, agent, django_assert_max_num_queries):
        for _ in range(5):
            thread.reply(ticket=link.ticket, body="お返事", by=agent)
        with django_assert_max_num_queries(14):
            client.get(here)


class TestWords:
    def test_an_answer_with_a_file_once(self, client, here):
        key = str(uuid4())
        for _ in range(2):
            assert reply(client, here, key=key, photos=photo("b.png")).status_code == 302
        message = Message.objects.get(body="まだです")
        assert message.attachments.get().name == "b.png"

    def test_a_photo_alone_says_something(self, client, here):
        assert reply(client, here, body="", photos=photo("b.png")).status_code == 302
        assert Attachment.objects.filter(name="b.png", message__body="").exists()

    def test_an_empty_answer_and_a_bad_file_keep_the_words(self, client, here):
        bad = io.BytesIO(b"MZ\x00\x00")
        bad.name = "a.exe"
        assert "body" in reply(client, here, body=" ").context["form"].errors
        response = reply(client, here, body="長い文", photos=bad)
        assert "長い文" in response.content.decode()
        assert "もう一度選んで" in response.content.decode()
        assert not Message.objects.filter(body="長い文").exists()

    def test_solved_and_not_solved_only_by_post(self, client, link, here):
        client.get(here, {"verb": "solved"})
        assert Ticket.objects.get().said_solved_at is None
        client.post(here, {"verb": "solved"})
        assert Ticket.objects.get().said_solved_at
        client.post(here, {"verb": "unsolved"})
        assert Ticket.objects.get().said_solved_at is None


class TestDownload:
    def test_always_a_download_that_nothing_runs(self, client, link):
        key = Attachment.objects.get().key
        response = client.get(reverse("tickets:file", args=[link.token, key]))
        assert response["Content-Disposition"].startswith("attachment")
        assert response["Content-Type"] == "application/octet-stream"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert b"".join(response.streaming_content).startswith(b"\x89PNG")
        response.close()

    def test_neither_another_request_nor_a_note(self, client, link, agent):
        key = Attachment.objects.get().key
        other = Client()
        fill(other)
        other.post(url("check"))
        stranger = AccessLink.objects.exclude(pk=link.pk).get()
        assert client.get(reverse("tickets:file", args=[stranger.token, key])).status_code == 404
        note = thread.note(ticket=link.ticket, body="メモ", by=agent)
        kept = files.store(upload=upload(), ticket=link.ticket, message=note)
        assert client.get(reverse("tickets:file", args=[link.token, kept.key])).status_code == 404


def upload() -> SimpleUploadedFile:
    return SimpleUploadedFile("n.txt", b"only ours")


class TestFind:
    def find(self, client: Client, number: str, phone: str):
        return client.post(reverse("tickets:find"), {"number": number, "phone": phone})

    def test_the_right_pair_shows_it_without_the_token(self, link):
        visitor = Client()
        number = f"{link.ticket.grouped_number}"
        response = self.find(visitor, number, "090 0000 0000")
        assert response.url == reverse("tickets:found")
        page = visitor.get(response.url).content.decode()
        assert WHAT["words"] in page
        assert link.token not in page
        assert reply(visitor, response.url).url == reverse("tickets:found")
        assert Message.objects.filter(body="まだです").exists()
        address = re.search(r'href="([^"]+/files/[^"]+)"', page)
        assert address
        download = visitor.get(address[1])
        assert download.status_code == 200
        download.close()

    def test_every_wrong_pair_gives_the_same_page(self, link):
        pairs = [(link.ticket.number, "0312345678"), ("1234567890", WHO["phone"]), ("x", "y")]
        found = [self.find(Client(REMOTE_ADDR=f"10.0.0.{i}"), *pair) for i, pair in enumerate(pairs)]
        assert len({mask(response) for response in found}) == 1
        assert [response.status_code for response in found] == [200] * 3

    def test_five_tries(self, link):
        for _ in range(5):
            self.find(Client(), link.ticket.number, "0312345678")
        assert self.find(Client(), link.ticket.number, WHO["phone"]).status_code == 200

    def test_it_may_be_switched_off(self, link, settings):
        settings.FIND_BY_NUMBER = False
        page = self.find(Client(), link.ticket.number, WHO["phone"])
        assert page.status_code == 200
        assert 'name="phone"' not in page.content.decode()

    def test_without_a_found_request_there_is_nothing(self, client):
        assert client.get(reverse("tickets:found")).url == reverse("tickets:find")
        assert WHEN["affected_address"] not in client.get(reverse("tickets:find")).content.decode()


def mask(response) -> str:
    """The page without what was typed and the form's token."""
    page = response.content.decode()
    return re.sub(r'value="[^"]*"', "", page)
