"""`manage.py worker`: sends what stands in the outbox, and tidies up."""

import logging
import signal
import threading
import time
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, close_old_connections

from tickets.channels.smtp import Mail
from tickets.services import outbox, upkeep

log = logging.getLogger(__name__)

POLL = 2.0
BEAT = 15.0
TIDY = 3600.0
PACE = 0.05
"""Seconds from one mail to the next, at least. No limit that a host publishes is near 72,000 an hour, and
while a crowd files requests the processor of a small server is theirs."""


class Command(BaseCommand):
    """Runs until SIGTERM or SIGINT; any number of them may run at once, on any number of machines."""

    help = "Send waiting mail, close quiet requests, forget old drafts. Stops cleanly on SIGTERM."

    def add_arguments(self, parser: CommandParser) -> None:
        """--once, for tests and for cron."""
        parser.add_argument("--once", action="store_true", help="Work off what is due now, then end.")

    def handle(self, *_args: Any, once: bool = False, **_options: Any) -> None:
        """Work until told to stop."""
        Worker(once=once).run()


class Worker:
    """The loop. A heartbeat of its own thread would beat for a loop that hangs, so the loop beats."""

    def __init__(self, *, once: bool) -> None:
        self.once = once
        self.stopping = threading.Event()
        self.last: dict[str, float] = {}

    def run(self) -> None:
        """Work with our own signal handlers in place."""
        before = {
            number: signal.signal(number, lambda *_: self.stopping.set())
            for number in (signal.SIGTERM, signal.SIGINT)
        }
        try:
            self.loop()
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def loop(self) -> None:
        """Rounds until stopped; a database that went away is waited for."""
        log.info("worker: started")
        while not self.stopping.is_set():
            try:
                self.round()
            except DatabaseError as error:
                log.warning("worker: database does not answer (%s)", type(error).__name__)
                if self.once:
                    raise
            close_old_connections()
            if self.once:
                break
            self.stopping.wait(POLL)
        log.info("worker: stopped")

    def round(self) -> None:
        """Beat, tidy up when it is time, send all that is due."""
        self.every(TIDY, "tidy", upkeep.tidy)
        channel = Mail()
        self.every(BEAT, "beat", outbox.beat)
        for delivery in outbox.claims():
            next_one = time.monotonic() + PACE
            outbox.deliver(delivery, channel=channel)
            self.every(BEAT, "beat", outbox.beat)
            if self.stopping.wait(max(0.0, next_one - time.monotonic())):
                return

    def every(self, seconds: float, name: str, work: Callable[[], object]) -> None:
        """Do `work` unless it was done within so many seconds."""
        moment = time.monotonic()
        if moment - self.last.get(name, -seconds) >= seconds:
            self.last[name] = moment
            work()
