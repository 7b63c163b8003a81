"""The outbox against a real SMTP server: what is sent, retried, given up."""

import logging
from datetime import timedelta

import pytest
from django.utils import timezone

from faq.models import Desk
from tests.tickets.smtp_peer import Peer, serve
from tickets.channels.smtp import Mail, NotSent, message_of
from tickets.models import Delivery, Draft, Event, Ticket, WorkerBeat
from tickets.rules.letters import Letter
from tickets.services import opening, outbox, thread

ANSWERS = {
    "symptom": "cannot-send",
    "words": "ひみつの文 http://evil.example",
    "name": "山田 和子",
    "email": "kazuko@mobile.example",
    "phone": "090-0000-0000",
}


@pytest.fixture
def use_smtp(settings):
    def use(peer: Peer) -> None:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", peer.port, 0.5

    return use


@pytest.fixture
def ticket(desk: Desk) -> Ticket:
    draft = Draft.objects.create(key="k", language="ja", data=ANSWERS)
    return opening.file_draft(draft=draft).ticket


def work() -> None:
    while delivery := outbox.claim():
        outbox.deliver(delivery, channel=Mail())


def again() -> Delivery:
    """Let the time of the next try come, and work."""
    Delivery.objects.update(next_try=timezone.now() - timedelta(seconds=1))
    work()
    return Delivery.objects.get()


def test_the_confirmation_as_it_arrives(ticket, use_smtp):
    with serve(Peer()) as peer:
        use_smtp(peer)
        work()
    delivery = Delivery.objects.get()
    (mail,) = peer.taken
    text = mail.get_content()
    assert (delivery.state, delivery.attempts, delivery.error) == ("sent", 1, "")
    assert delivery.sent is not None
    assert peer.recipients == ["kazuko@mobile.example"]
    assert mail["Message-ID"] == delivery.rfc_message_id
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"].datetime - delivery.created < timedelta(seconds=1)
    assert mail.get_content_type() == "text/plain"
    assert f"/tickets/{ticket.links.get().token}/" in text
    assert ticket.grouped_number in text
    assert "山田 和子" in text
    assert "03-0000-1234" in text
    assert "ひみつの文" not in text
    assert "evil" not in str(mail)


def test_a_reply_carries_our_words_and_not_theirs(ticket, staff, use_smtp):
    thread.reply(ticket=ticket, body="古いメールを移しました。\n<b>確認</b>", by=staff)
    with serve(Peer()) as peer:
        use_smtp(peer)
        work()
    mail = peer.taken[-1]
    assert "古いメールを移しました。\n<b>確認</b>" in mail.get_content().replace("\r\n", "\n")
    assert "ひみつの文" not in mail.get_content()
    assert mail["Auto-Submitted"] is None


def test_a_name_cannot_write_our_mail(desk, use_smtp):
    data = {**ANSWERS, "name": "当選です http://evil.example へ"}
    opening.file_draft(draft=Draft.objects.create(key="k", language="ja", data=data))
    with serve(Peer()) as peer:
        use_smtp(peer)
        work()
    assert "evil" not in peer.taken[0].get_content()


def test_staff_mail_leads_to_the_admin_without_the_clients_words(staff, use_smtp, desk):
    opening.file_draft(draft=Draft.objects.create(key="k", language="ja", data=ANSWERS))
    with serve(Peer()) as peer:
        use_smtp(peer)
        work()
    mail = next(mail for mail in peer.taken if mail["To"] == staff.email)
    assert "/admin/tickets/ticket/" in mail.get_content()
    assert "ひみつ" not in mail.get_content()


def test_try_later_is_tried_later(ticket, use_smtp):
    with serve(Peer("rcpt 451 4.7.1 greylisted", "data 452 4.2.2 full")) as peer:
        use_smtp(peer)
        work()
        first = Delivery.objects.get()
        assert (first.state, first.attempts) == ("waiting", 1)
        assert first.error.startswith("SMTP 451")
        assert timedelta(seconds=50) < first.next_try - timezone.now() <= timedelta(minutes=1)
        second = again()
        assert (second.state, second.attempts) == ("waiting", 2)
        assert timedelta(minutes=4) < second.next_try - timezone.now() <= timedelta(minutes=5)
        assert again().state == "sent"
    assert peer.ids == [first.rfc_message_id]


