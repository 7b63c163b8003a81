"""Row 5: what is uploaded is ours alone, and no mode is set for the whole process (CVE-2018-25111)."""

import os
import re
import stat
from pathlib import Path

import pytest
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.test import Client

from tests.security.attack import WHAT, WHEN, upload
from tickets.models import Attachment

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def _open_umask():
    """A careless operator: everything that does not name its mode is for everybody."""
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.parametrize("size", [10, 3 * 1024 * 1024])
@pytest.mark.usefixtures("_open_umask")
def test_files_and_folders_of_uploads_are_closed_and_the_umask_stays(
    client: Client, settings, size: int
) -> None:
    """Small ones come from memory, large ones through a temporary file: two ways to get a mode wrong."""
    client.post("/tickets/new/", WHAT)
    upload(client, "/tickets/new/when/", b"a" * size, "a.txt", kind="text/plain", **WHEN)
    stored = Path(Attachment.objects.get().file.path)
    assert stat.S_IMODE(stored.stat().st_mode) == 0o600
    for folder in (stored.parent, Path(settings.MEDIA_ROOT)):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert os.umask(0) == 0


@pytest.mark.usefixtures("_open_umask")
def test_a_half_sent_file_is_ours_alone_as_well() -> None:
    half = TemporaryUploadedFile("a.txt", "text/plain", 0, None)
    assert stat.S_IMODE(os.stat(half.temporary_file_path()).st_mode) == 0o600
    half.close()


def test_nothing_of_ours_sets_a_umask() -> None:
    sources = [file for room in ("mailsupport", "faq", "tickets") for file in (ROOT / room).rglob("*.py")]
    assert sources
    assert not [file for file in sources if re.search(r"\bumask\(", file.read_text())]
