"""The file: a tar of database, media and a manifest with their digests. Plain Python.

Reading trusts nothing (SECURITY.md rows 19 and 20): only ordinary files under names of ours are read, each
must be in the manifest with its digest, and nothing is ever extracted by tarfile.
"""

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path, PurePosixPath
from typing import IO, Final

FORMAT: Final = "mailsupport-backup-1"
DATABASE: Final = "database"
KEY: Final = "secret"
MEDIA: Final = "media/"
_MANIFEST: Final = "manifest.json"
_DIGEST: Final = "manifest.sha256"
_LARGEST_MANIFEST: Final = 256 * 1024 * 1024
_PIECE: Final = 1024 * 1024


class Refused(Exception):
    """Nothing was changed; the message is for the operator."""


@dataclass(frozen=True)
class Manifest:
    """What the archive holds. `members` are names with their sha256, `counts` tables with their rows,
    `migrations` those applied, as "app.name"."""

    format: str
    version: str
    made: str
    kind: str
    database_version: int
    migrations: list[str]
    counts: dict[str, int]
    members: dict[str, str]


class Writer:
    """Adds members one by one and notes their digests. Use it through `writing`."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self.tar = tar
        self.members: dict[str, str] = {}

    def add(self, name: str, source: IO[bytes]) -> None:
        """An open file of a size that does not change."""
        info = tarfile.TarInfo(name)
        info.mode = 0o600
        info.size = os.fstat(source.fileno()).st_size
        digest = _Reader(source)
        self.tar.addfile(info, digest)
        self.members[name] = digest.sha256.hexdigest()

    def add_bytes(self, name: str, data: bytes) -> None:
        """A small member."""
        info = tarfile.TarInfo(name)
        info.mode, info.size = 0o600, len(data)
        self.tar.addfile(info, io.BytesIO(data))
        self.members[name] = hashlib.sha256(data).hexdigest()

    def finish(self, manifest: Manifest) -> None:
        """The manifest last: a file cut short has none."""
        data = json.dumps(asdict(manifest), ensure_ascii=False, indent=1).encode()
        self.add_bytes(_MANIFEST, data)
        self.add_bytes(_DIGEST, hashlib.sha256(data).hexdigest().encode())


class _Reader(io.RawIOBase):
    """Passes bytes on and hashes them meanwhile."""

    def __init__(self, source: IO[bytes]) -> None:
        self.source = source
        self.sha256 = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self.source.read(size)
        self.sha256.update(data)
        return data


@contextmanager
def writing(file: Path) -> Iterator[Writer]:
    """A new archive that appears under its name only when it is whole, readable by us alone.

    Raises Refused where the file is there already.
    """
    if file.exists():
        raise Refused(f"{file} is there already.")
    part = file.with_name(f".{file.name}.{os.getpid()}.part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as raw:
            with tarfile.open(fileobj=raw, mode="w", format=tarfile.PAX_FORMAT) as tar:
                yield Writer(tar)
            raw.flush()
            os.fsync(raw.fileno())
        part.rename(file)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def reading(file: Path) -> Iterator["Archive"]:
    """An archive of ours, every byte checked. Raises Refused for a foreign or damaged one."""
    try:
        with tarfile.open(file, mode="r:") as tar:
            archive = Archive(tar)
            archive.check()
            yield archive
    except (tarfile.TarError, EOFError, OverflowError) as error:
        raise Refused(f"{file} is no backup of mailsupport, or damaged ({error}).") from None


class Archive:
    """An open archive. After `check` every member is an ordinary file with the digest of the manifest."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self.tar = tar
        self.members: dict[str, tarfile.TarInfo] = {}
        for member in tar:
            # Neither links nor devices nor folders, nor files with holes.
            if member.type not in (tarfile.REGTYPE, tarfile.AREGTYPE) or member.sparse:
                raise Refused(f"Refused: {member.name!r} in the archive is no ordinary file.")
            if member.name in self.members or not is_ours(member.name):
                raise Refused(f"Refused: {member.name!r} in the archive is no name of ours.")
            self.members[member.name] = member
        self.manifest = self._manifest()

    def _manifest(self) -> Manifest:
        data, digest = self._small(_MANIFEST), self._small(_DIGEST)
        if hashlib.sha256(data).hexdigest().encode() != digest:
            raise Refused("Damaged: the manifest does not match its checksum.")
        try:
            found = json.loads(data)
            if found["format"] != FORMAT:
                raise Refused(f"This archive has another format: {found['format']}.")
            return Manifest(**{field.name: found[field.name] for field in fields(Manifest)})
        except (ValueError, KeyError, TypeError):
            raise Refused("Damaged: the manifest cannot be read.") from None

    def _small(self, name: str) -> bytes:
        member = self.members.get(name)
        if member is None or member.size > _LARGEST_MANIFEST:
            raise Refused("This is no backup of mailsupport, or it was cut short: it has no manifest.")
        return self._open(member).read()

    def _open(self, member: tarfile.TarInfo) -> IO[bytes]:
        source = self.tar.extractfile(member)
        assert source is not None, "an ordinary file"  # noqa: S101 # refused above
        return source

    def check(self) -> None:
        """Read everything once. Raises Refused where a member is missing, added or changed."""
        there = set(self.members) - {_MANIFEST, _DIGEST}
        if there != set(self.manifest.members) or DATABASE not in there:
            raise Refused("Damaged: the archive does not hold what its manifest names.")
        for name, wanted in self.manifest.members.items():
            if self._copy(name, lambda _data: None) != wanted:
                raise Refused(f"Damaged: {name} does not match its checksum.")

    def _copy(self, name: str, write: Callable[[bytes], object]) -> str:
        digest = hashlib.sha256()
        source = self._open(self.members[name])
        while data := source.read(_PIECE):
            digest.update(data)
            write(data)
        return digest.hexdigest()

    def save(self, name: str, to: Path) -> None:
        """One member as a new file, readable by us alone; its folders are made.

        Raises Refused where the archive changed since it was checked.
        """
        to.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(
            os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600), "wb"
        ) as file:
            if self._copy(name, file.write) != self.manifest.members[name]:
                raise Refused(f"Damaged: {name} changed while it was read.")

    def media(self) -> list[str]:
        """Names of the media files, without `media/`."""
        return [name.removeprefix(MEDIA) for name in self.manifest.members if name.startswith(MEDIA)]


def is_ours(name: str) -> bool:
    """A name that this program writes: no way out of the folder, nothing absolute, no hidden detour."""
    if name in (DATABASE, KEY, _MANIFEST, _DIGEST):
        return True
    inner = name.removeprefix(MEDIA)
    parts = inner.split("/")
    return (
        name.startswith(MEDIA)
        and str(PurePosixPath(inner)) == inner
        and not set(parts) & {"", ".", ".."}
        and not any(character in "\\\0" or not character.isprintable() for character in inner)
    )
