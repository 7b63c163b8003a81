"""What a process has read of the knowledge: good until anything that visitors see changes."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any, Final, Generic, ParamSpec, TypeVar

from django.conf import settings
from django.db import DatabaseError

from faq.models.edition import Edition

SECONDS: Final = 0.9
"""How old the number of the database may be: another machine's change shows within a second."""
LIFETIME: Final = 60.0
"""Seconds after which everything is read again, also what was changed past all services or changes by the
clock alone (open or closed, a planned outage, votes). What is made of kept values is no newer than the oldest
of them: a page, too, is never older than this."""
_log = logging.getLogger(__name__)
Asked = ParamSpec("Asked")
Read = TypeVar("Read")


def file() -> Path:
    """The time of this file is what all processes of a machine can ask for without a statement."""
    return Path(settings.VAR_DIR) / "edition"


class _Reading(threading.local):
    """What this thread does just now."""

    until = float("inf")
    """Of what it has read so far: what is made of kept values is no newer than they."""
    edition: tuple[int, int] | None = None
    """Within `one_edition`."""


_reading: Final = _Reading()


class Newest:
    """The newest edition as one process knows it."""

    def __init__(self) -> None:
        self._number = 0
        self._asked = 0.0

    def edition(self) -> tuple[int, int]:
        """Time of the file in nanoseconds, number in the database. A statement each SECONDS, no more.

        Within `one_edition` it is the same until this thread changes something itself.
        """
        if _reading.edition:
            return _reading.edition
        if time.monotonic() - self._asked > SECONDS:
            self._ask()
        return _touched(), self._number

    def known(self) -> tuple[int, int] | None:
        """The same without a statement; None where one is due."""
        return None if time.monotonic() - self._asked > SECONDS else (_touched(), self._number)

    def _ask(self) -> None:
        # Before the statement: while the database does not answer, not every request waits for it.
        self._asked = time.monotonic()
        try:
            self._number = Edition.newest()
        except DatabaseError:
            # Nobody can change anything either; what is kept stays good.
            _log.warning("The edition of the pages cannot be read.")


def _touched() -> int:
    try:
        return os.stat(f"{settings.VAR_DIR}/edition").st_mtime_ns
    except OSError:
        return 0


NEWEST: Final = Newest()
"""One for all that a process keeps: together they ask the database as often as each would."""
_memories: Final[list[Kept[Any]]] = []


@contextmanager
def one_edition(edition: tuple[int, int]) -> Iterator[None]:
    """Everything that this thread reads for a page is of the same edition, and the file is asked once."""
    _reading.edition = edition
    try:
        yield
    finally:
        _reading.edition = None


def look_again() -> None:
    """This thread has changed something: from now on it reads what it has written."""
    _reading.edition = None


class Noted:
    """Seconds on the monotonic clock until which everything read of memories within the block holds."""

    def __init__(self, lifetime: float = LIFETIME) -> None:
        self._lifetime = lifetime

    def __enter__(self) -> Noted:
        self._outer, _reading.until = _reading.until, time.monotonic() + self._lifetime
        return self

    def __exit__(self, *_error: object) -> None:
        self.until = _reading.until
        _reading.until = min(self._outer, self.until)


class Kept(Generic[Read]):
    """Values by name, as long as nothing changes. With settings.PAGE_CACHE off nothing is remembered.

    Together they are no larger than `most`, by `size`; the oldest go first. `lifetime` is in seconds.
    Safe between threads.
    """

    def __init__(
        self,
        *,
        most: int = 4000,
        size: Callable[[Read], int] = lambda _value: 1,
        lifetime: float = LIFETIME,
    ) -> None:
        self._lifetime = lifetime
        self._memory: dict[Any, tuple[float, int, Read]] = {}
        self._edition = (0, 0)
        self._most, self._size, self._full = most, size, 0
        self._lock = threading.Lock()
        _memories.append(self)

    def get(self, read: Callable[[], Read], *name: Any) -> Read:
        """What stands under that name, read now where there is nothing new enough."""
        if not settings.PAGE_CACHE:
            return read()
        # Asked before reading: what changes meanwhile makes this old at once.
        edition = NEWEST.edition()
        found = self._memory.get(name) if edition == self._edition else None
        if found and found[0] > time.monotonic():
            _reading.until = min(_reading.until, found[0])
            return found[2]
        with Noted(self._lifetime) as noted:
            answer = read()
        self._put(name, edition, noted.until, answer)
        return answer

    def _put(self, name: Any, edition: tuple[int, int], until: float, answer: Read) -> None:
        size = self._size(answer)
        with self._lock:
            if edition != self._edition:
                self._memory, self._edition, self._full = {}, edition, 0
            self._drop(name)
            self._memory[name] = (until, size, answer)
            self._full += size
            while self._full > self._most and len(self._memory) > 1:
                self._drop(next(iter(self._memory)))

    def _drop(self, name: Any) -> None:
        if gone := self._memory.pop(name, None):
            self._full -= gone[1]

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._memory, self._full = {}, 0


def kept(read: Callable[Asked, Read]) -> Callable[Asked, Read]:
    """Remember what `read` gives for these arguments; it reads what visitors see, and nothing else.

    Readers share it and change nothing of it. What it raises is not remembered.
    """
    memory = Kept[Read]()

    @wraps(read)
    def reader(*args: Asked.args, **kwargs: Asked.kwargs) -> Read:
        return memory.get(lambda: read(*args, **kwargs), args, tuple(kwargs.items()))

    return reader


def forget() -> None:
    """For tests, whose rows come and go under the same edition."""
    for memory in _memories:
        memory.clear()
