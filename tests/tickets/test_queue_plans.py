"""An index answers what the queue asks, on both databases: no list is sorted, no table walked for a page."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from tickets import reports
from tickets.admin.filters import VIEWS, ordering_of
from tickets.models import Delivery, Ticket
from tickets.services import opening


def plan_of(rows: QuerySet[Any]) -> str:
    """What the database would do, were the tables large."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # The tables of a test are small: a walk over them would be right.
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_sort = off")
            cursor.execute("SET LOCAL enable_bitmapscan = off")
    return rows.explain()


@pytest.mark.django_db
@pytest.mark.parametrize("view", sorted(set(VIEWS) - {"all"}))
def test_a_page_of_each_view_comes_out_of_an_index_in_order(view: str) -> None:
    rows = reports.queue(7)[view].order_by(*ordering_of(view)).values("pk")[100:150]
    plan = plan_of(rows)
    index = {"ours": "ticket_place", "overdue": "ticket_place", "mine": "ticket_owner_place"}
    assert index.get(view, "ticket_status_id") in plan
    assert "Sort" not in plan
    assert "TEMP B-TREE" not in plan


@pytest.mark.django_db
def test_the_worker_finds_what_is_due_by_an_index() -> None:
    due = Delivery.objects.filter(state="waiting", next_try__lte=timezone.now()).order_by("next_try")
    assert "delivery_state_try" in plan_of(due)


@pytest.mark.django_db
def test_the_line_begins_with_the_nearest_promise_and_ends_with_what_waits_for_others() -> None:
    by = User.objects.create(username="sato")

    def call(status: str, due: str | None) -> int:
        ticket = opening.open_by_staff(
            by=by, contact_name="山田", phone="090-0000-0001", email="", symptom="bounced", words="戻ります"
        ).ticket
        Ticket.objects.filter(pk=ticket.pk).update(status=status, due=due)
        return ticket.pk

    waiting, unpromised = call("waiting", None), call("new", None)
    later, sooner = call("new", "2026-11-25T10:00Z"), call("reopened", "2026-11-25T09:00Z")
    assert list(Ticket.objects.open().in_line().values_list("pk", flat=True)) == [
        sooner,
        later,
        unpromised,
        waiting,
    ]
    assert set(Ticket.objects.ours().values_list("pk", flat=True)) == {sooner, later, unpromised}
