"""The numbers of the staff home."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from faq.models import Cause, Desk, Lookup
from tickets import reports
from tickets.models import Delivery, Ticket, WorkerBeat
from tickets.services import opening, thread


@pytest.fixture
def causes(db: None) -> list[Cause]:
    """Eight, so that some fall into the rest."""
    words = {"explanation_ja": "x", "explanation_en": "x", "actor": "client"}
    return [
        Cause.objects.create(slug=f"x-{n}", name_ja=f"原因{n}", name_en=f"Cause {n}", **words)
        for n in range(8)
    ]


def call(by: User) -> Ticket:
    """A request of our own."""
    return opening.open_by_staff(
        by=by, contact_name="山田", phone="090-0000-0001", email="", symptom="bounced", words="戻ります"
    ).ticket


def test_counts_are_one_statement_and_capped(staff: User, django_assert_num_queries: Any) -> None:
    for _ in range(4):
        call(staff)
    with django_assert_num_queries(1):
        found = reports.counts(
            most=2,
            all=Ticket.objects.all(),
            mine=Ticket.objects.filter(owner=staff),
            none=Ticket.objects.filter(number="0"),
        )
    assert found == {"all": 3, "mine": 3, "none": 0}


def test_causes_are_counted_most_frequent_first_and_the_rest_together(
    staff: User, causes: list[Cause], django_assert_num_queries: Any
) -> None:
    for cause, times in zip(causes, [1, 3, 1, 2, 1, 1, 1, 1], strict=True):
        for _ in range(times):
            thread.resolve(ticket=call(staff), cause=cause, by=staff)
    with django_assert_num_queries(2):
        bars = reports.top_causes(timezone.now())
    assert [bar.count for bar in bars] == [3, 2, 1, 1, 1, 1, 2]
    assert (bars[0].cause, bars[0].width) == (causes[1], 210)
    assert (bars[-1].cause, bars[-1].kinds) == (None, 2)


def test_what_was_resolved_last_month_does_not_count(staff: User, causes: list[Cause]) -> None:
    ticket = call(staff)
    thread.resolve(ticket=ticket, cause=causes[0], by=staff)
    Ticket.objects.filter(pk=ticket.pk).update(resolved_at=timezone.now() - timedelta(days=40))
    assert reports.top_causes(timezone.now()) == []


def test_gaps_are_grouped_and_recent(db: None) -> None:
    for text, none in [("署名", True), ("署名", True), ("文字", True), ("満杯", False)]:
        Lookup.objects.create(text=text, language="ja", none=none)
    old = Lookup.objects.create(text="むかし", language="ja", none=True)
    Lookup.objects.filter(pk=old.pk).update(created=timezone.now() - timedelta(days=8))
    assert reports.gaps(timezone.now()) == [reports.Gap("署名", 2), reports.Gap("文字", 1)]


def test_health_knows_a_silent_worker(staff: User) -> None:
    assert not reports.health().alive
    beat = WorkerBeat.objects.create(pk=1)
    sent = timezone.now()
    Delivery.objects.create(
        ticket=call(staff), kind="reply", target="a@b.example", state="sent", sent=sent, rfc_message_id="<1>"
    )
    assert reports.health().alive
    assert reports.health().sent == sent
    WorkerBeat.objects.filter(pk=beat.pk).update(at=timezone.now() - timedelta(minutes=5))
    assert not reports.health().alive


class TestHome:
    def test_takes_few_statements(
        self, staff_client: Client, staff: User, desk: Desk, django_assert_max_num_queries: Any
    ) -> None:
        for _ in range(8):
            call(staff)
        with django_assert_max_num_queries(14):
            assert staff_client.get("/admin/").status_code == 200

    def test_without_a_desk_it_asks_for_one_and_invents_nothing(self, staff_client: Client) -> None:
        html = staff_client.get("/admin/").content.decode()
        assert "/admin/faq/desk/" in html
        assert "tel:" not in html
        assert "03-" not in html

    def test_says_that_mails_are_not_sent(self, staff_client: Client, settings: Any) -> None:
        settings.MAIL_IS_SENT = False
        assert "var/mail" in staff_client.get("/admin/").content.decode()
        settings.MAIL_IS_SENT = True
        assert "var/mail" not in staff_client.get("/admin/").content.decode()

    def test_offers_to_write_what_was_not_found(self, editor: User) -> None:
        Lookup.objects.create(text="署名 & <文字>", language="ja", none=True)
        client = Client()
        client.force_login(editor, backend="django.contrib.auth.backends.ModelBackend")
        html = client.get("/admin/").content.decode()
        address = html.split('href="/admin/faq/article/add/')[1].split('"')[0]
        form = client.get("/admin/faq/article/add/" + address.replace("&amp;", "&")).content.decode()
        assert 'value="署名 &amp; &lt;文字&gt;"' in form
