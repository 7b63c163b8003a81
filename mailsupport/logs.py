"""What is written to the log, and what never is: one line a request, and nothing that names a person.

A line carries the number of the request it belongs to. That number goes out as X-Request-Id, too, and the
error page shows it, so that a client can read it out on the phone.
"""

import json
import logging
import re
import traceback
from contextvars import ContextVar

from faq.rules.words import mask

NONE = "-"
request_number: ContextVar[str] = ContextVar("request_number", default=NONE)
"""Number of the request that this thread answers; NONE outside of requests."""

_LONGEST_MESSAGE = 200
_DEEPEST = 5


class Number(logging.Filter):
    """Gives every line the number of its request."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Never drops a line."""
        record.request = request_number.get()
        return True


class TokenMask(logging.Filter):
    """Takes the secret parts of addresses out of log lines: who has the address of a ticket may read it.

    Keeps a message on one line as well, so that nobody forges another one with a line break in a path.
    """

    secret = re.compile(r"((?<!/admin)/tickets/(?!new/|find/|found/)|/checklists/[^/\s]+/)[^/\s]+")

    breaks = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")

    def filter(self, record: logging.LogRecord) -> bool:
        """Never drops a line."""
        message = self.breaks.sub(" ", record.getMessage())
        record.msg, record.args = self.secret.sub(r"\1…", message), None
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
        """Keys: at, level, request, logger, message; of a request its fields; error where there is one."""
        found = {
            "at": self.formatTime(record),
            "level": record.levelname,
            "request": record.__dict__.get("request", NONE),
            "logger": record.name,
            "message": record.getMessage(),
            **record.__dict__.get("fields", {}),
        }
        if record.exc_info and record.exc_info[1]:
            found["error"] = told(record.exc_info[1])
        return json.dumps(found, ensure_ascii=False)
