"""How long requests took, counted over all processes of this machine.

A counter in each process's memory would answer for whichever process the monitor happens to reach, and
begin anew with every restart of a worker. A row in the database for every request would cost more than
many a page. So all processes count in one small file that they map into memory, under a lock of a few
microseconds. Another machine counts for itself; the monitor adds up.
"""

import fcntl
import logging
import mmap
import os
import struct
import threading
from bisect import bisect_left
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from django.conf import settings

log = logging.getLogger(__name__)

BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
"""Upper ends in seconds; what took longer falls into one more."""
PAGES: Final = ("search", "faq", "checklists", "tickets", "admin", "static", "other")
CLASSES: Final = (1, 2, 3, 4, 5)
"""First digits of a status."""

_ROW = len(BUCKETS) + 2  # counts, and the sum in microseconds
_CELLS = len(PAGES) * _ROW + len(CLASSES)
# A file of another layout is begun anew.
_HEAD = struct.pack("<8sQ", b"msmeter1", _CELLS)
_SIZE = len(_HEAD) + 8 * _CELLS
_CELL = struct.Struct("<Q")


@dataclass(frozen=True)
class Times:
    """Requests for one kind of page: how many fell into each bucket, and their seconds together."""

    page: str
    buckets: tuple[int, ...]
    seconds: float


class Meter:
    """The counters in `file`. Any number of processes and threads may hold one on the same file."""

    def __init__(self, file: Path) -> None:
        """Raises OSError where the file cannot be made."""
        self.threads = threading.Lock()
        self.handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        fcntl.lockf(self.handle, fcntl.LOCK_EX)
        try:
            if os.fstat(self.handle).st_size != _SIZE or os.pread(self.handle, len(_HEAD), 0) != _HEAD:
                # Never shorter: another process may have the pages mapped.
                os.pwrite(self.handle, _HEAD.ljust(_SIZE, b"\0"), 0)
                os.ftruncate(self.handle, _SIZE)
            self.map = mmap.mmap(self.handle, _SIZE)
        finally:
            fcntl.lockf(self.handle, fcntl.LOCK_UN)

    def count(self, path: str, status: int, seconds: float) -> None:
        """One answered request."""
        row = PAGES.index(page_of(path)) * _ROW
        bucket, total = row + bisect_left(BUCKETS, seconds), row + _ROW - 1
        cells = ((bucket, 1), (total, int(seconds * 1e6)), (len(PAGES) * _ROW + status // 100 - 1, 1))
        # The file's lock is the process's: threads of one process need another between them.
        with self.threads:
            fcntl.lockf(self.handle, fcntl.LOCK_EX)
            try:
                for cell, more in cells:
                    at = len(_HEAD) + 8 * cell
                    _CELL.pack_into(self.map, at, _CELL.unpack_from(self.map, at)[0] + more)
            finally:
                fcntl.lockf(self.handle, fcntl.LOCK_UN)

    def read(self) -> tuple[list[Times], dict[int, int]]:
        """Times by page, and how many answers had each first digit of a status."""
        with self.threads:
            fcntl.lockf(self.handle, fcntl.LOCK_SH)
            try:
                cells = struct.unpack_from(f"<{_CELLS}Q", self.map, len(_HEAD))
            finally:
                fcntl.lockf(self.handle, fcntl.LOCK_UN)
        times = []
        for index, page in enumerate(PAGES):
            row = cells[index * _ROW : (index + 1) * _ROW]
            times.append(Times(page, row[:-1], row[-1] / 1e6))
        return times, dict(zip(CLASSES, cells[len(PAGES) * _ROW :], strict=True))


def page_of(path: str) -> str:
    """The kind of page, by the beginning of its address in either language."""
    first = path.removeprefix("/en/").lstrip("/").split("/", 1)[0]
    return first if first in PAGES else "other"


@cache
def shared() -> Meter | None:
    """The meter of this machine; None where its file cannot be made: no page may fail for that."""
    try:
        return Meter(settings.VAR_DIR / "meter")
    except OSError:
        log.warning("times are not counted: %s cannot be written", settings.VAR_DIR / "meter")
        return None
