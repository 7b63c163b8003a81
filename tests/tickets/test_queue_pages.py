"""Pages of a list too long to count: numbered ones from the front, and from the end without numbers."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from mailsupport.lib import admin as lists
from tickets.admin import search
from tickets.models import Client as Company
from tickets.models import Contact, Ticket
from tickets.services import opening

QUEUE = "/admin/tickets/ticket/"
NUMBER = re.compile(r'class="no">([0-9 ]+)<')


@pytest.fixture
def numbers(staff: User, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Of 230 requests, the newest first; a list counts a hundred of them."""
    monkeypatch.setattr(lists, "MOST", 100)
    opened = opening.open_by_staff(
        by=staff, contact_name="山田", phone="090-0000-0001", email="", symptom="bounced", words="戻ります"
    ).ticket
    Ticket.objects.bulk_create(
        Ticket(number=f"{n:010}", contact=opened.contact, subject="戻る", symptom="bounced", status="new")
        for n in range(1, 230)
    )
    return [ticket.grouped_number for ticket in Ticket.objects.order_by("-pk")]


def shown(html: str) -> list[str]:
    return [number.strip() for number in NUMBER.findall(html)]


def page_of(client: Client, address: str) -> str:
    return str(client.get(address).content.decode())


def page(client: Client, number: int, view: str = "all") -> str:
    return page_of(client, f"{QUEUE}?view={view}&p={number}")


@pytest.mark.django_db
def test_the_last_page_is_reached_although_nobody_counts_so_far(
    staff_client: Client, numbers: list[str]
) -> None:
    first, last = page(staff_client, 1), page(staff_client, -1)
    assert shown(first) == numbers[:50]
    assert "100+" in first
    assert "p=-1" in first
    assert shown(last) == numbers[-50:]
    assert shown(page(staff_client, -2)) == numbers[-100:-50]
    assert "p=-2" in last
    assert "p=-1" in page(staff_client, -2)
    assert "?p=1&amp;view=all" in last
    # No further than is counted, from either end.
    assert "p=-3" not in page(staff_client, -2)
    assert staff_client.get(f"{QUEUE}?view=all&p=-3").status_code == 302


@pytest.mark.django_db
def test_a_view_with_promises_ends_with_the_latest(staff_client: Client, numbers: list[str]) -> None:
    line = [ticket.grouped_number for ticket in Ticket.objects.ours().in_line()]
    assert shown(page(staff_client, -1, "ours")) == line[-50:]


@pytest.mark.django_db
def test_a_page_from_the_end_takes_no_more_statements(
    staff_client: Client, numbers: list[str], django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(10):
        page(staff_client, -1)


@pytest.mark.django_db
def test_a_list_that_is_counted_says_its_number_and_has_no_other_end(
    staff_client: Client, numbers: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "MOST", 1000)
    html = page(staff_client, 1)
    assert "230 " in html
    assert "230+" not in html
    assert "p=-1" not in html


@pytest.mark.django_db
def test_what_is_chosen_on_a_page_from_the_end_is_changed(
    staff_client: Client, numbers: list[str], staff: User
) -> None:
    oldest = Ticket.objects.order_by("pk").first()
    assert oldest
    data = {"action": "take", "_selected_action": [oldest.pk]}
    assert staff_client.post(f"{QUEUE}?view=all&p=-1", data).status_code == 302
    oldest.refresh_from_db()
    assert oldest.owner == staff


@pytest.mark.django_db
def test_a_list_too_long_to_count_is_not_sorted_and_says_so(
    staff_client: Client, numbers: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    oldest = Ticket.objects.order_by("pk").first()
    assert oldest
    Ticket.objects.filter(pk=oldest.pk).update(client=Company.objects.create(name="あ"))
    by_client = f"{QUEUE}?view=all&o=-3"
    html = str(staff_client.get(by_client).content.decode())
    assert shown(html) == numbers[:50]
    assert 'class="messagelist"' in html
    monkeypatch.setattr(lists, "MOST", 1000)
    html = str(staff_client.get(by_client).content.decode())
    assert oldest.grouped_number in shown(html)[:1] + shown(page_of(staff_client, f"{by_client}&p=-1"))[-1:]
    assert 'class="messagelist"' not in html


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("やまだ", True),
        ("だ花子", True),
        ("090-1111", True),
        ("HANAKO@", True),
        ("すずき", False),
        ("1111", False),
        ("%", False),
    ],
)
def test_a_contact_is_found_by_beginnings_and_the_newest_by_parts_of_a_name(
    staff_client: Client, typed: str, found: bool
) -> None:
    Contact.objects.create(
        name="やまだ花子", phone="090-1111-0001", phone_digits="09011110001", email="hanako@shop.example"
    )
    html = str(staff_client.get("/admin/tickets/contact/", {"q": typed}).content.decode())
    assert ("やまだ花子" in html) is found


@pytest.mark.django_db
def test_an_old_contact_is_found_by_the_beginning_of_the_name(
    staff_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "RECENT", 1)
    Contact.objects.create(name="やまだ花子", phone="090-1111-0001")
    Contact.objects.create(name="すずき一郎", phone="090-1111-0002")
    assert "やまだ花子" in page_of(staff_client, "/admin/tickets/contact/?q=やまだ")
    assert "やまだ花子" not in page_of(staff_client, "/admin/tickets/contact/?q=花子")
    assert "すずき一郎" in page_of(staff_client, "/admin/tickets/contact/?q=一郎")
