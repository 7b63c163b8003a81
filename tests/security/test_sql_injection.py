"""Row 23: words that look like SQL are words (CVE-2021-45811, CVE-2025-21628, CVE-2026-41075)."""

import pytest
from django.test import Client

from tickets.models import AccessLink, Ticket

pytestmark = pytest.mark.django_db
QUEUE = "/admin/tickets/ticket/"
SQL = [
    "' OR '1'='1",
    '" OR ""="',
    "') OR 1=1 --",
    "1; DROP TABLE tickets_ticket; --",
    "%' UNION SELECT password FROM auth_user --",
    "\\' OR 1=1 #",
    "1) OR (SELECT 1 FROM pg_sleep(5)) IS NULL --",
    "%s",
    "%(x)s",
    "\\",
    "'",
]


def found(client: Client, **asked: str) -> list[int]:
    response = client.get(QUEUE, {"view": "all", **asked})
    assert response.status_code == 200
    return [row.pk for row in response.context["cl"].result_list]


@pytest.mark.parametrize("words", SQL)
def test_the_search_of_the_queue(
    victim: AccessLink, mine: AccessLink, agent_client: Client, words: str
) -> None:
    """All that is asked for is text that nobody wrote."""
    assert len(found(agent_client)) == 2
    for form in (words, f"@{words}", f"{words}@x.example", f"080{words}"):
        assert found(agent_client, q=form) == []
    assert Ticket.objects.count() == 2


@pytest.mark.parametrize("sign", ["%", "_", "%%", "__________", "%@%", "0%", "*", "[0-9]", ".*"])
def test_signs_of_a_pattern_find_themselves_only(
    victim: AccessLink, mine: AccessLink, agent_client: Client, sign: str
) -> None:
    assert found(agent_client, q=sign) == []


@pytest.mark.parametrize("words", [*SQL, "\x00", "\ud7ff", "9" * 40])
def test_filters_and_buttons_of_the_queue(victim: AccessLink, agent_client: Client, words: str) -> None:
    """What is no known code is as if nothing were asked, or a calm refusal; also a NUL on PostgreSQL."""
    for name in ("view", "turn", "status", "symptom", "owner", "cause", "p", "o", "q", "all"):
        assert agent_client.get(QUEUE, {name: words}).status_code in (200, 302, 400)
    page = f"{QUEUE}{victim.ticket.pk}/change/"
    for data in (
        {"assign": "1", "owner": words},
        {"move": "1", "status": words},
        {"suspect": "1", "suspected": words},
        {"redact": words},
        {"talk": "1", "kind": "reply", "body": "x", "cause": words, "articles": words, "seen_version": words},
    ):
        assert agent_client.post(page, data).status_code in (302, 422)
    posted = {"action": words, "_selected_action": words, "take": words}
    for name, value in posted.items():
        assert agent_client.post(QUEUE, {name: value, "index": "0"}).status_code in (200, 302, 404)
    ticket = Ticket.objects.get()
    assert (ticket.status, ticket.owner, ticket.suspected_cause) == ("new", None, None)


@pytest.mark.parametrize("words", [*SQL, "\x00"])
def test_what_strangers_send(client: Client, victim: AccessLink, here: str, words: str) -> None:
    asked = dict.fromkeys(
        ("number", "phone", "symptom", "words", "draft", "remove", "key", "verb", "body"), words
    )
    for address in ("/tickets/new/", "/tickets/new/when/", "/tickets/find/", "/tickets/new/check/", here):
        for ask in (client.get, client.post):
            response = ask(address, {**asked, "walk": words, "l": words, "q": words, "version": words})
            assert response.status_code in (200, 302)
    assert Ticket.objects.count() == 1
    assert not Ticket.objects.exclude(status="new").exists()
