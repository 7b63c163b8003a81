"""What we keep of what people send, and under which name."""

import stat
import struct
import zlib
from io import BytesIO
from pathlib import Path

import pillow_heif
import pytest
from django.conf import settings as project
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tickets.models import Attachment, Draft
from tickets.rules import uploads
from tickets.rules.uploads import Reason, Unfit
from tickets.services import files
from tickets.services.errors import UploadRefused

MOST = 1024 * 1024
MAIL = (
    "Received: from a by b\r\nFrom: =?iso-2022-jp?B?GyRCOzNFRBsoQg==?= <a@b.example>\r\n"
    "Subject: x\r\n\r\n<html>ここ</html>\r\n"
)


def picture(kind: str, size: tuple[int, int] = (8, 6)) -> bytes:
    out = BytesIO()
    image = Image.new("RGB", size)
    if kind == "HEIF":
        pillow_heif.from_pillow(image).save(out)
    else:
        image.save(out, kind)
    return out.getvalue()


def refused(data: bytes, name: str = "x") -> Reason:
    with pytest.raises(Unfit) as caught:
        uploads.accept(data=data, name=name, most=MOST)
    return caught.value.reason


@pytest.mark.parametrize(
    ("data", "name", "content_type", "shown"),
    [
        (picture("JPEG"), "IMG_0412.JPG", "image/jpeg", "IMG_0412.jpg"),
        (picture("JPEG"), "photo.jpeg", "image/jpeg", "photo.jpg"),
        (picture("PNG"), "画面 1.png", "image/png", "画面_1.png"),
        (picture("GIF"), "a.gif", "image/gif", "a.gif"),
        (picture("WEBP"), "a.webp", "image/webp", "a.webp"),
        (picture("HEIF"), "IMG_1.HEIC", "image/heic", "IMG_1.heic"),
        (b"%PDF-1.7\n%\xe2\xe3", "請求書.pdf", "application/pdf", "請求書.pdf"),
        (MAIL.encode(), "届かない.eml", "message/rfc822", "届かない.eml"),
        ("エラー 0x800CCC0E\n".encode(), "log.txt", "text/plain", "log.txt"),
        ("エラー①㈱\n".encode("cp932"), "log", "text/plain", "log.txt"),
        ("エラー\n".encode("iso2022_jp"), "log.txt", "text/plain", "log.txt"),
        ("エラーが出ました\n".encode("euc_jp"), "log.txt", "text/plain", "log.txt"),
    ],
)
def test_what_we_keep(data, name, content_type, shown):
    assert uploads.accept(data=data, name=name, most=MOST) == uploads.Accepted(content_type, shown)


@pytest.mark.parametrize(
    "data",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<?xml version='1.0'?><svg/>",
        b"\xef\xbb\xbf  <!DOCTYPE html><p>x",
        b"<HTML><body>",
        b"#!/bin/sh\nrm -r x\n",
        b"<?php system($_GET[1]);",
        b"MZ\x90\x00\x03",
        b"\x7fELF\x02\x01\x01\x00",
        b"PK\x03\x04\x14\x00",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 99,
        b"\0" * 64,
    ],
)
@pytest.mark.parametrize("name", ["a.jpg", "a.txt", "a.html"])
def test_what_we_refuse_whatever_it_is_called(data, name):
    assert refused(data, name) == Reason.KIND


def test_empty_too_large_and_broken():
    assert refused(b"") == Reason.EMPTY
    assert refused(b"a" * (MOST + 1)) == Reason.TOO_LARGE
    assert refused(b"\x89PNG\r\n\x1a\nnothing more") == Reason.BROKEN
    assert refused(b"\0\0\0\x18ftypheic" + b"\0" * 30) == Reason.BROKEN


def test_a_picture_of_50000_by_50000_is_refused_unread():
    small = picture("PNG")
    # The check sum of the header is mended, so that only the size in it is wrong.
    header = b"IHDR" + struct.pack(">II", 50_000, 50_000) + small[24:29]
    bomb = small[:12] + header + struct.pack(">I", zlib.crc32(header)) + small[33:]
    assert refused(bomb) == Reason.PICTURE_TOO_LARGE


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "passwd.txt"),
        ("C:\\Users\\me\\log.txt", "log.txt"),
        (".htaccess", "htaccess.txt"),
        ("photo.php.txt", "photo_php.txt"),
        ("evil.html", "evil_html.txt"),
        ("a\u202etxt.exe", "atxt_exe.txt"),
        ("a\u200b\ufeffb.txt", "ab.txt"),
        ("a\r\nb\0.txt", "ab.txt"),
        ("...", "file.txt"),
        ("", "file.txt"),
        ('a";b.txt', "a_b.txt"),
        ("長" * 300 + ".txt", "長" * 76 + ".txt"),
        ("／etc／x.txt", "x.txt"),
    ],
)
def test_a_safe_name(name, shown):
    assert uploads.safe_name(name, uploads.TEXT) == shown


@given(st.text(), st.sampled_from([uploads.JPEG, uploads.MAIL, uploads.TEXT]))
def test_every_name_is_safe(name, kind):
    safe = uploads.safe_name(name, kind)
    assert safe.count(".") == 1
    assert safe.endswith("." + kind.ending)
    assert not safe.startswith(".")
    assert len(safe) <= uploads.NAME
    assert not set('/\\"\r\n\0\u202e\u200b') & set(safe)


@given(st.binary(max_size=400))
def test_any_bytes_are_kept_or_refused(data):
    try:
        found = uploads.accept(data=data, name="x", most=300)
    except Unfit:
        return
    assert found.content_type not in ("text/html", "image/svg+xml")


@pytest.fixture
def draft(db: None) -> Draft:
    return Draft.objects.create(key="d", language="ja")


def upload(data: bytes, name: str = "a.txt") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def test_a_file_is_stored_under_a_random_name_for_us_alone(draft):
    kept = files.store(upload=upload(picture("JPEG"), "私.jpg"), draft=draft)
    path = Path(kept.file.path)
    assert (kept.name, kept.content_type, kept.draft) == ("私.jpg", "image/jpeg", draft)
    assert path.name == kept.key
    assert len(kept.key) == 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert Path(project.MEDIA_ROOT) in path.parents


def test_a_file_cut_by_the_upload_handler_is_too_large(draft, settings):
    settings.UPLOAD_BYTES = 10
    with pytest.raises(UploadRefused, match="10 MB"):
        files.store(upload=upload(b"a" * 11), draft=draft)


def test_the_sixth_file_is_refused_and_leaves_nothing(draft, settings):
    for _ in range(settings.UPLOAD_FILES):
        files.store(upload=upload(b"x"), draft=draft)
    with pytest.raises(UploadRefused, match="5"):
        files.store(upload=upload(b"x"), draft=draft)
    assert Attachment.objects.count() == settings.UPLOAD_FILES
    assert len([p for p in Path(settings.MEDIA_ROOT).rglob("*") if p.is_file()]) == settings.UPLOAD_FILES


def test_a_discarded_file_is_gone_once_that_is_certain(draft, django_capture_on_commit_callbacks):
    kept = files.store(upload=upload(b"x"), draft=draft)
    path = Path(kept.file.path)
    with django_capture_on_commit_callbacks(execute=True):
        files.discard(attachment=kept)
        assert path.exists()
    assert not path.exists()
    assert not Attachment.objects.exists()
