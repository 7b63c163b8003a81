"""Pages of a list too long to count: numbered ones from the front, and from the end without numbers."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from mailsupport.lib import admin as lists
from tickets.models import Ticket
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


def page(client: Client, number: int, view: str = "all") -> str:
    return str(client.get(f"{QUEUE}?view={view}&p={number}").content.decode())


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
