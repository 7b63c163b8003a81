"""Back up and restore: what goes in, what is refused, what is said."""

import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader

import mailsupport
from mailsupport.backup import archive, database
from mailsupport.backup.archive import DATABASE, FORMAT, KEY, MEDIA, Archive, Manifest, Refused

PATTERN = "mailsupport-[0-9]*.tar"
# Written by `migrate` into every new database: they make none that must not be replaced.
BORN = {"django_migrations", "django_content_type", "auth_permission", "auth_group", "auth_group_permissions"}
Say = Callable[[str], object]


def backup(target: Path, *, with_secret: bool, now: datetime) -> tuple[Path, Manifest]:
    """Write an archive to `target`, or into it where it is a folder; gives the file and what it holds.

    The database first: a file that comes meanwhile is one too many in the archive, never one too few.
    """
    file = target / f"mailsupport-{now:%Y%m%d-%H%M%S}.tar" if target.is_dir() else target
    with (
        tempfile.TemporaryDirectory(prefix=".backup-", dir=file.parent) as folder,
        archive.writing(file) as out,
    ):
        dump = Path(folder) / "database"
        counts = database.copy(dump)
        with dump.open("rb") as source:
            out.add(DATABASE, source)
        dump.unlink()
        for path in sorted(settings.MEDIA_ROOT.rglob("*")):
            _add_media(out, path)
        if with_secret:
            out.add_bytes(KEY, settings.SECRET_KEY.encode())
        manifest = Manifest(
            format=FORMAT,
            version=mailsupport.VERSION,
            made=now.isoformat(timespec="seconds"),
            kind=connection.vendor,
            database_version=database.version(),
            migrations=_applied(),
            counts=counts,
            members=dict(out.members),
        )
        out.finish(manifest)
    return file, manifest


def _add_media(out: archive.Writer, path: Path) -> None:
    name = MEDIA + path.relative_to(settings.MEDIA_ROOT).as_posix()
    if path.is_symlink() or not path.is_file() or not archive.is_ours(name):
        return
    try:
        with path.open("rb") as source:
            out.add(name, source)
    except FileNotFoundError:
        return  # Thrown away since we looked, as drafts are.


def _applied() -> list[str]:
    return sorted(".".join(key) for key in MigrationLoader(connection).applied_migrations)


def thin_out(folder: Path, *, keep: int) -> list[Path]:
    """Delete all but the newest `keep` archives that `backup` named itself; gives the deleted."""
    old = sorted(folder.glob(PATTERN))[:-keep]
    for file in old:
        file.unlink()
    return old


def restore(found: Archive, *, replace: bool, with_secret: bool, say: Say) -> None:
    """Put database and files of an open archive in place of ours.

    Raises Refused with everything as before: for another kind of database, one of a newer program, and
    for a place that is not empty unless `replace`.
    """
    for folder in (settings.VAR_DIR, settings.MEDIA_ROOT.parent):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _refuse_foreign(found.manifest)
    there = occupied()
    if there:
        say("Replacing:" if replace else "This would replace:")
    for line in there:
        say(f"  {line}")
    if there and not replace:
        raise Refused("Nothing was changed. To replace all of this, add --replace.")
    if with_secret:
        _refuse_secret(found, replace=replace)
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=settings.MEDIA_ROOT.parent) as beside:
        place = Path(beside)
        (place / "media").mkdir(mode=0o700)
        for name in found.media():
            found.save(MEDIA + name, place / "media" / name)
        found.save(DATABASE, place / "database")
        _swap(place, found.manifest)
        if with_secret:
            (settings.VAR_DIR / "secret").unlink(missing_ok=True)
            found.save(KEY, settings.VAR_DIR / "secret")


def _refuse_foreign(manifest: Manifest) -> None:
    if manifest.kind != connection.vendor:
        raise Refused(
            f"The archive is of {manifest.kind}, this place uses {connection.vendor} (DATABASE_URL)."
        )
    if manifest.database_version > database.version():
        raise Refused(f"The archive is of a newer {manifest.kind}: version {manifest.database_version}.")
    known = {".".join(key) for key in MigrationLoader(None).disk_migrations}
    unknown = sorted(set(manifest.migrations) - known)
    if unknown:
        raise Refused(
            f"The archive is of a newer mailsupport ({manifest.version}): this one lacks {unknown[0]}"
            f"{' and others' if unknown[1:] else ''}. Upgrade the program first."
        )


def occupied() -> list[str]:
    """What is there already, a line for each table with rows, and one for files."""
    lines = [f"{table}: {count}" for table, count in database.counts().items() if count and table not in BORN]
    if settings.MEDIA_ROOT.is_dir() and any(settings.MEDIA_ROOT.iterdir()):
        lines.append(f"files under {settings.MEDIA_ROOT}")
    return lines


def _refuse_secret(found: Archive, *, replace: bool) -> None:
    file = settings.VAR_DIR / "secret"
    if KEY not in found.members:
        raise Refused("The archive holds no secret: it was made without --with-secret.")
    if file.exists() and not replace:
        raise Refused(f"{file} is there already. To replace it, add --replace.")


def _swap(place: Path, manifest: Manifest) -> None:
    """The database, then the files; the old ones go last of all."""
    kept = database.load(place / "database", place / "before")
    try:
        _refuse_other_rows(manifest)
        _swap_media(place)
    except Refused:
        kept.undo()
        raise
    kept.settle()


def _refuse_other_rows(manifest: Manifest) -> None:
    if database.counts() != manifest.counts:
        raise Refused("The rows that arrived are not those of the manifest; everything is as before.")


def _swap_media(place: Path) -> None:
    media, old = settings.MEDIA_ROOT, place / "old"
    try:
        if media.exists():
            media.rename(old)
        (place / "media").rename(media)
    except OSError as error:
        if old.exists():
            old.rename(media)
        where = f"{error.strerror}; is {media} a mount?"
        raise Refused(f"The files cannot be put in place ({where}); everything is as before.") from None


def pending() -> list[str]:
    """Migrations of the program that the database lacks, after a restore of an older archive."""
    loader = MigrationLoader(connection)
    missing = set(loader.disk_migrations) - set(loader.applied_migrations)
    return sorted(".".join(key) for key in missing)
