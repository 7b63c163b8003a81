"""A real SMTP server on loopback that behaves as a test tells it to."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class Peer:
    """`answers` are used up one a mail, at RCPT or at DATA; after that everything is taken with 250.

    An answer is "rcpt 451 …", "data 550 …", "hang" (no answer to RCPT) or "drop" (takes the mail, then cuts
    the connection before its 250).
    """

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)
        self.taken: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.delay = 0.0
        self.port = 0

    def _next(self, stage: str) -> str:
        if self.answers and self.answers[0].split()[0] == stage:
            return self.answers.pop(0).removeprefix(stage).strip() or stage
        return ""

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self._next("hang"):
            await asyncio.sleep(3)
        refusal = self._next("rcpt")
        if refusal:
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Session, envelope: Envelope) -> str:
        refusal = self._next("data")
        if refusal:
            return refusal
        assert isinstance(envelope.content, bytes)
        parsed = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(parsed, EmailMessage)
        self.taken.append(parsed)
        self.recipients += envelope.rcpt_tos
        await asyncio.sleep(self.delay)
        if self._next("drop"):
            server.transport.abort()
        return "250 OK"

    @property
    def ids(self) -> list[str]:
        """Message-IDs as they came."""
        return [message["Message-ID"] for message in self.taken]


@contextmanager
def serve(peer: Peer) -> Iterator[Peer]:
    """Run the server until the block ends."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        peer.port = probe.getsockname()[1]
    controller = Controller(peer, hostname="127.0.0.1", port=peer.port)
    controller.start()
    try:
        yield peer
    finally:
        controller.stop()
