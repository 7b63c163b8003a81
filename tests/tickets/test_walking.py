"""Checklists walked by staff from a request: the verbs, the pages, and who may."""

import pytest
from django.contrib.auth.models import User

from faq.models import Cause, Checklist, Walk
from faq.rules.facts import Facts
from faq.services.walk import NotOnTheWay, standing
from faq.services.walk import begin as begin_walk
from tickets.models import Event, Evidence, Ticket
from tickets.services import opening, thread, walking

pytestmark = pytest.mark.django_db
FULL = [("outage", "no"), ("webmail", "no"), ("scope", "one"), ("other-device", "no"), ("quota", "yes")]


@pytest.fixture
def ticket(knowledge: None, desk: object, staff: User) -> Ticket:
    return opening.open_by_staff(
        by=staff,
        contact_name="山田 和子",
        phone="090-0000-0000",
        email="",
        symptom="nothing-arrives",
        words="届きません",
        facts=Facts(affected_address="info@yamadaya.example"),
    ).ticket


@pytest.fixture
def checklist(ticket: Ticket) -> Checklist:
    return Checklist.objects.get(slug="nothing-arrives")


def go(ticket: Ticket, walk: Walk, by: User, answers: list[tuple[str, str]] = FULL) -> None:
    for question, given in answers:
        walking.answer(ticket=ticket, walk=walk, question=question, answer=given, by=by)


def begun(ticket: Ticket, checklist: Checklist, by: User) -> tuple[Evidence, Walk]:
    evidence = walking.begin(ticket=ticket, checklist=checklist, by=by)
    assert evidence.walk
    return evidence, evidence.walk


class TestVerbs:
    def test_a_walk_joins_the_request_from_the_first_question_to_the_cause(self, ticket, checklist, staff):
        evidence, walk = begun(ticket, checklist, staff)
        assert (walk.by, evidence.by, evidence.cause, evidence.facts_json) == (staff, staff, None, {})
        walking.answer(
            ticket=ticket, walk=walk, question="outage", answer="no", note="画面を\x00見た ", by=staff
        )
        ticket.refresh_from_db()
        assert ticket.facts.outage_known == "no"
        assert ticket.facts.affected_address == "info@yamadaya.example"
        assert ticket.suspected_cause is None
        assert standing(walk).note("outage") == "画面を 見た"
        go(ticket, walk, staff, FULL[1:])
        evidence.refresh_from_db()
        ticket.refresh_from_db()
        assert evidence.cause == ticket.suspected_cause == Cause.objects.get(slug="mailbox-full")
        assert evidence.facts_json["quota_full"] == ticket.facts.quota_full == "yes"
        event = ticket.events.get(kind=Event.Kind.CAUSE_SUSPECTED)
        assert event.by == staff

    def test_what_the_request_knows_is_given_ahead_and_can_be_changed(self, ticket, checklist, staff):
        ticket.facts_json = {"outage_known": "no", "webmail_works": "no"}
        ticket.save()
        _, walk = begun(ticket, checklist, staff)
        assert standing(walk).prefilled == {"outage", "webmail"}
        walking.answer(ticket=ticket, walk=walk, question="outage", answer="yes", by=staff)
        ticket.refresh_from_db()
        assert ticket.facts.outage_known == "yes"

    def test_an_answer_taken_back_leaves_what_was_known_before(self, ticket, checklist, staff):
        ticket.facts_json = {"quota_full": "no"}
        ticket.save()
        _, walk = begun(ticket, checklist, staff)
        go(ticket, walk, staff)
        ticket.refresh_from_db()
        assert ticket.facts.quota_full == "yes"
        walking.answer(ticket=ticket, walk=walk, question="outage", answer="yes", by=staff)
        ticket.refresh_from_db()
        assert ticket.facts.quota_full == "no"
        assert not ticket.facts.own_addresses

    def test_what_somebody_suspects_instead_stands(self, ticket, checklist, staff):
        _, walk = begun(ticket, checklist, staff)
        go(ticket, walk, staff)
        other = Cause.objects.exclude(slug="mailbox-full").earliest("pk")
        Ticket.objects.update(suspected_cause=other)
        walking.answer(ticket=ticket, walk=walk, question="quota", answer="yes", note="再確認", by=staff)
        ticket.refresh_from_db()
        assert ticket.suspected_cause == other

    def test_a_done_request_takes_facts_and_no_suspicion(self, ticket, checklist, staff):
        cause = Cause.objects.exclude(slug="mailbox-full").earliest("pk")
        thread.resolve(ticket=ticket, cause=cause, by=staff, body="直りました")
        evidence, walk = begun(ticket, checklist, staff)
        go(ticket, walk, staff)
        ticket.refresh_from_db()
        evidence.refresh_from_db()
        assert ticket.facts.quota_full == "yes"
        assert ticket.suspected_cause is None
        assert evidence.cause
        assert ticket.status == "resolved"

    def test_three_walks_one_of_them_unfinished(self, ticket, checklist, staff, boss):
        for by in (staff, boss):
            go(ticket, begun(ticket, checklist, by)[1], by)
        _, third = begun(ticket, checklist, staff)
        assert third.finished is None
        assert ticket.evidence.filter(kind="walk").count() == 3
        assert [e.by for e in ticket.evidence.filter(kind="walk")] == [staff, boss, staff]

    def test_two_taps_begin_one_walk(self, ticket, checklist, staff, boss):
        first = walking.begin(ticket=ticket, checklist=checklist, by=staff)
        assert walking.begin(ticket=ticket, checklist=checklist, by=staff) == first
        assert walking.begin(ticket=ticket, checklist=checklist, by=boss) != first
        assert first.walk
        go(ticket, first.walk, staff, FULL[:1])
        assert walking.begin(ticket=ticket, checklist=checklist, by=staff) != first

    def test_an_empty_walk_can_be_dropped_and_one_with_answers_stays(self, ticket, checklist, staff):
        evidence, walk = begun(ticket, checklist, staff)
        walking.drop(ticket=ticket, walk=walk, by=staff)
        assert not Evidence.objects.filter(pk=evidence.pk).exists()
        assert not Walk.objects.exists()
        _, walk = begun(ticket, checklist, staff)
        go(ticket, walk, staff, FULL[:1])
        with pytest.raises(walking.Begun):
            walking.drop(ticket=ticket, walk=walk, by=staff)

    def test_neither_the_clients_walk_nor_that_of_another_request(self, ticket, checklist, staff):
        walk = begin_walk(checklist=checklist)
        Evidence.objects.create(ticket=ticket, kind="walk", walk=walk)
        with pytest.raises(walking.NotOurs):
            go(ticket, walk, staff, FULL[:1])
        with pytest.raises(walking.NotOurs):
            walking.drop(ticket=ticket, walk=walk, by=staff)
        other = begin_walk(checklist=checklist, by=staff)
        with pytest.raises(walking.NotOurs):
            go(ticket, other, staff, FULL[:1])

    def test_a_question_that_is_not_asked_changes_nothing(self, ticket, checklist, staff):
        _, walk = begun(ticket, checklist, staff)
        with pytest.raises(NotOnTheWay):
            go(ticket, walk, staff, [("quota", "yes")])
        ticket.refresh_from_db()
        assert not ticket.facts.quota_full
