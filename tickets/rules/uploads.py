"""Uploads: what a file is, by its content, and a name that is safe to show and to save under."""

import re
import unicodedata
import warnings
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO
from typing import Final

import pillow_heif
from PIL import Image

SIDE = 30_000
"""Pixels of the longest side we keep."""

PIXELS = 250_000_000
"""Pixels of the largest picture we keep: the largest phones make 200 million."""

NAME = 80
"""Characters of a name, its ending included."""


class Reason(StrEnum):
    """Why a file is refused."""

    EMPTY = "empty"
    TOO_LARGE = "too-large"
    KIND = "kind"
    PICTURE_TOO_LARGE = "picture-too-large"
    BROKEN = "broken"


class Unfit(Exception):
    """A file we do not keep."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Accepted:
    """A file we keep: its type as found in the content, and the name to show."""

    content_type: str
    name: str


@dataclass(frozen=True, slots=True)
class Kind:
    """A type of file: the ending it gets, and the endings it may have had."""

    content_type: str
    ending: str
    also: tuple[str, ...] = ()


JPEG: Final = Kind("image/jpeg", "jpg", ("jpeg", "jpe", "jfif"))
PNG: Final = Kind("image/png", "png")
GIF: Final = Kind("image/gif", "gif")
WEBP: Final = Kind("image/webp", "webp")
HEIC: Final = Kind("image/heic", "heic", ("heif", "hif"))
PDF: Final = Kind("application/pdf", "pdf")
MAIL: Final = Kind("message/rfc822", "eml")
TEXT: Final = Kind("text/plain", "txt", ("log", "text"))

_PILLOW = {JPEG: "JPEG", PNG: "PNG", GIF: "GIF", WEBP: "WEBP"}
_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
_MARKUP = re.compile(
    rb"\s*(<(!doctype|html|head|body|script|svg|iframe|\?xml|\?php|!--)|#!|\{\\rtf|%!ps)", re.I
)
_HEADER = re.compile(rb"([!-9;-~]{1,60}):[ \t]*")
_MAIL_HEADERS = {
    b"from", b"to", b"date", b"subject", b"received", b"return-path", b"message-id", b"mime-version",
    b"delivered-to", b"content-type", b"reply-to", b"x-original-to",
}  # fmt: skip
_CHARSETS = ("utf-8", "iso2022_jp_ext", "cp932", "euc_jp")
_NO_TEXT = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")


def accept(*, data: bytes, name: str, most: int) -> Accepted:
    """Type and safe name of an upload of at most `most` bytes. Raises Unfit otherwise.

    What the browser says of the type is not asked. An upload handler cuts longer files at `most` + 1 bytes.
    """
    if not data:
        raise Unfit(Reason.EMPTY)
    if len(data) > most:
        raise Unfit(Reason.TOO_LARGE)
    kind = _kind(data)
    if kind is None:
        raise Unfit(Reason.KIND)
    if kind.content_type.startswith("image/"):
        _check_picture(data, kind)
    return Accepted(kind.content_type, safe_name(name, kind))


def _kind(data: bytes) -> Kind | None:
    return _by_magic(data) or _by_text(data)


def _by_magic(data: bytes) -> Kind | None:
    signs = ((b"\xff\xd8\xff", JPEG), (b"\x89PNG\r\n\x1a\n", PNG), (b"GIF8", GIF), (b"%PDF-", PDF))
    for sign, kind in signs:
        if data.startswith(sign):
            return kind
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return WEBP
    if data[4:8] == b"ftyp" and data[8:12] in _HEIC_BRANDS:
        return HEIC
    return None


def _by_text(data: bytes) -> Kind | None:
    start = data.removeprefix(b"\xef\xbb\xbf")
    if _is_mail(start):
        return MAIL
    if _MARKUP.match(start) or not _is_text(data):
        return None
    return TEXT


def _is_mail(data: bytes) -> bool:
    """Two known header fields among the first lines. Its body may hold any charset, even bytes of none."""
    head = re.split(rb"\r?\n\r?\n", data[:65536].lstrip(b"\r\n"), maxsplit=1)[0]
    found = set()
    for number, line in enumerate(head.splitlines()):
        if line[:1] in (b" ", b"\t") or (number == 0 and line.startswith(b"From ")):
            continue
        header = _HEADER.match(line)
        if header is None:
            return False
        found.add(header[1].lower())
    return len(found & _MAIL_HEADERS) >= 2


def _is_text(data: bytes) -> bool:
    for charset in _CHARSETS:
        try:
            text = data.decode(charset)
        except UnicodeDecodeError:
            continue
        if not _NO_TEXT.search(text.replace("\x1b", "") if charset != "utf-8" else text):
            return True
    return False


def _check_picture(data: bytes, kind: Kind) -> None:
    """Reads the header only: nothing is decoded, so that nothing can be blown up."""
    try:
        width, height = _size(data, kind)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Unfit(Reason.PICTURE_TOO_LARGE) from None
    except (OSError, ValueError, SyntaxError, RuntimeError, EOFError, IndexError, KeyError, TypeError):
        # What Pillow and libheif raise on pictures that are none.
        raise Unfit(Reason.BROKEN) from None
    if max(width, height) > SIDE or width * height > PIXELS:
        raise Unfit(Reason.PICTURE_TOO_LARGE)


def _size(data: bytes, kind: Kind) -> tuple[int, int]:
    if kind is HEIC:
        heif: tuple[int, int] = pillow_heif.open_heif(BytesIO(data)).size
        return heif
    # Pillow warns from half of what it refuses. Either way it has only read the header.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        with Image.open(BytesIO(data), formats=[_PILLOW[kind]]) as picture:
            return picture.size


def safe_name(name: str, kind: Kind) -> str:
    """A name to show and to save under: no path, no invisible or direction marks, one ending, the right one.

    `../.htaccess` becomes `htaccess.txt`, `photo.php.jpg` becomes `photo_php.jpg`.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFKC", name))[-1]
    seen = "".join(c for c in last if unicodedata.category(c)[0] != "C" and c not in "\u2028\u2029")
    stem, dot, ending = seen.strip(" .").rpartition(".")
    if not dot or ending.lower() not in (kind.ending, *kind.also):
        stem = seen
    stem = re.sub(r'[\s.:*?"<>|%;/\\]+', "_", stem).strip("_ -~")
    return f"{stem[: NAME - len(kind.ending) - 1] or 'file'}.{kind.ending}"
