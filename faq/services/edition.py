"""Tells kept pages that they are old: at once to every process of this machine, within a second to others."""

from __future__ import annotations

import logging
import os
import time

from django.db import transaction

from faq.models import Edition
from faq.models.kept import NEWEST, SECONDS, Newest, file, look_again

__all__ = ["NEWEST", "SECONDS", "Newest", "changed"]

_log = logging.getLogger(__name__)


def changed() -> None:
    """Visitors see something else from this transaction's commit on."""
    Edition.move()
    transaction.on_commit(_tell)


def _tell() -> None:
    """The time of a file is what all processes of this machine can ask for without a statement."""
    look_again()
    now = time.time_ns()
    try:
        file().touch(mode=0o600)
        # Two changes within one tick of the file system's clock differ all the same.
        os.utime(file(), ns=(now, now))
    except OSError as error:
        _log.warning("Kept pages live up to a second longer: %s cannot be written (%s).", file(), error)
