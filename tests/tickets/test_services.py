"""The verbs: filing, answering, resolving, redacting, seeing and finding."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from faq.models import Category, Cause, Lookup
from faq.models.article import Article, ArticleText
from tickets.models import AccessLink, Attempt, Contact, Delivery, Draft, Event, Evidence, Message, Ticket
from tickets.rules import numbers
from tickets.rules.workflow import DONE, TRANSITIONS, Status, Word
from tickets.services import access, files, opening, routing, thread, upkeep
from tickets.services.errors import CauseNeeded, Empty, Incomplete, NotAllowed, Stale, UploadRefused
from tickets.services.opening import Opened

ANSWERS = {
    "symptom": "nothing-arrives",
    "words": "昨日の夕方から1通も来ません。\nパスワードは himitsu-1 です。",
    "since": "yesterday",
    "affected_address": "info@yamadaya.example",
    "work_stopped": "yes",
    "name": "山田 和子",
    "phone": "090-0000-0000",
    "email": "kazuko@mobile.example",
}


@pytest.fixture
def cause(db: None) -> Cause:
    names = {"name_ja": "満杯", "name_en": "Full", "explanation_ja": "満杯", "explanation_en": "Full"}
    return Cause.objects.create(slug="mailbox-full", actor="client", **names)


@pytest.fixture
def article(cause: Cause) -> Article:
    category = Category.objects.create(slug="not-receiving", name_ja="受信", name_en="Receiving")
    article = Article.objects.create(key="mailbox-full", category=category)
    article.article_causes.create(cause=cause)
    ArticleText.objects.create(
        article=article, language="ja", title="満杯", summary="減らす", body="x", status="published"
    )
    return article


def make_draft(key: str = "k1", **answers: str) -> Draft:
    return Draft.objects.create(key=key, language="ja", data={**ANSWERS, **answers})


@pytest.fixture
def opened(db: None) -> Opened:
    return opening.file_draft(draft=make_draft())


@pytest.fixture
def ticket(opened: Opened) -> Ticket:
    return opened.ticket


def kinds(ticket: Ticket) -> list[str]:
    return list(ticket.events.values_list("kind", flat=True))


def mails(ticket: Ticket) -> list[tuple[str, str]]:
    return list(ticket.deliveries.order_by("pk").values_list("kind", "target"))


def fresh(opened: Opened) -> AccessLink:
    """The link as another request reads it."""
    return AccessLink.objects.select_related("ticket", "contact").get(pk=opened.link.pk)


def in_status(ticket: Ticket, status: Status, cause: Cause) -> None:
    done = {"cause": cause, "resolved_at": timezone.now()} if status in DONE else {}
    Ticket.objects.filter(pk=ticket.pk).update(status=status, **done)
    ticket.refresh_from_db()


class TestFiling:
    def test_all_that_was_said_comes_along(self, article, desk, staff):
        lookup = Lookup.objects.create(text="全然来ない", language="ja")
        draft = make_draft()
        draft.visit = {"lookups": [lookup.pk], "articles": ["mailbox-full", "unknown"], "walks": [999]}
        draft.save()
        file = files.store(upload=SimpleUploadedFile("a.txt", b"x"), draft=draft)
        opened = opening.file_draft(draft=draft, user_agent="Mozilla/5.0 (iPhone) Safari/604")
        ticket = opened.ticket
        file.refresh_from_db()
        assert opened.created
        assert numbers.is_valid(ticket.number)
        assert ticket.subject == "昨日の夕方から1通も来ません。"
        assert (ticket.status, ticket.work_stopped) == ("new", True)
        assert (ticket.affected_domain, ticket.facts.direction) == ("yamadaya.example", "receiving")
        assert ticket.due is not None
        assert ticket.client is None
        assert ticket.messages.get().body == ANSWERS["words"]
        assert (file.ticket, file.draft, file.message) == (ticket, None, ticket.messages.get())
        evidence = {e.kind: e for e in ticket.evidence.all()}
        assert set(evidence) == {"form", "words", "browser"}
        assert evidence["words"].text == "全然来ない"
        assert evidence["browser"].facts_json == {"device": "iPhone"}
        assert [a.key for a in ticket.articles.all()] == ["mailbox-full"]
        assert kinds(ticket) == ["opened"]
        assert mails(ticket) == [("confirmation", "kazuko@mobile.example"), ("staff-new", staff.email)]
        assert opened.link.contact == ticket.contact
        assert ticket.contact.phone_digits == "09000000000"

    def test_a_second_tap_files_once(self, opened):
        again = opening.file_draft(draft=Draft.objects.get(key="k1"))
        assert (again.ticket, again.link, again.created) == (opened.ticket, opened.link, False)
        assert Ticket.objects.count() == AccessLink.objects.count() == 1
        assert Delivery.objects.count() == 1

    def test_a_receipt_number_that_somebody_has_is_drawn_anew(self, opened, monkeypatch):
        draws = [opened.ticket.number, opened.ticket.number, "9876543210"]
        monkeypatch.setattr(numbers, "new_number", lambda: draws.pop(0))
        draft = make_draft("k2")
        again = opening.file_draft(draft=draft)
        assert (again.created, again.ticket.number, draws) == (True, "9876543210", [])
        assert Message.objects.count() == AccessLink.objects.count() == 2
        draft.refresh_from_db()
        assert draft.ticket == again.ticket

    def test_what_the_database_refuses_for_another_reason_is_not_tried_for_ever(self, opened, monkeypatch):
        monkeypatch.setattr(numbers, "new_number", lambda: opened.ticket.number)
        with pytest.raises(IntegrityError):
            opening.file_draft(draft=make_draft("k2"))
        assert Ticket.objects.count() == Message.objects.count() == 1

    def test_filing_takes_few_statements(self, article, desk, staff):
        """What the search and the desk's hours take is theirs."""
        draft = make_draft()
        with CaptureQueriesContext(connection) as queries:
            opening.file_draft(draft=draft, user_agent="Mozilla/5.0 (iPhone) Safari/604")
        assert len([query for query in queries if '"faq_' not in query["sql"]]) == 14

    def test_what_is_missing_is_named_and_nothing_is_kept(self, db):
        with pytest.raises(Incomplete) as caught:
            opening.file_draft(draft=make_draft(phone="", email=""))
        assert caught.value.fields == ("phone",)
        assert not Ticket.objects.exists()

    def test_strangers_are_never_merged(self, opened):
        same = opening.file_draft(draft=make_draft("k2"))
        other = opening.file_draft(draft=make_draft("k3", phone="03-0000-0000"))
        assert same.ticket.contact == opened.ticket.contact
        assert other.ticket.contact != opened.ticket.contact

    def test_one_automatic_mail_an_address_and_hour(self, opened):
        again = opening.file_draft(draft=make_draft("k2", email="KAZUKO@mobile.example")).ticket
        assert mails(again) == []
        assert kinds(again) == ["opened", "mail-limited"]
        Attempt.objects.update(expires=timezone.now() - timedelta(seconds=1))
        later = opening.file_draft(draft=make_draft("k3")).ticket
        assert [kind for kind, _ in mails(later)] == ["confirmation"]

    def test_no_mail_to_the_domain_that_does_not_receive_and_the_ticket_says_so(self, db):
        own = {"email": "kazuko@mail.yamadaya.example"}
        skipped = opening.file_draft(draft=make_draft("k1", **own)).ticket
        assert (mails(skipped), kinds(skipped)) == ([], ["opened", "mail-skipped"])
        second = opening.file_draft(draft=make_draft("k2", **own, second_email="k@home.example")).ticket
        assert mails(second) == [("confirmation", "k@home.example")]
        sends = opening.file_draft(draft=make_draft("k3", **own, symptom="cannot-send")).ticket
        assert mails(sends) == [("confirmation", "kazuko@mail.yamadaya.example")]

    def test_by_staff(self, staff, opened):
        def call(name: str) -> Ticket:
            return opening.open_by_staff(
                by=staff,
                contact_name=name,
                phone="０９０ー００００ー００００",
                email="",
                symptom="cannot-send",
                words="送れない",
            ).ticket

        phoned = call("山田 和子")
        assert phoned.contact == opened.ticket.contact
        assert (phoned.source, phoned.owner) == ("phone", staff)
        assert mails(phoned) == []
        assert call("鈴木").contact != opened.ticket.contact


