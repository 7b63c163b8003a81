"""Row 10: the form writes to whoever is named in it, so it writes seldom and nothing of the writer's."""

import pytest
from django.test import Client

from tests.security.attack import ANSWERS, file_by_form, file_request
from tickets.models import Delivery
from tickets.services import outbox

pytestmark = pytest.mark.django_db


def bombs() -> int:
    return Delivery.objects.filter(kind="confirmation").count()


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("victim@third.example", "victim@third.example"),
        ("victim@third.example", "VICTIM@Third.Example"),
        ("victim@third.example", "victim+1@third.example"),
        ("victim@third.example", '"victim"@third.example'),
        ("victim@third.example", "ｖｉｃｔｉｍ＠third.example"),
        ("victim@gmail.com", "v.i.c.t.i.m@gmail.com"),
        ("victim@gmail.com", "vic.tim+shop@googlemail.com"),
        ("victim@日本.example", "victim@xn--wgv71a.example"),
    ],
)
def test_one_mailbox_gets_one_mail_an_hour_however_it_is_written(first: str, second: str) -> None:
    for number, address in enumerate((first, second, second)):
        client = Client(REMOTE_ADDR=f"203.0.113.{number}")
        file_by_form(client, email=address, name=f"悪人{number}", phone="")
    assert bombs() == 1


def test_two_people_of_one_company_are_two_mailboxes() -> None:
    for name in ("a.b", "ab", "a-b"):
        file_request(**{**ANSWERS, "email": f"{name}@third.example"})
    assert bombs() == 3


def test_many_requests_at_once_from_one_place_are_refused(settings, client: Client) -> None:
    settings.TICKETS_PER_HOUR = 2
    for number in range(2):
        file_by_form(client, email=f"victim{number}@third.example")
    client.post("/tickets/new/", ANSWERS)
    client.post("/tickets/new/when/", ANSWERS)
    client.post("/tickets/new/who/", ANSWERS)
    assert client.post("/tickets/new/check/").status_code == 429
    assert bombs() == 2


@pytest.mark.parametrize(
    "words",
    ["今すぐ https://evil.example へ", "Buy now evil.example", "<script>", "http://evil.example/?a=b"],
)
def test_the_mail_says_nothing_of_what_the_writer_wrote(client: Client, words: str) -> None:
    """Rows 10 and 11: not even as the name."""
    file_by_form(client, email="victim@third.example", name=words, words=words, error_text=words)
    letter = outbox.letter_of(Delivery.objects.get(kind="confirmation"))
    for piece in words.split():
        assert piece not in letter.body
        assert piece not in letter.subject
    assert letter.automatic
