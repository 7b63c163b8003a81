"""A small load client: one thread, plain sockets, the same cheap work whatever is asked.

It shares the machine with the server, so it does as little as it can: requests are bytes made beforehand,
answers are read to their length and only the status line and two headers are looked at.
"""

import re
import selectors
import socket
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

HOST = "127.0.0.1"
TIMEOUT = 60.0  # seconds without any answer at all
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
CLOSES = re.compile(rb"\r\nconnection: *close", re.IGNORECASE)
LOCATION = re.compile(rb"\r\nlocation: *([^\r]+)", re.IGNORECASE)


@dataclass
class Outcome:
    """What a round gave. `statuses` 0 is a connection that broke; `times` are seconds, one an answer."""

    seconds: float = 0.0
    statuses: Counter[int] = field(default_factory=Counter)
    times: list[float] = field(default_factory=list)
    locations: list[str] = field(default_factory=list)
    bytes: int = 0

    @property
    def answers(self) -> int:
        """Answers of any kind."""
        return len(self.times)

    @property
    def rate(self) -> float:
        """Answers a second."""
        return self.answers / self.seconds if self.seconds else 0.0

    def failed(self, expected: int) -> int:
        """Answers with another status."""
        return sum(count for status, count in self.statuses.items() if status != expected)


def get(path: str, *, cookies: str = "") -> bytes:
    """A request as a browser sends it, as far as the server looks at it."""
    cookie = f"Cookie: {cookies}\r\n" if cookies else ""
    return (
        f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\nAccept-Language: ja\r\nAccept-Encoding: gzip\r\n{cookie}\r\n"
    ).encode()


def post(path: str, body: str, *, cookies: str) -> bytes:
    """A form that is sent."""
    agent = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Version/18.1 Safari"
    return (
        f"POST {path} HTTP/1.1\r\nHost: {HOST}\r\nAccept-Language: ja\r\nUser-Agent: {agent}\r\n"
        f"Cookie: {cookies}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


class Connection:
    """One browser: asks, reads the answer, asks again, on the same socket while the server keeps it."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.socket: socket.socket | None = None
        self.read = bytearray()
        self.want = -1
        self.began = 0.0

    def ask(self, request: bytes, poll: selectors.BaseSelector) -> None:
        """Send; the answer is collected by `listen`."""
        self.began = time.perf_counter()
        self.read, self.want = bytearray(), -1
        if self.socket is None:
            self.socket = socket.create_connection((HOST, self.port), timeout=TIMEOUT)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            poll.register(self.socket, selectors.EVENT_READ, self)
        self.socket.sendall(request)

    def listen(self) -> bool:
        """Read what is there; True once the answer is whole (or the connection broke)."""
        assert self.socket
        try:
            part = self.socket.recv(262_144)
        except OSError:
            part = b""
        self.read += part
        if self.want < 0 and (end := self.read.find(b"\r\n\r\n")) >= 0:
            length = LENGTH.search(self.read, 0, end)
            self.want = end + 4 + int(length[1]) if length else 1 << 40
        return not part or len(self.read) >= self.want

    def close(self, poll: selectors.BaseSelector) -> None:
        """Hang up."""
        if self.socket is not None:
            poll.unregister(self.socket)
            self.socket.close()
            self.socket = None

    def take(self, outcome: Outcome, poll: selectors.BaseSelector) -> None:
        """Write the whole answer down; hang up where the server does."""
        head = bytes(self.read[: max(self.read.find(b"\r\n\r\n"), 0)])
        whole = head.startswith(b"HTTP/1.1 ") and (len(self.read) == self.want or self.want == 1 << 40)
        outcome.statuses[int(head[9:12]) if whole else 0] += 1
        outcome.times.append(time.perf_counter() - self.began)
        outcome.bytes += len(self.read)
        if found := LOCATION.search(head):
            outcome.locations.append(found[1].decode())
        if not whole or CLOSES.search(head):
            self.close(poll)


def drive(port: int, requests: Iterator[bytes], *, seconds: float = 0.0, connections: int = 16) -> Outcome:
    """Ask from so many connections at once until `seconds` have passed or `requests` come to their end.

    Raises TimeoutError where the server says nothing at all for a minute.
    """
    outcome = Outcome()
    with selectors.DefaultSelector() as poll:
        lines = [Connection(port) for _ in range(connections)]
        began = time.perf_counter()
        busy = 0
        for line in lines:
            if request := next(requests, None):
                line.ask(request, poll)
                busy += 1
        while busy:
            ready = poll.select(TIMEOUT)
            if not ready:
                raise TimeoutError(f"no answer from port {port}")
            for key, _events in ready:
                line = key.data
                if not line.listen():
                    continue
                line.take(outcome, poll)
                over = seconds and time.perf_counter() - began > seconds
                request = None if over else next(requests, None)
                if request is None:
                    busy -= 1
                    line.close(poll)
                else:
                    line.ask(request, poll)
        outcome.seconds = time.perf_counter() - began
        for line in lines:
            line.close(poll)
    return outcome
