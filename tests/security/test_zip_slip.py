"""Row 19: the one archive that is read, a backup, writes nothing outside its folder (CVE-2026-41193)."""

import tarfile
from pathlib import Path
from typing import Any

import pytest

from mailsupport.backup import archive
from tests.mailsupport.test_archive import BASE, info, pack

OUTSIDE = [
    "../evil", "media/../../evil", "media/../evil", "/etc/evil", "media//etc/evil", "media/a/../../../evil",
    "..\\evil", "media/..\\evil", "media/./evil", "media/", "evil", "media/a\0b", "media/\u202etxt",
]  # fmt: skip
KINDS: list[dict[str, Any]] = [
    {"type": tarfile.SYMTYPE, "linkname": "/etc"},
    {"type": tarfile.LNKTYPE, "linkname": "database"},
    {"type": tarfile.DIRTYPE},
    {"type": tarfile.CHRTYPE},
    {"type": tarfile.FIFOTYPE},
]


def refused(file: Path) -> bool:
    with pytest.raises(archive.Refused), archive.reading(file):
        pass
    return True


@pytest.mark.parametrize("name", OUTSIDE)
def test_a_name_that_leads_out_is_refused(tmp_path: Path, name: str) -> None:
    """Before a byte is written, however right its digest is."""
    assert refused(pack(tmp_path / "a", [BASE, (info(name), b"x")]))
    assert [file.name for file in tmp_path.iterdir()] == ["a"]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: str(kind["type"]))
def test_a_link_or_device_is_refused(tmp_path: Path, kind: dict[str, Any]) -> None:
    assert refused(pack(tmp_path / "a", [BASE, (info("media/a", **kind), b"")]))


def test_nothing_of_ours_unpacks_an_archive() -> None:
    """Anything else that does would need the same care."""
    root = Path(__file__).resolve().parents[2]
    words = (
        "zipfile",
        "tarfile",
        "shutil.unpack",
        ".extractall",
        "gzip.open",
        "GzipFile",
        "decompress",
        "lzma",
        "bz2",
    )
    files = [file for app in ("mailsupport", "faq", "tickets") for file in (root / app).rglob("*.py")]
    found = [file.name for file in files if any(word in file.read_text() for word in words)]
    assert len(files) > 100
    assert found == ["archive.py"]
