"""Upload handling that every request passes."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest, HttpResponse


def body_cap(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Refuse a body longer than BODY_BYTES, or of unknown length, unread: 413, in words.

    Django would read all of the first, and a worker would be busy for as long as that takes; of the second
    it reads nothing, and the form would come back empty (SECURITY.md row 40). Browsers tell the length.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if request.META.get("HTTP_TRANSFER_ENCODING"):
            raise RequestDataTooBig("a body of unknown length")
        # A length that is no number is none to Django, which then reads nothing.
        if length.isascii() and length.isdigit() and (len(length) > 15 or int(length) > settings.BODY_BYTES):
            raise RequestDataTooBig(f"a body of {length[:20]} bytes")
        return get_response(request)

    return middleware


class CappedUploadHandler(FileUploadHandler):
    """Stops a file just past the largest size we keep: a 10 GB stream never fills the disk.

    SECURITY.md row 40. The form still sees the file, one byte too large, and says so in words.
    """

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Count afresh for every file."""
        super().new_file(*args, **kwargs)
        self.seen = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        """Pass on what fits; beyond that drop the bytes."""
        room = settings.UPLOAD_BYTES + 1 - self.seen
        self.seen += len(raw_data)
        return raw_data[:room] if room > 0 else b""

    def file_complete(self, file_size: int) -> None:
        """The handlers behind this one build the file."""
        return
