"""Tells kept pages that they are old: at once to every process of this machine, within a second to others."""

from __future__ import annotations

import logging
import os
import time
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import DatabaseError, transaction

from faq.models import Edition

SECONDS: Final = 0.5
"""How old the number of the database may be: a page of another machine's change is gone within a second."""

_log = logging.getLogger(__name__)


def changed() -> None:
    """Visitors see something else from this transaction's commit on."""
    Edition.move()
    transaction.on_commit(_tell)


def _file() -> Path:
    return Path(settings.VAR_DIR) / "edition"


def _tell() -> None:
    """The time of a file is what all processes of this machine can ask for without a statement."""
    now = time.time_ns()
    try:
        _file().touch(mode=0o600)
        # Two changes within one tick of the file system's clock differ all the same.
        os.utime(_file(), ns=(now, now))
    except OSError as error:
        _log.warning("Kept pages live up to a second longer: %s cannot be written (%s).", _file(), error)


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
        return os.stat(_file()).st_mtime_ns
    except OSError:
        return 0
