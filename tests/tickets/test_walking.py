"""Checklists walked by staff from a request: the verbs, the pages, and who may."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from faq.models import Cause, Checklist, Outcome, Walk
from faq.models.base import Audience
from faq.rules.facts import Facts
from faq.services.walk import NotOnTheWay, standing
from faq.services.walk import answer as answer_walk
from faq.services.walk import begin as begin_walk
from tickets.models import Event, Evidence, Ticket
from tickets.services import opening, routing, thread, walking

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
        assert not ticket.suspected_cause_id
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

    def test_an_outcome_that_is_gone_takes_its_suspicion_with_it(self, ticket, checklist, staff, boss):
        _, walk = begun(ticket, checklist, staff)
        go(ticket, walk, staff)
        walking.answer(ticket=ticket, walk=walk, question="quota", answer="no", by=boss)
        assert walk.outcome is None
        ticket.refresh_from_db()
        assert ticket.suspected_cause is None
        events = ticket.events.filter(kind=Event.Kind.CAUSE_SUSPECTED)
        assert [(e.cause and e.cause.slug, e.by) for e in events] == [("mailbox-full", staff), (None, boss)]
        walking.answer(ticket=ticket, walk=walk, question="quota", answer="yes", by=staff)
        ticket.refresh_from_db()
        assert ticket.suspected_cause == Cause.objects.get(slug="mailbox-full")

    def test_also_after_another_outcome_of_the_same_cause(self, ticket, checklist, staff):
        Outcome.objects.filter(key="other-device").update(cause=Cause.objects.get(slug="mailbox-full"))
        _, walk = begun(ticket, checklist, staff)
        go(ticket, walk, staff)
        walking.answer(ticket=ticket, walk=walk, question="other-device", answer="yes", by=staff)
        ticket.refresh_from_db()
        assert ticket.suspected_cause == Cause.objects.get(slug="mailbox-full")
        walking.answer(ticket=ticket, walk=walk, question="other-device", answer="no", by=staff)
        ticket.refresh_from_db()
        assert (walk.outcome, ticket.suspected_cause) == (None, None)

    def test_then_what_was_suspected_before_stands_again(self, ticket, checklist, staff, boss):
        by_hand = Cause.objects.exclude(slug="mailbox-full").earliest("pk")
        routing.suspect(ticket=ticket, cause=by_hand, by=boss)
        _, walk = begun(ticket, checklist, staff)
        go(ticket, walk, staff)
        walking.answer(ticket=ticket, walk=walk, question="quota", answer="no", by=staff)
        ticket.refresh_from_db()
        assert ticket.suspected_cause == by_hand

    def test_or_what_another_walk_says(self, ticket, checklist, staff, boss):
        _, walk = begun(ticket, checklist, staff)
        _, other = begun(ticket, checklist, boss)
        go(ticket, other, boss, [("outage", "yes")])
        go(ticket, walk, staff)
        walking.answer(ticket=ticket, walk=walk, question="quota", answer="no", by=staff)
        ticket.refresh_from_db()
        assert other.outcome
        assert ticket.suspected_cause == other.outcome.cause

    @pytest.mark.parametrize("again", [False, True])
    def test_a_suspicion_set_by_hand_meanwhile_is_not_withdrawn(self, ticket, checklist, staff, again):
        _, walk = begun(ticket, checklist, staff)
        go(ticket, walk, staff)
        found = Cause.objects.get(slug="mailbox-full")
        by_hand = Cause.objects.exclude(slug="mailbox-full").earliest("pk")
        for cause in (by_hand, found) if again else (by_hand,):
            routing.suspect(ticket=ticket, cause=cause, by=staff)
        walking.answer(ticket=ticket, walk=walk, question="quota", answer="no", by=staff)
        ticket.refresh_from_db()
        assert ticket.suspected_cause == (found if again else by_hand)

    def test_one_that_stood_before_is_not_withdrawn(self, ticket, checklist, staff):
        found = Cause.objects.get(slug="mailbox-full")
        routing.suspect(ticket=ticket, cause=found, by=staff)
        _, walk = begun(ticket, checklist, staff)
        go(ticket, walk, staff)
        walking.answer(ticket=ticket, walk=walk, question="quota", answer="no", by=staff)
        ticket.refresh_from_db()
        assert ticket.suspected_cause == found

    def test_a_secret_in_a_note_is_blacked_out_like_any_other(self, ticket, checklist, staff):
        error = {"error_text": "himitsu-1 と入れた"}
        Ticket.objects.update(facts_json=error)
        ticket.refresh_from_db()
        _, walk = begun(ticket, checklist, staff)
        for question, note in (("outage", "himitsu-1 と himitsu-1"), ("webmail", "x" * 490 + "himitsu-1")):
            walking.answer(ticket=ticket, walk=walk, question=question, answer="no", note=note, by=staff)
        elsewhere = begin_walk(checklist=checklist, by=staff)
        answer_walk(walk=elsewhere, question="outage", answer="no", note="himitsu-1")
        # Twice in one note, once in the other; the facts are hidden without being counted.
        message = ticket.messages.get()
        assert thread.redact(message=message, secret="himitsu-1", by=staff) == 3
        walk.refresh_from_db()
        notes = "".join(walk.steps.values_list("note", flat=True))
        assert "himitsu" not in f"{notes}{walk.facts_json}"
        assert notes.startswith("●●●●●●●● と")
        assert elsewhere.steps.get().note == "himitsu-1"
        walking.answer(ticket=ticket, walk=walk, question="outage", answer="no", note="abc " * 125, by=staff)
        thread.redact(message=message, secret="abc", by=staff)
        assert len(walk.steps.get(question__key="outage").note) == 500
        assert ticket.events.filter(kind=Event.Kind.REDACTED, by=staff).exists()

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


class TestPages:
    def test_a_note_to_a_question_no_longer_asked_is_given_back(self, ticket, checklist, staff, staff_client):
        begun(ticket, checklist, staff)
        response = staff_client.post(
            f"/admin/tickets/ticket/{ticket.pk}/walks/", {"checklist": checklist.slug}
        )
        data = {"question": "quota", "answer": "yes", "note": "大事なメモ"}
        html = staff_client.post(response["Location"], data, follow=True).content.decode()
        assert "この質問はなくなりました" in html
        assert "大事なメモ" in html
        assert Walk.objects.get().outcome is None

    def test_from_the_request_to_the_outcome_and_back(self, ticket, checklist, staff_client):
        here = page_of(ticket)
        assert 'value="nothing-arrives" selected' in html_of(staff_client, here)
        response = staff_client.post(
            f"/admin/tickets/ticket/{ticket.pk}/walks/", {"checklist": checklist.slug}
        )
        address = response["Location"]
        assert "途中" in html_of(staff_client, here)
        for number, (question, given) in enumerate(FULL):
            html = html_of(staff_client, address)
            assert '<kbd class="key" aria-hidden="true" hidden>1</kbd>' in html
            data = {"question": question, "answer": given, "note": f"メモ{number}"}
            assert staff_client.post(address, data)["Location"] == address
        end = html_of(staff_client, address)
        walk = Walk.objects.get()
        assert walk.outcome
        assert walk.outcome.cause.slug == "mailbox-full"
        assert f"<h1>{walk.outcome}</h1>" in end
        assert "最後の答えを取り消す" in end
        html = html_of(staff_client, here)
        assert "途中" not in html
        assert "メモ4" in html
        assert "質問・sato" in html
        assert "質問で調べました" in html
        assert "続きから聞く" not in html

    def test_a_note_is_kept_where_the_answer_is_missing(self, ticket, checklist, staff, staff_client):
        evidence, walk = begun(ticket, checklist, staff)
        address = address_of(evidence)
        response = staff_client.post(address, {"question": "outage", "note": "あ\x00い" + "x" * 600})
        assert response.status_code == 422
        assert f">あ い{'x' * 497}</textarea>" in response.content.decode()
        assert not walk.steps.exists()
        assert staff_client.post(address, {"question": "out\x00age", "answer": "\x00"}).status_code == 302
        assert staff_client.post(address, {"question": "outage", "answer": "no\x00"}).status_code == 422

    def test_an_earlier_question_can_be_changed(self, ticket, checklist, staff, staff_client):
        evidence, walk = begun(ticket, checklist, staff)
        walking.answer(ticket=ticket, walk=walk, question="outage", answer="no", note="覚え", by=staff)
        html = html_of(staff_client, f"{address_of(evidence)}?question=outage")
        assert ">覚え</textarea>" in html
        assert "checked" in html
        assert staff_client.get(f"{address_of(evidence)}?question=quota").status_code == 302

    def test_an_old_walk_can_be_gone_on_with(self, ticket, checklist, staff, staff_client):
        evidence, walk = begun(ticket, checklist, staff)
        Walk.objects.filter(pk=walk.pk).update(started=timezone.now() - timedelta(days=90))
        data = {"question": "outage", "answer": "no"}
        assert staff_client.post(address_of(evidence), data).status_code == 302
        assert standing(walk).given == {"outage": "no"}

    def test_the_clients_walk_can_be_looked_at_only(self, ticket, checklist, staff_client):
        walk = begin_walk(checklist=checklist)
        answer_walk(walk=walk, question="outage", answer="no")
        evidence = Evidence.objects.create(ticket=ticket, kind="walk", walk=walk)
        html = html_of(staff_client, address_of(evidence))
        assert "途中まで" in html
        assert "data-key" not in html
        staff_client.post(address_of(evidence), {"question": "webmail", "answer": "no"})
        staff_client.post(address_of(evidence), {"drop": "1"})
        assert standing(walk).given == {"outage": "no"}
        assert "お客様ご自身" in html_of(staff_client, page_of(ticket))

    def test_what_the_client_changes_later_is_told_from_what_was_sent(self, ticket, checklist, staff_client):
        walk = begin_walk(checklist=checklist)
        for question, given in FULL:
            answer_walk(walk=walk, question=question, answer=given)
        assert walk.outcome
        evidence = Evidence.objects.create(
            ticket=ticket, kind="walk", walk=walk, facts_json={"quota_full": "yes"}, cause=walk.outcome.cause
        )
        assert "送ったあとに" not in html_of(staff_client, page_of(ticket))
        answer_walk(walk=walk, question="quota", answer="no")
        html = html_of(staff_client, page_of(ticket))
        assert "送ったあとに" in html
        assert html.count("送信後") == 1
        assert html_of(staff_client, address_of(evidence)).count("送信後") == 1
        assert "メールの使用量：上限に近い" in html
        evidence.refresh_from_db()
        ticket.refresh_from_db()
        assert evidence.facts_json == {"quota_full": "yes"}
        assert not ticket.facts.quota_full

    def test_a_note_that_looks_like_a_password_is_blacked_out_with_one_tap(
        self, ticket, checklist, staff, staff_client
    ):
        evidence, walk = begun(ticket, checklist, staff)
        walking.answer(
            ticket=ticket, walk=walk, question="outage", answer="no", note="pw: Himitsu2024!", by=staff
        )
        for page in (page_of(ticket), address_of(evidence)):
            html = html_of(staff_client, page)
            assert 'name="redact" value="Himitsu2024!"' in html
            assert f'action="{page_of(ticket)}" class="flag"' in html
        staff_client.post(page_of(ticket), {"redact": "Himitsu2024!"})
        html = html_of(staff_client, page_of(ticket))
        assert "<q>pw: ●●●●●●●●</q>" in html
        assert "Himitsu" not in html

    def test_a_mistaken_walk_is_dropped_from_its_page(self, ticket, checklist, staff, staff_client):
        evidence, _ = begun(ticket, checklist, staff)
        assert staff_client.post(address_of(evidence), {"drop": "1"})["Location"] == page_of(ticket)
        assert not ticket.evidence.filter(kind="walk").exists()
        assert staff_client.get(address_of(evidence)).status_code == 404

    def test_another_suspicion_is_offered_and_taken(self, ticket, checklist, staff, staff_client):
        evidence, walk = begun(ticket, checklist, staff)
        go(ticket, walk, staff)
        assert "推定原因にする" not in html_of(staff_client, page_of(ticket))
        Ticket.objects.update(suspected_cause=Cause.objects.exclude(slug="mailbox-full").earliest("pk"))
        assert "推定原因にする" in html_of(staff_client, page_of(ticket))
        assert "推定原因にする" in html_of(staff_client, address_of(evidence))

    def test_an_article_of_the_outcome_stands_in_the_reply(self, ticket, checklist, staff, staff_client):
        evidence, walk = begun(ticket, checklist, staff)
        go(ticket, walk, staff)
        found = re.search(r'href="([^"]+\?insert=\d+)#reply"', html_of(staff_client, address_of(evidence)))
        assert found
        html = html_of(staff_client, found[1])
        assert re.search(r"<textarea[^>]*>\s*[^<]+\nhttps?://[^<]+/faq/[\w-]+/\s*</textarea>", html)

    def test_staff_lists_come_first(self, ticket, checklist, staff_client):
        Checklist.objects.filter(pk=checklist.pk).update(audience=Audience.STAFF, symptom="other")
        html = html_of(staff_client, page_of(ticket))
        options = re.findall(r'<option value="[\w-]+"(?: selected)?>[^<]+</option>', html)
        assert "（担当者用）" in next(o for o in options if "nothing-arrives" in o)

    def test_who_may(self, ticket, checklist, staff, editor):
        evidence, walk = begun(ticket, checklist, staff)
        begin = f"/admin/tickets/ticket/{ticket.pk}/walks/"
        writes = Client()
        writes.force_login(editor, backend="django.contrib.auth.backends.ModelBackend")
        for client, status in ((Client(), 302), (writes, 403)):
            assert client.get(address_of(evidence)).status_code == status
            data = {"question": "outage", "answer": "no"}
            assert client.post(address_of(evidence), data).status_code == status
            assert client.post(begin, {"checklist": checklist.slug}).status_code == status
        assert not walk.steps.exists()
        assert Walk.objects.count() == 1

    def test_what_staff_ask_is_no_page_for_clients(self, ticket, staff):
        sheet = Checklist.objects.get(slug="staff-sheet")
        public = Checklist.objects.get(slug="nothing-arrives")
        assert Client().get("/checklists/staff-sheet/").status_code == 404
        for checklist in (sheet, public):
            _, walk = begun(ticket, checklist, staff)
            address = f"/checklists/{checklist.slug}/{walk.token}/"
            assert Client().get(address).status_code == 404
            assert Client().post(address, {"question": "outage", "answer": "no"}).status_code == 404
            assert not walk.steps.filter(prefilled=False).exists()

    def test_the_sheet_shows_its_test_and_its_menus(self, ticket, staff, staff_client):
        evidence, walk = begun(ticket, Checklist.objects.get(slug="staff-sheet"), staff)
        html = html_of(staff_client, f"{address_of(evidence)}?question=scope")
        assert "<li>5分待って、どれが届いたかを、ウェブメールで見てもらいます。</li>" in html
        walking.answer(ticket=ticket, walk=walk, question="scope", answer="all", by=staff)
        assert "<li>whois.jprs.jp</li>" in html_of(staff_client, address_of(evidence))
        assert statements(lambda: staff_client.get(f"{address_of(evidence)}?question=scope")) <= 12

    def test_nothing_there(self, ticket, checklist, staff, staff_client):
        _, walk = begun(ticket, checklist, staff)
        begin = f"/admin/tickets/ticket/{ticket.pk}/walks/"
        assert staff_client.get(begin).status_code == 405
        assert staff_client.post(begin, {"checklist": "no\x00ne"}).status_code == 404
        assert staff_client.post("/admin/tickets/ticket/99/walks/", {"checklist": "x"}).status_code == 404
        assert staff_client.get(f"/admin/tickets/ticket/99/walks/{walk.pk}/").status_code == 404
        assert staff_client.get(f"{begin}{9**30}/").status_code == 404

    def test_a_step_takes_few_statements(self, ticket, checklist, staff, staff_client):
        evidence, _ = begun(ticket, checklist, staff)
        staff_client.get(address_of(evidence))
        data = {"question": "outage", "answer": "no", "note": "x"}
        assert statements(lambda: staff_client.post(address_of(evidence), data)) <= 12
        assert statements(lambda: staff_client.get(address_of(evidence))) <= 12

    def test_four_walks_cost_the_page_no_more_than_one(self, ticket, checklist, staff, staff_client):
        go(ticket, begun(ticket, checklist, staff)[1], staff)
        html_of(staff_client, page_of(ticket))
        one = statements(lambda: staff_client.get(page_of(ticket)))
        for _ in range(3):
            go(ticket, begun(ticket, checklist, staff)[1], staff)
        assert statements(lambda: staff_client.get(page_of(ticket))) == one


def html_of(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def page_of(ticket: Ticket) -> str:
    return f"/admin/tickets/ticket/{ticket.pk}/change/"


def address_of(evidence: Evidence) -> str:
    return f"/admin/tickets/ticket/{evidence.ticket_id}/walks/{evidence.walk_id}/"


def statements(work: Callable[[], object]) -> int:
    """How many, savepoints left out: they stand for the transaction that the test has begun already."""
    with CaptureQueriesContext(connection) as seen:
        work()
    return len([q for q in seen.captured_queries if "SAVEPOINT" not in q["sql"]])
