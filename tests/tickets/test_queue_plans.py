"""An index answers what the queue asks, on both databases: no list is sorted, no table walked for a page."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.db import connection
from django.db.models import QuerySet
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tickets import reports
from tickets.admin.filters import VIEWS, ordering_of
from tickets.models import Contact, Delivery, Ticket
from tickets.reports import checklists
from tickets.services import opening, upkeep


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
@pytest.mark.parametrize(
    ("chosen", "view", "index"),
    [
        ({"symptom": "bounced"}, "all", "ticket_symptom_id"),
        ({"symptom": "bounced", "owner": None}, "all", "ticket_symptom_owner"),
        ({"symptom": "bounced", "owner": 7}, "all", "ticket_symptom_owner"),
        ({"symptom": "bounced", "status": "closed"}, "all", "ticket_symptom_status"),
        ({"owner": 7, "status": "closed"}, "all", "ticket_owner_status"),
        ({"symptom": "bounced"}, "ours", "ticket_symptom_place"),
        ({"cause": 3}, "all", "cause_id"),
    ],
)
@pytest.mark.parametrize("last", [False, True])
def test_a_page_of_filters_comes_out_of_an_index_in_order(
    chosen: dict[str, Any], view: str, index: str, last: bool
) -> None:
    rows = reports.queue(7).get(view, Ticket.objects.all()).filter(**chosen).order_by(*ordering_of(view))
    plan = plan_of((rows.reverse() if last else rows).values("pk")[100:150])
    # PostgreSQL goes by what the tables hold: in an empty one any index in this order will do.
    assert index in plan or connection.vendor == "postgresql"
    assert "Sort" not in plan
    assert "TEMP B-TREE" not in plan


@pytest.mark.django_db
def test_deliveries_of_one_state_come_out_of_an_index(rf: RequestFactory) -> None:
    order = admin.site.get_model_admin(Delivery).get_ordering(rf.get("/", {"state__exact": "failed"}))
    plan = plan_of(Delivery.objects.filter(state="failed").order_by(*order).values("pk")[:50])
    assert "delivery_state_try" in plan
    assert "TEMP B-TREE" not in plan


@pytest.mark.django_db
def test_both_databases_are_told_that_only_evidence_with_a_walk_is_judged() -> None:
    """No plan shows it: PostgreSQL goes wrong with a million rows only."""
    with CaptureQueriesContext(connection) as taken:
        checklists.overview(timezone.now(), days=90)
    judging = [each["sql"] for each in taken if "resolved_at" in each["sql"]]
    assert judging
    assert all('"tickets_evidence"."walk_id" IS NOT NULL' in sql for sql in judging)


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has no table to say so")
def test_walks_are_judged_from_the_few_requests_that_have_one() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        cursor.execute("SELECT tbl_name, name FROM sqlite_master WHERE type = 'index'")
        for table, index in cursor.fetchall():
            if table in ("tickets_ticket", "tickets_evidence"):
                # A million requests, twenty of them with a walk.
                stat = "20 1 1" if index == "evidence_walk" else "1000000 1000 1"
                cursor.execute("INSERT INTO sqlite_stat1 VALUES (%s, %s, %s)", [table, index, stat])
        cursor.execute("ANALYZE sqlite_master")
    since = timezone.now() - timedelta(days=90)
    assert "evidence_walk" in plan_of(checklists.judged().filter(ticket__resolved_at__gte=since).values("pk"))


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL counts by itself")
def test_what_grew_fourfold_is_counted_anew() -> None:
    def grow(count: int) -> None:
        Ticket.objects.bulk_create(
            Ticket(number=f"{n:010}", contact=contact, subject="戻る", symptom="bounced", status="new")
            for n in range(Ticket.objects.count(), count)
        )

    contact = Contact.objects.create(name="山田", phone="090-0000-0001")
    table = '"tickets_ticket"'
    grow(700)
    assert table not in upkeep.refresh_statistics()
    grow(900)
    assert table in upkeep.refresh_statistics()
    grow(3000)
    assert table not in upkeep.refresh_statistics()
    grow(4000)
    assert table in upkeep.refresh_statistics()


@pytest.mark.django_db
def test_causes_of_the_month_are_counted_out_of_the_index_of_the_month() -> None:
    with CaptureQueriesContext(connection) as taken:
        reports.top_causes(timezone.now())
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
        explain = "EXPLAIN QUERY PLAN" if connection.vendor == "sqlite" else "EXPLAIN"
        cursor.execute(f"{explain} {taken[0]['sql']}")
        plan = str(cursor.fetchall())
    assert "ticket_resolved_cause" in plan


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
