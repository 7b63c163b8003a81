"""What a process has read of the knowledge: good until anything that visitors see changes."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, Final, Generic, ParamSpec, TypeVar

from django.conf import settings
from django.db import DatabaseError

from faq.models.edition import Edition

SECONDS: Final = 0.5
"""How old the number of the database may be: another machine's change shows within a second."""
LIFETIME: Final = 60.0
"""Seconds after which everything is read again, also what was changed past all services."""
_log = logging.getLogger(__name__)
Asked = ParamSpec("Asked")
Read = TypeVar("Read")


def file() -> Path:
    """The time of this file is what all processes of a machine can ask for without a statement."""
    return Path(settings.VAR_DIR) / "edition"


class Newest:
    """The newest edition as one process knows it."""

    def __init__(self) -> None:
        self._number = 0
        self._asked = 0.0

    def edition(self) -> tuple[int, int]:
        """Time of the file in nanoseconds, number in the database. A statement each half second, no more."""
        if time.monotonic() - self._asked > SECONDS:
            self._ask()
        return _touched(), self._number

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
        return os.stat(file()).st_mtime_ns
    except OSError:
        return 0


_newest: Final = Newest()
_memories: Final[list[dict[Any, Any]]] = []


class Kept(Generic[Read]):
    """Values by name, as long as nothing changes. With settings.PAGE_CACHE off nothing is remembered."""

    def __init__(self) -> None:
        self._memory: dict[Any, tuple[tuple[int, int], float, Read]] = {}
        _memories.append(self._memory)

    def get(self, read: Callable[[], Read], *name: Any) -> Read:
        """What stands under that name, read now where there is nothing new enough."""
        if not settings.PAGE_CACHE:
            return read()
        # Asked before reading: what changes meanwhile makes this old at once.
        edition = _newest.edition()
        found = self._memory.get(name)
        if found and found[0] == edition and found[1] > time.monotonic():
            return found[2]
        answer = read()
        self._memory[name] = (edition, time.monotonic() + LIFETIME, answer)
        return answer


def kept(read: Callable[Asked, Read]) -> Callable[Asked, Read]:
    """Remember what `read` gives for these arguments; it reads what visitors see, and nothing else.

    Readers share it and change nothing of it.
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
