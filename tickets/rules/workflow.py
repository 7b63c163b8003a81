"""The workflow as one table: read by the services, the admin and the tests."""

from collections.abc import Mapping
from enum import StrEnum


class Status(StrEnum):
    """Where a request stands."""

    NEW = "new"
    IN_PROGRESS = "in-progress"
    WAITING = "waiting"
    ON_HOLD = "on-hold"
    RESOLVED = "resolved"
    CLOSED = "closed"
    REOPENED = "reopened"


TRANSITIONS: Mapping[Status, frozenset[Status]] = {
    Status.NEW: frozenset({Status.IN_PROGRESS, Status.WAITING, Status.ON_HOLD, Status.RESOLVED}),
    Status.IN_PROGRESS: frozenset({Status.WAITING, Status.ON_HOLD, Status.RESOLVED}),
    Status.WAITING: frozenset({Status.IN_PROGRESS, Status.ON_HOLD, Status.RESOLVED}),
    Status.ON_HOLD: frozenset({Status.IN_PROGRESS, Status.WAITING, Status.RESOLVED}),
    Status.RESOLVED: frozenset({Status.CLOSED, Status.REOPENED}),
    Status.CLOSED: frozenset({Status.REOPENED}),
    Status.REOPENED: frozenset({Status.IN_PROGRESS, Status.WAITING, Status.ON_HOLD, Status.RESOLVED}),
}

OURS = frozenset({Status.NEW, Status.IN_PROGRESS, Status.REOPENED})
"""It is our turn."""

DONE = frozenset({Status.RESOLVED, Status.CLOSED})
"""Nobody waits; the real cause is known."""

QUIET_DAYS = 7
"""Days after which a resolved request without a word from the client is closed."""


def may(old: Status, new: Status) -> bool:
    """May a request go from `old` to `new`?"""
    return new in TRANSITIONS[old]


def after_client_reply(status: Status) -> Status:
    """Where a client's reply puts a request: done ones reopen, waiting ones are ours again."""
    if status in DONE:
        return Status.REOPENED
    return Status.IN_PROGRESS if status in (Status.WAITING, Status.ON_HOLD) else status


class Word(StrEnum):
    """The four words a client sees."""

    RECEIVED = "received"
    LOOKING = "looking"
    WAITING = "waiting"
    SOLVED = "solved"


WORDS: Mapping[Status, Word] = {
    Status.NEW: Word.RECEIVED,
    Status.IN_PROGRESS: Word.LOOKING,
    Status.ON_HOLD: Word.LOOKING,
    Status.REOPENED: Word.LOOKING,
    Status.WAITING: Word.WAITING,
    Status.RESOLVED: Word.SOLVED,
    Status.CLOSED: Word.SOLVED,
}