@pytest.mark.parametrize("answer", ["rcpt 550 5.1.1 no such user", "data 554 5.7.1 refused"])
def test_a_final_refusal_is_final_and_the_ticket_says_so(ticket, use_smtp, answer):
    with serve(Peer(answer)) as peer:
        use_smtp(peer)
        work()
        assert again().state == "failed"
    assert peer.taken == []
    assert Delivery.objects.get().attempts == 1
    assert ticket.events.filter(kind=Event.Kind.MAIL_FAILED).count() == 1


def test_after_a_day_it_gives_up_visibly(ticket, use_smtp):
    use_smtp(Peer())  # nobody listens on port 0
    for _ in range(20):
        again()
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.attempts) == ("failed", 9)
    assert ticket.events.filter(kind=Event.Kind.MAIL_FAILED).count() == 1


def test_a_server_that_hangs_holds_nobody_up_for_long(ticket, use_smtp):
    with serve(Peer("hang")) as peer:
        use_smtp(peer)
        work()
        assert Delivery.objects.get().state == "waiting"
        assert again().state == "sent"


def test_cut_before_the_250_comes_twice_with_the_same_id(ticket, use_smtp):
    with serve(Peer("drop")) as peer:
        use_smtp(peer)
        work()
        assert Delivery.objects.get().state == "waiting"
        assert again().state == "sent"
    assert len(peer.ids) == 2
    assert len(set(peer.ids)) == 1


def test_a_claimed_row_is_free_again_after_its_lease(ticket):
    taken = outbox.claim()
    assert taken is not None
    assert outbox.claim() is None
    Delivery.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    second = outbox.claim()
    assert second == taken
    assert second.attempts == 2


def test_a_worker_that_overslept_changes_nothing(ticket, use_smtp):
    slow = outbox.claim()
    assert slow is not None
    Delivery.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    outbox.claim()

    class Refusing:
        def send(self, letter: Letter) -> None:
            raise NotSent("x", permanent=True)

    outbox.deliver(slow, channel=Refusing())
    assert Delivery.objects.get().state == "sending"


def test_a_text_that_cannot_be_written_stops_nobody(ticket, staff, use_smtp):
    thread.reply(ticket=ticket, body="はい", by=staff)
    Delivery.objects.filter(kind="confirmation").update(kind="unknown")
    with serve(Peer()) as peer:
        use_smtp(peer)
        work()
    assert [d.state for d in Delivery.objects.order_by("pk")] == ["waiting", "sent"]


def test_no_value_becomes_a_header():
    evil = "x\r\nBcc: victim@evil.example\r\n\r\nbody"
    letter = Letter(f"<{evil}@x>", timezone.now(), f"a@b.example{evil}", evil, "text", automatic=True)
    raw = message_of(letter).message().as_bytes()
    assert b"\nBcc:" not in raw
    assert raw.count(b"\nSubject: ") == 1


def test_logs_hold_no_addresses_and_no_texts(ticket, use_smtp, caplog):
    caplog.set_level(logging.DEBUG, logger="tickets")
    with serve(Peer("rcpt 550 5.1.1 kazuko@mobile.example unknown")) as peer:
        use_smtp(peer)
        work()
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("tickets")]
    said = "\n".join(ours) + Delivery.objects.get().error
    assert "delivery" in said
    assert "kazuko" not in said
    assert "ひみつ" not in said


def test_without_a_server_mail_waits_as_files(ticket, settings, tmp_path):
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path
    work()
    assert Delivery.objects.get().state == "sent"
    assert len(list(tmp_path.iterdir())) == 1


def test_the_worker_beats(db):
    outbox.beat()
    outbox.beat()
    assert timezone.now() - WorkerBeat.objects.get().at < timedelta(seconds=5)