class TestThread:
    def test_reply(self, ticket, staff, article, desk):
        thread.reply(ticket=ticket, body=" 見ています\u202e ", by=staff, articles=[article], seen_version=0)
        ticket.refresh_from_db()
        assert (ticket.status, ticket.version) == ("in-progress", 1)
        assert ticket.due is not None
        assert ticket.messages.last().body == "見ています"
        assert kinds(ticket)[1:] == ["replied", "assigned", "status"]
        assert ticket.owner == staff
        assert mails(ticket)[-1][0] == "reply"
        assert ticket.ticket_articles.get().kind == "inserted"

    def test_someone_answered_meanwhile(self, ticket, staff, boss):
        first = thread.reply(ticket=ticket, body="一", by=boss, seen_version=0)
        with pytest.raises(Stale) as caught:
            thread.reply(ticket=ticket, body="二", by=staff, seen_version=0)
        assert caught.value.newer == first
        assert ticket.messages.filter(kind="reply").count() == 1
        thread.note(ticket=ticket, body="覚え書き", by=staff)
        thread.reply(ticket=ticket, body="三", by=staff, seen_version=1)

    def test_ask_and_answer(self, opened, staff, desk):
        ticket = opened.ticket
        thread.ask(ticket=ticket, body="どの機器ですか", by=staff)
        assert (ticket.status, ticket.due, ticket.word) == ("waiting", None, Word.WAITING)
        link = fresh(opened)
        thread.client_reply(link=link, body="iPhoneです", idempotency_key="m1")
        ticket.refresh_from_db()
        assert ticket.status == "in-progress"
        assert ticket.due is not None
        assert mails(ticket)[-1][0] == "staff-reply"

    def test_a_second_tap_says_it_once(self, opened):
        texts = [SimpleUploadedFile("a.txt", b"x")]
        first = thread.client_reply(link=opened.link, body="はい", uploads=texts, idempotency_key="m1")
        assert thread.client_reply(link=opened.link, body="はい", idempotency_key="m1") == first
        assert opened.ticket.messages.count() == 2
        assert first.attachments.get().ticket == opened.ticket

    def test_a_refused_file_takes_the_whole_reply_back(self, opened, settings):
        uploads = [SimpleUploadedFile("a.txt", b"x"), SimpleUploadedFile("b.exe", b"MZ\0")]
        with pytest.raises(UploadRefused):
            thread.client_reply(link=opened.link, body="はい", uploads=uploads, idempotency_key="m1")
        assert opened.ticket.messages.count() == 1
        assert not [p for p in settings.MEDIA_ROOT.rglob("*") if p.is_file()]

    def test_nothing_said_is_refused(self, opened, staff):
        with pytest.raises(Empty):
            thread.client_reply(link=opened.link, body=" \u200b", idempotency_key="m1")
        with pytest.raises(Empty):
            thread.note(ticket=opened.ticket, body="  ", by=staff)

    def test_a_note_changes_nothing_that_clients_see(self, ticket, staff):
        before = (ticket.status, ticket.version, mails(ticket))
        thread.note(ticket=ticket, body="社内", by=staff)
        ticket.refresh_from_db()
        assert (ticket.status, ticket.version, mails(ticket)) == before

    def test_resolved_with_a_cause_and_reopened_by_a_word(self, opened, staff, cause, article):
        ticket = opened.ticket
        with pytest.raises(CauseNeeded):
            thread.resolve(ticket=ticket, cause=None, by=staff)
        thread.resolve(
            ticket=ticket, cause=cause, by=staff, body="直りました", article=article, articles=[article]
        )
        assert (ticket.status, ticket.cause, ticket.word) == ("resolved", cause, Word.SOLVED)
        assert ticket.resolved_at is not None
        assert ticket.events.get(kind="resolved").cause == cause
        assert {one.kind for one in ticket.ticket_articles.all()} == {"solved", "inserted"}
        with pytest.raises(NotAllowed):
            thread.resolve(ticket=ticket, cause=cause, by=staff)
        thread.not_solved(link=fresh(opened), body="")
        ticket.refresh_from_db()
        assert (ticket.status, ticket.resolved_at) == ("reopened", None)
        assert kinds(ticket)[-2:] == ["not-solved", "reopened"]

    def test_the_client_says_solved_but_the_cause_is_ours_to_name(self, opened, staff, cause, desk):
        ticket = opened.ticket
        thread.confirm_solved(link=opened.link)
        thread.confirm_solved(link=opened.link)
        ticket.refresh_from_db()
        assert (ticket.status, ticket.word, ticket.due) == ("new", Word.SOLVED, None)
        assert kinds(ticket).count("confirmed-solved") == 1
        thread.not_solved(link=fresh(opened), body="やっぱり来ません")
        ticket.refresh_from_db()
        assert (ticket.word, ticket.due is None) == (Word.RECEIVED, False)

    def test_redact_reaches_every_copy(self, opened, staff):
        ticket = opened.ticket
        facts = {**ticket.facts_json, "error_text": "himitsu-1 と入れた"}
        Ticket.objects.filter(pk=ticket.pk).update(subject="himitsu-1", facts_json=facts)
        ticket.evidence.create(kind="words", text="himitsu-1", facts_json=facts)
        search = Lookup.objects.create(text="himitsu-1", language="ja", hits=[], none=False)
        Draft.objects.filter(ticket=ticket).update(data={"words": "himitsu-1", "photos": 1})
        note = thread.note(ticket=ticket, body="himitsu-1 himitsu-1", by=staff)
        assert thread.redact(message=note, secret="himitsu-1", by=staff) == 5
        ticket.refresh_from_db()
        everything = f"{ticket.subject}{ticket.facts_json}"
        everything += "".join(Message.objects.values_list("body", flat=True))
        everything += "".join(f"{e.text}{e.facts_json}" for e in Evidence.objects.all())
        everything += "".join(str(draft.data) for draft in Draft.objects.filter(ticket=ticket))
        assert "himitsu" not in everything
        assert "photos" in everything
        search.refresh_from_db()
        assert "himitsu" not in search.text
        assert len(ticket.subject) == 8
        assert kinds(ticket)[-1] == "redacted"
        with pytest.raises(Empty):
            thread.redact(message=note, secret=" ", by=staff)

    def test_blacking_out_makes_nothing_too_long(self, opened, staff):
        ticket = opened.ticket
        Ticket.objects.filter(pk=ticket.pk).update(subject="abc " * 30)
        ticket.evidence.create(kind="words", text="abc " * 125)
        thread.redact(message=ticket.messages.get(), secret="abc", by=staff)
        ticket.refresh_from_db()
        assert len(ticket.subject) == 120
        assert len(ticket.evidence.get(kind="words").text) == 500

    def test_events_hold_no_text(self):
        fields = {field.get_internal_type() for field in Event._meta.local_fields}
        assert fields == {"BigAutoField", "ForeignKey", "CharField", "DateTimeField"}
        texts = [f for f in Event._meta.local_fields if f.get_internal_type() == "CharField"]
        assert all(field.choices for field in texts)


