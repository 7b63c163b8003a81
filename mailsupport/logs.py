"""What is written to the log, and what never is: one line a request, and nothing that names a person.

A line carries the number of the request it belongs to. That number goes out as X-Request-Id, too, and the
error page shows it, so that a client can read it out on the phone.
"""

import json
import logging
import re
import sys
import time
import traceback
from contextvars import ContextVar

from faq.rules.words import mask

NONE = "-"
request_number: ContextVar[str] = ContextVar("request_number", default=NONE)
"""Number of the request that this thread answers; NONE outside of requests."""

_LONGEST_MESSAGE = 200
_DEEPEST = 5
_LONGEST_PATH = 200
_PAGES = (200, 304)
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")


class Number(logging.Filter):
    """Gives every line the number of its request."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Never drops a line."""
        record.request = request_number.get()
        return True


_SECRET = re.compile(r"((?<!/admin)/tickets/(?!new/|find/|found/)|/checklists/[^/\s]+/)[^/\s]+")
_BREAKS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def hidden(text: str) -> str:
    """`text` without the secret parts of addresses: who has the address of a ticket may read it.

    On one line, so that nobody forges another one with a line break in a path.
    """
    return _SECRET.sub(r"\1…", _BREAKS.sub(" ", text))


class TokenMask(logging.Filter):
    """Hides the secret parts of addresses in every line."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Never drops a line."""
        record.msg, record.args = hidden(record.getMessage()), None
        return True


def told(error: BaseException, depth: int = _DEEPEST) -> str:
    """Traceback of `error` and of what led to it, without the values that messages quote.

    PostgreSQL adds the whole refused row to its message, in lines of their own; of the first line, addresses,
    phone numbers and the like are masked.
    """
    earlier = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    before = f"{told(earlier, depth - 1)}\nwhich led to:\n" if earlier and depth else ""
    message = mask(str(error).split("\n", 1)[0])[:_LONGEST_MESSAGE]
    return f"{before}{''.join(traceback.format_tb(error.__traceback__))}{type(error).__qualname__}: {message}"


class Line(logging.Formatter):
    """`2026-11-24 09:30:00,123 INFO [48201937] mailsupport.requests: GET / 200 12 ms`."""

    def __init__(self) -> None:
        super().__init__("{asctime} {levelname} [{request}] {name}: {message}", style="{")

    def formatException(self, ei: object) -> str:  # logging's name
        """Without the values in the messages."""
        error = ei[1] if isinstance(ei, tuple) else None
        return told(error) if error else ""


class Json(Line):
    """The same as one JSON object a line, for collectors that want fields."""

    def format(self, record: logging.LogRecord) -> str:
        """Keys: at, level, request, logger, message; error where there is one."""
        found = {
            "at": self.formatTime(record),
            "level": record.levelname,
            "request": record.__dict__.get("request", NONE),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info and record.exc_info[1]:
            found["error"] = told(record.exc_info[1])
        return json.dumps(found, ensure_ascii=False)


# The line of a request is written past logging: a record with filters and formatter took 50 of the 300
# microseconds that a page from the cache takes, this takes 10.


def write_line(number: str, method: str, path: str, status: int, seconds: float) -> None:
    """One request, as Line would write it."""
    method, path = _shown(method, path, status)
    at = _now()
    sys.stderr.write(
        f"{at} INFO [{number}] mailsupport.requests: {method} {path} {status} {seconds * 1000:.0f} ms\n"
    )


def write_json(number: str, method: str, path: str, status: int, seconds: float) -> None:
    """One request with fields of its own instead of a message."""
    method, path = _shown(method, path, status)
    found = {
        "at": _now(),
        "level": "INFO",
        "request": number,
        "logger": "mailsupport.requests",
        "method": method,
        "path": path,
        "status": status,
        "ms": round(seconds * 1000, 1),
    }
    sys.stderr.write(json.dumps(found, ensure_ascii=False) + "\n")


def _shown(method: str, path: str, status: int) -> tuple[str, str]:
    """What may be written down. Where no page answered, anything may stand in the path: names are masked.

    Part by part: an address of ours as a whole looks like a password, and the line would say nothing.
    """
    if status not in _PAGES:
        path = "/".join(mask(part) if part else "" for part in path[:_LONGEST_PATH].split("/"))
    return (method if method in _METHODS else "OTHER"), hidden(path)


_stamp = (0, "")


def _now() -> str:
    """The time as logging writes it; the text of a second is made once."""
    global _stamp  # noqa: PLW0603 # a cache of one, swapped whole
    moment = time.time()
    second, text = _stamp
    if int(moment) != second:
        second, text = int(moment), time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(moment))
        _stamp = (second, text)
    return f"{text},{int((moment - second) * 1000):03}"
