"""What a verb refuses, and why: every message is translated and may be shown as it is."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from tickets.models import Message


class Refused(Exception):
    """A verb did nothing. `str()` gives the words to show."""

    message: StrOrPromise = _("This cannot be done.")

    def __init__(self, message: StrOrPromise = "") -> None:
        super().__init__(message or self.message)

    def __str__(self) -> str:
        return str(self.args[0])


class NotAllowed(Refused):
    """The workflow does not know this step."""

    message = _("This request cannot go from its present status to that one.")


class CauseNeeded(Refused):
    """Resolved means that the cause is known."""

    message = _("Choose the real cause first.")


class Empty(Refused):
    """Nothing was written."""

    message = _("Write something first.")


class Incomplete(Refused):
    """The draft lacks answers. `fields` names them as rules.request does."""

    message = _("Some answers are still missing.")

    def __init__(self, fields: tuple[str, ...]) -> None:
        super().__init__()
        self.fields = fields


class UploadRefused(Refused):
    """A file we do not keep."""


class Stale(Refused):
    """Somebody answered while this one was being written. `message` is theirs, if it was a message."""

    def __init__(self, newer: Message | None, since: datetime) -> None:
        super().__init__(_("Somebody answered while you were writing. Your text is still here."))
        self.newer = newer
        self.since = since
