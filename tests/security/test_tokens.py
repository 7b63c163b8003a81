"""Rows 13, 14, 17 and 36: the token of a request is all of its protection."""

import hmac
from unittest.mock import Mock

import pytest
from django.db.models import QuerySet
from django.test import Client
from django.utils import timezone

from tests.security.attack import WHAT, WHEN, read, upload
from tickets.models import AccessLink, Attachment, Message, Ticket
from tickets.services import access, thread

pytestmark = pytest.mark.django_db

GUESSES = [
    "",
    " ",
    "%20",
    "-",
    "_",
    "None",
    "null",
    "0",
    "1",
    "undefined",
    "A" * 22,
    "A" * 32,
    "A" * 43,
    "..",
    "%2e%2e",
]


def spellings(token: str) -> list[str]:
    """What a careless comparison takes for the same."""
    folded = [token.lower(), token.upper(), token.swapcase(), token.title()]
    cut = [
        token[:-1],
        token + "a",
        token[:22],
        "-" + token,
        token + "=",
        token + "%00",
        token + "%20",
        "%E2%80%8B" + token,
    ]
    wide = "".join(chr(ord(c) + 0xFEE0) for c in token)
    return [text for text in (*folded, *cut, wide, token.replace(token[0], "_", 1)) if text != token]


def test_blank_folded_and_almost_right_tokens_open_nothing(
    client: Client, victim: AccessLink, here: str
) -> None:
    """Row 17 (CVE-2026-53595)."""
    assert client.get(here).status_code == 200
    for wrong in GUESSES + spellings(victim.token):
        assert client.get(f"/tickets/{wrong}/").status_code in (404, 301), wrong
        for word in (WHAT["words"], victim.contact.name):
            page = client.get(f"/tickets/{wrong}/", follow=True).content.decode()
            assert word not in page, wrong
        if "%" not in wrong:
            assert access.link_of(wrong) is None, wrong


def test_a_database_that_folds_case_is_caught(victim: AccessLink, monkeypatch) -> None:
    """Row 17, as on a server with a case-insensitive collation: the row comes, and is not believed."""
    monkeypatch.setattr(QuerySet, "first", lambda rows: victim)
    assert access.link_of(victim.token) is victim
    assert access.link_of(victim.token.swapcase()) is None


def test_tokens_are_compared_in_constant_time(victim: AccessLink, monkeypatch) -> None:
    """Row 36 (CVE-2021-38562): also where there is no such token."""
    compare = Mock(wraps=hmac.compare_digest)
    monkeypatch.setattr("tickets.services.access.hmac.compare_digest", compare)
    for asked in (victim.token, "A" * 32, "", victim.token.lower()):
        compare.reset_mock()
        access.link_of(asked)
        assert compare.call_count == 1
        assert compare.call_args.args[1] == asked.encode()


@pytest.mark.parametrize("part", ["", "files/{key}/"])
def test_a_wrong_token_and_a_request_that_is_gone_look_the_same(
    client: Client, mine: AccessLink, victim: AccessLink, here: str, key: str, part: str
) -> None:
    """Row 13 (CVE-2026-35584, CVE-2026-45295): the page, its part, its files, HEAD, and other languages."""
    upload(client, here, b"x", "a.txt", kind="text/plain", verb="reply", body="x", key=key)
    part = part.format(key=Attachment.objects.get().key)
    AccessLink.objects.filter(pk=victim.pk).update(revoked=timezone.now())
    told = set()
    for token in (victim.token, "A" * 32, victim.token.swapcase()):
        for prefix in ("", "/en"):
            address = f"{prefix}/tickets/{token}/{part}"
            answers = [
                client.get(address),
                client.get(address, headers={"HX-Request": "true"}),
                client.head(address),
            ]
            told |= {(a.status_code, prefix, a.content.decode().replace(token, "")) for a in answers[:2]}
            assert {answer.status_code for answer in answers} == {404}
            assert client.post(address, {"verb": "solved"}).status_code in (404, 405)
    assert len(told) == 2  # one for each language
    assert Ticket.objects.get(pk=victim.ticket.pk).said_solved_at is None


