"""When to try a mail again, and when to give up."""

from datetime import timedelta

DELAYS = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, 120, 240, 480, 518))
"""Waits after the first, second, … attempt: together a day."""


def wait_after(attempts: int) -> timedelta | None:
    """How long to wait after so many attempts (at least 1), or None: give up."""
    return DELAYS[attempts - 1] if attempts <= len(DELAYS) else None
