"""The worker as a process of its own: stopped, killed, and several at once. On both databases."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from threading import Barrier
from typing import TypeVar
from urllib.parse import quote

import pytest
from django.conf import settings as project
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from tests.tickets.smtp_peer import Peer, serve
from tests.tickets.test_outbox import ANSWERS
from tickets.management.commands import worker as command
from tickets.models import AccessLink, Contact, Delivery, Draft, Ticket, WorkerBeat
from tickets.services import counting, opening, outbox

pytestmark = pytest.mark.django_db(transaction=True)

T = TypeVar("T")
ROOT = Path(__file__).parents[2]


def database_url() -> str:
    """The address of the test database, for another process."""
    made = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite://{made['NAME']}"
    login = quote(made["USER"]) + (":" + quote(made["PASSWORD"]) if made["PASSWORD"] else "")
    return f"postgresql://{login}@{made['HOST']}:{made['PORT'] or 5432}/{made['NAME']}"


@contextmanager
def worker(peer: Peer, folder: Path, *arguments: str) -> Iterator["subprocess.Popen[bytes]"]:
    """A worker process that mails to `peer`; killed at the end if it still runs."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "mailsupport.settings",
        "SECRET_KEY": project.SECRET_KEY,
        "MAILSUPPORT_VAR": str(folder),
        "DATABASE_URL": database_url(),
        "EMAIL_URL": f"smtp://127.0.0.1:{peer.port}",
    }
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "worker", *arguments],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=log,
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def wait_until(true: Callable[[], bool], seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


def fill_outbox(count: int) -> None:
    data = {**ANSWERS, "email": "k@mobile.example"}
    ticket = opening.file_draft(draft=Draft.objects.create(key="k", language="ja", data=data)).ticket
    Delivery.objects.all().delete()
    for number in range(count):
        Delivery.objects.create(
            ticket=ticket,
            contact=ticket.contact,
            kind="confirmation",
            target="k@mobile.example",
            rfc_message_id=f"<{number}@desk.example>",
        )


def sent() -> int:
    return Delivery.objects.filter(state="sent").count()


def test_it_stops_cleanly_after_the_mail_at_hand(tmp_path):
    fill_outbox(5)
    peer = Peer()
    peer.delay = 1.0
    with serve(peer), worker(peer, tmp_path) as process:
        wait_until(lambda: len(peer.taken) == 1)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    assert len(peer.taken) == 1
    assert sent() == 1
    assert Delivery.objects.filter(state="sending").count() == 0
    assert WorkerBeat.objects.exists()
    assert "mobile.example" not in (tmp_path / "log").read_text()


def test_it_leaves_time_between_mails(monkeypatch):
    fill_outbox(4)
    sent_at: list[float] = []
    monkeypatch.setattr(outbox, "deliver", lambda row, channel: sent_at.append(time.monotonic()))
    monkeypatch.setattr(command, "PACE", 0.2)
    command.Worker(once=True).round()
    pauses = [later - before for before, later in pairwise(sent_at)]
    assert len(pauses) == 3
    assert min(pauses) > 0.19


def test_killed_between_taking_and_our_commit_it_sends_once_more_with_the_same_id(tmp_path):
    fill_outbox(2)
    peer = Peer()
    peer.delay = 5.0
    with serve(peer):
        with worker(peer, tmp_path) as process:
            wait_until(lambda: len(peer.taken) == 1)
            process.send_signal(signal.SIGKILL)
            process.wait(10)
        assert sent() == 0
        peer.delay = 0.0
        Delivery.objects.filter(state="sending").update(leased_until=timezone.now())
        with worker(peer, tmp_path, "--once") as process:
            assert process.wait(30) == 0
    assert sent() == 2
    counts = Counter(peer.ids)
    assert sorted(counts.values()) == [1, 2]


def test_two_workers_at_once_send_every_row_once(tmp_path):
    fill_outbox(40)
    with serve(Peer()) as peer, worker(peer, tmp_path), worker(peer, tmp_path):
        wait_until(lambda: sent() == 40)
    assert set(Counter(peer.ids).values()) == {1}
    assert len(peer.ids) == 40


def at_once(work: Callable[[int], T], count: int = 8) -> list[T]:
    """Do `work` in so many threads at the same moment, each with a connection of its own."""
    barrier = Barrier(count)

    def one(number: int) -> T:
        barrier.wait()
        try:
            return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def test_taps_at_the_same_moment_file_once():
    draft = Draft.objects.create(key="k", language="ja", data=ANSWERS)

    def tap(_number: int) -> tuple[int, str, bool]:
        opened = opening.file_draft(draft=Draft.objects.get(pk=draft.pk))
        return opened.ticket.pk, opened.link.token, opened.created

    results = at_once(tap)
    assert len({result[:2] for result in results}) == 1
    assert [result[2] for result in results].count(True) == 1
    assert [m.objects.count() for m in (Ticket, AccessLink, Contact, Delivery)] == [1, 1, 1, 1]


def test_attempts_at_the_same_moment_are_all_counted():
    hour = timedelta(hours=1)
    counts = at_once(lambda _: counting.count(name="x", who="y", window=hour))
    assert sorted(counts) == list(range(1, 9))


def test_once_works_in_this_process_too(settings, tmp_path):
    fill_outbox(1)
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    call_command("worker", "--once")
    assert sent() == 1
    assert {number: signal.getsignal(number) for number in before} == before
