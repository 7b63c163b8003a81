"""The archive itself: what is no archive of ours is refused before anything is looked at."""

import hashlib
import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from mailsupport.backup import archive


def pack(
    file: Path, members: list[tuple[tarfile.TarInfo, bytes]], *, unnamed: Any = (), **changes: Any
) -> Path:
    """An archive with right digests over whatever members."""
    listed = {
        info.name: hashlib.sha256(data).hexdigest() for info, data in members if info.name not in unnamed
    }
    manifest = {
        "format": archive.FORMAT,
        "version": "0",
        "made": "2026-01-01",
        "kind": connection.vendor,
        "database_version": 3,
        "migrations": [],
        "counts": {},
        "members": listed,
        **changes,
    }
    data = json.dumps(manifest).encode()
    ends = [
        (tarfile.TarInfo("manifest.json"), data),
        (tarfile.TarInfo("manifest.sha256"), hashlib.sha256(data).hexdigest().encode()),
    ]
    with tarfile.open(file, "w") as tar:
        for info, content in [*members, *ends]:
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return file


def info(name: str, **more: Any) -> tarfile.TarInfo:
    found = tarfile.TarInfo(name)
    for key, value in more.items():
        setattr(found, key, value)
    return found


BASE = (info("database"), b"")


def good(file: Path) -> Path:
    """An archive as we write them."""
    return pack(file, [(info("database"), b"d" * 50_000), (info("media/ab/abc"), b"m" * 50_000)])


def refusal(file: Path) -> str:
    with pytest.raises(archive.Refused) as refused, archive.reading(file):
        pass
    return str(refused.value)


def test_a_good_one_is_read(tmp_path):
    with archive.reading(good(tmp_path / "a")) as found:
        assert found.media() == ["ab/abc"]
        found.save("media/ab/abc", tmp_path / "new" / "abc")
        assert (tmp_path / "new" / "abc").read_bytes() == b"m" * 50_000
        # Never over something that is there, nor through a link.
        (tmp_path / "link").symlink_to(tmp_path / "target")
        for there in (tmp_path / "new" / "abc", tmp_path / "link"):
            with pytest.raises(FileExistsError):
                found.save("media/ab/abc", there)


def test_a_damaged_archive(tmp_path):
    made = good(tmp_path / "a")
    data = bytearray(made.read_bytes())
    data[len(data) // 3] ^= 1
    made.write_bytes(data)
    assert "does not match its checksum" in refusal(made)


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
def test_an_archive_cut_short(tmp_path, part):
    made = good(tmp_path / "a")
    with made.open("r+b") as file:
        file.truncate(int(made.stat().st_size * part))
    assert "backup" in refusal(made) or "cut short" in refusal(made)


@pytest.mark.parametrize("data", [b"", b"x" * 5000, b"PK\3\4" + bytes(2000)])
def test_a_foreign_file(tmp_path, data):
    (tmp_path / "foreign").write_bytes(data)
    assert "no backup of mailsupport" in refusal(tmp_path / "foreign")


@pytest.mark.parametrize(
    "name",
    [
        *("../x", "/etc/x", "media/../../x", "media//x", "media/./x", "media/", "media/a\\..\\x"),
        *("media/..", "Media/x", "x", "media/a\nb", "database/x", "media/\u202etxt"),
    ],
)
def test_names_that_lead_elsewhere(tmp_path, name):
    assert "no name of ours" in refusal(pack(tmp_path / "a", [BASE, (info(name), b"x")]))


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE]
)
def test_what_is_no_file(tmp_path, kind):
    link = info("media/x", type=kind, linkname="/etc/passwd")
    assert "no ordinary file" in refusal(pack(tmp_path / "a", [BASE, (link, b"")]))


def test_a_name_twice(tmp_path):
    twice = [(info("media/x"), b"x"), (info("media/x"), b"x")]
    assert "no name of ours" in refusal(pack(tmp_path / "a", [BASE, *twice]))


def test_members_that_the_manifest_does_not_name(tmp_path):
    assert "does not hold what" in refusal(
        pack(tmp_path / "a", [BASE, (info("media/x"), b"x")], unnamed={"media/x"})
    )