def test_the_answer_to_a_wrong_token_costs_the_same(
    client: Client, victim: AccessLink, django_assert_num_queries
) -> None:
    """Row 13: one statement each."""
    for token in ("A" * 32, victim.token.swapcase(), "short"):
        with django_assert_num_queries(1):
            assert access.link_of(token) is None


def test_tokens_and_keys_are_random(victim: AccessLink, mine: AccessLink, client: Client) -> None:
    """Rows 14 and 15 (CVE-2026-40496, CVE-2026-27637): 128 bits and more, none from a number or a time."""
    assert len(victim.token) == len(mine.token) == 32
    client.post("/tickets/new/", WHAT)
    for name in ("a.txt", "a.txt"):
        upload(client, "/tickets/new/when/", b"same bytes", name, kind="text/plain", **WHEN)
    first, second = Attachment.objects.all()
    for key in (first.key, second.key):
        assert len(key) == 32
        assert int(key, 16) > 1 << 96
    assert first.key != second.key
    assert first.file.name != second.file.name


def test_no_old_address_leads_past_the_check(
    client: Client, victim: AccessLink, here: str, key: str, agent
) -> None:
    """Row 14 (CVE-2026-48812): neither by its path on disk, nor of a note, nor without the token."""
    upload(client, here, b"x", "a.txt", kind="text/plain", verb="reply", body="x", key=key)
    stored = Attachment.objects.get()
    good = f"{here}files/{stored.key}/"
    assert read(client.get(good)) == b"x"
    for address in (
        f"/media/{stored.file.name}",
        f"/{stored.file.name}",
        f"/static/{stored.file.name}",
        f"/static/../media/{stored.file.name}",
        f"/tickets/files/{stored.key}/",
        f"/tickets/{victim.ticket.number}/files/{stored.key}/",
        f"/tickets/found/files/{stored.key}/",
        f"{here}files/{stored.pk}/",
        f"{here}files/{stored.key.upper()}/",
        f"{here}files/{stored.name}",
    ):
        assert Client().get(address).status_code == 404, address
    note = thread.note(ticket=victim.ticket, body="note", by=agent)
    Attachment.objects.update(message=note)
    assert client.get(good).status_code == 404
    Attachment.objects.update(message=Message.objects.filter(kind="client").first())
    AccessLink.objects.update(revoked=timezone.now())
    assert client.get(good).status_code == 404


def test_a_file_of_a_draft_has_no_address(client: Client, victim: AccessLink, here: str) -> None:
    """Row 14: until it is sent, nobody downloads it."""
    client.post("/tickets/new/", WHAT)
    upload(client, "/tickets/new/when/", b"x", "a.txt", kind="text/plain", **WHEN)
    assert client.get(f"{here}files/{Attachment.objects.get().key}/").status_code == 404


def test_what_the_find_page_found_ends_with_the_link(victim: AccessLink) -> None:
    """Row 13: a session that knew number and phone has no more than the link."""
    visitor = Client()
    visitor.post("/tickets/find/", {"number": victim.ticket.number, "phone": "09012345678"})
    assert visitor.get("/tickets/found/").status_code == 200
    AccessLink.objects.update(revoked=timezone.now())
    assert visitor.get("/tickets/found/").status_code == 302
    assert Client().get("/tickets/found/").status_code == 302


def test_a_planted_session_sees_nothing_of_what_its_victim_finds(victim: AccessLink) -> None:
    """Session fixation: the browser that looked has a new session, the one that planted it keeps the old."""
    visitor, planter = Client(), Client()
    visitor.get("/tickets/new/")
    visitor.post("/tickets/new/", WHAT)
    planter.cookies["session"] = visitor.cookies["session"].value
    visitor.post("/tickets/find/", {"number": victim.ticket.number, "phone": "09012345678"})
    assert visitor.get("/tickets/found/").status_code == 200
    assert planter.get("/tickets/found/").status_code == 302