class TestRouting:
    @pytest.mark.parametrize("old", list(Status))
    @pytest.mark.parametrize("new", list(Status))
    def test_the_table_rules(self, ticket, staff, cause, old, new):
        in_status(ticket, old, cause)
        before = len(kinds(ticket))
        if new not in TRANSITIONS[old] and new != old:
            with pytest.raises(NotAllowed):
                routing.set_status(ticket=ticket, status=new, by=staff)
        elif new in DONE and old not in DONE:
            with pytest.raises(CauseNeeded):
                routing.set_status(ticket=ticket, status=new, by=staff)
        else:
            routing.set_status(ticket=ticket, status=new, by=staff)
            event = ticket.events.last()
            assert len(kinds(ticket)) == before + (old != new)
            assert old == new or (event.old_status, event.new_status, event.by) == (old, new, staff)
            return
        ticket.refresh_from_db()
        assert ticket.status == old
        assert len(kinds(ticket)) == before

    def test_assign(self, ticket, staff, boss):
        routing.assign(ticket=ticket, to=staff, by=boss)
        assert (ticket.owner, ticket.status) == (staff, "in-progress")
        routing.assign(ticket=ticket, to=staff, by=boss)
        assert kinds(ticket)[1:] == ["assigned", "status"]
        routing.assign(ticket=ticket, to=None, by=boss)
        assert ticket.owner is None

    def test_suspect(self, ticket, staff, cause):
        routing.suspect(ticket=ticket, cause=cause, by=staff)
        routing.suspect(ticket=ticket, cause=cause, by=staff)
        assert kinds(ticket)[1:] == ["cause-suspected"]

    def test_quiet_requests_close_after_seven_days(self, opened, staff, cause):
        thread.resolve(ticket=opened.ticket, cause=cause, by=staff)
        assert routing.close_quiet() == 0
        Ticket.objects.update(resolved_at=timezone.now() - timedelta(days=7, minutes=1))
        assert routing.close_quiet() == 1
        opened.ticket.refresh_from_db()
        assert (opened.ticket.status, kinds(opened.ticket)[-1]) == ("closed", "closed")


class TestAccess:
    def test_only_exactly_the_token_opens(self, opened):
        token = opened.link.token
        wrong = ["", " ", token.swapcase(), token[:-1], token + "A", f" {token}", f"{token}\n", "あ" * 32]
        assert access.link_of(token) == opened.link
        assert [access.link_of(text) for text in wrong] == [None] * len(wrong)
        assert len(token) == 32

    def test_a_revoked_link_opens_nothing(self, opened):
        AccessLink.objects.update(revoked=timezone.now())
        assert access.link_of(opened.link.token) is None

    def test_seen_writes_once_a_minute(self, opened):
        access.seen(opened.link)
        first = AccessLink.objects.get().last_seen
        access.seen(opened.link)
        assert first is not None
        assert AccessLink.objects.get().last_seen == first

    def test_found_by_number_and_phone(self, opened):
        wide = "０９０－００００－００００"
        for _ in range(7):  # good tries do not count
            found = access.find(number=opened.ticket.grouped_number, phone=wide, address="127.0.0.1")
            assert found == opened.link

    def test_wrong_pairs_take_the_same_statements(self, opened):
        number, phone = opened.ticket.number, "090-0000-0000"
        pairs = [(number, "03-0000-0000"), ("0000000000", phone), (number, ""), ("", phone), ("x", "y")]
        counts = set()
        for place, (given, dialled) in enumerate(pairs):
            with CaptureQueriesContext(connection) as statements:
                assert access.find(number=given, phone=dialled, address=f"10.0.0.{place}") is None
            counts.add(len(statements))
        assert len(counts) == 1

    def test_five_tries_a_number_then_even_the_right_pair_is_not_found(self, opened):
        number, phone = opened.ticket.number, "090-0000-0000"
        for place in range(5):
            access.find(number=number, phone="03-0000-0000", address=f"10.0.0.{place}")
        assert access.find(number=number, phone=phone, address="10.0.0.9") is None
        Attempt.objects.update(expires=timezone.now())
        assert access.find(number=number, phone=phone, address="10.0.0.9") == opened.link

    def test_five_tries_an_address(self, opened):
        for place in range(5):
            access.find(number=str(place), phone="03-0000-0000", address="10.0.0.1")
        pair = {"number": opened.ticket.number, "phone": "090-0000-0000"}
        assert access.find(**pair, address="10.0.0.1") is None
        assert access.find(**pair, address="10.0.0.2") == opened.link

    def test_attempts_name_nobody(self, opened):
        access.find(number=opened.ticket.number, phone="090-0000-0000", address="192.0.2.7")
        keys = "".join(Attempt.objects.values_list("key", flat=True))
        assert opened.ticket.number not in keys
        assert "192.0.2.7" not in keys

    def test_switched_off(self, opened, settings):
        settings.FIND_BY_NUMBER = False
        pair = {"number": opened.ticket.number, "phone": "090-0000-0000"}
        assert access.find(**pair, address="10.0.0.1") is None


def test_old_drafts_go_with_their_files_and_filed_words_stay(opened, settings):
    lost = Draft.objects.create(key="old", language="ja")
    files.store(upload=SimpleUploadedFile("a.txt", b"x"), draft=lost)
    assert upkeep.purge_drafts() == 0
    Draft.objects.update(updated=timezone.now() - timedelta(days=8))
    assert upkeep.purge_drafts() == 2
    assert Ticket.objects.count() == Contact.objects.count() == 1


def test_every_staff_user_with_an_address_hears_of_a_new_request_or_its_owner(opened, staff, boss, editor):
    User.objects.create_superuser("gone", "gone@desk.example", "a-long-password-1", is_active=False)
    ticket = opening.file_draft(draft=make_draft("k2")).ticket
    told = {target for kind, target in mails(ticket) if kind == "staff-new"}
    assert told == {staff.email, boss.email}
    routing.assign(ticket=ticket, to=staff, by=boss)
    thread.client_reply(link=ticket.links.get(), body="はい", idempotency_key="m")
    assert [target for kind, target in mails(ticket) if kind == "staff-reply"] == [staff.email]
