"""What the worker tidies up."""

from typing import Final

from django.apps import apps
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from tickets.models import Draft
from tickets.services import counting, drafts, files, routing

GROWN: Final = 4
FEW: Final = 200
"""Rows of a table that nobody needs to count."""


def tidy() -> None:
    """Close quiet requests, forget old drafts with their files, and expired attempts; count anew."""
    routing.close_quiet()
    purge_drafts()
    counting.purge()
    refresh_statistics()


def refresh_statistics() -> list[str]:
    """Let SQLite count what grew fourfold since it last counted; gives those tables.

    PostgreSQL does so by itself. Without it, a database that grew from nothing takes every index for an
    equally good one. A million requests take about a second. SQLite's `analysis_limit` takes less, but
    guesses how many rows there are, for each index another number, and then walks the table.
    """
    if connection.vendor != "sqlite":
        return []
    tables = sorted({model._meta.db_table for model in apps.get_models(include_auto_created=True)})
    with connection.cursor() as cursor:
        counted = _counted(cursor)
        grown = []
        for table in map(connection.ops.quote_name, tables):
            # The highest number, not the number of rows: SQLite would walk the table for that.
            cursor.execute(f"SELECT MAX(rowid) FROM {table}")  # noqa: S608 # our own tables
            if (cursor.fetchone()[0] or 0) > GROWN * max(counted.get(table, 0), FEW):
                cursor.execute(f"ANALYZE {table}")
                grown.append(table)
    return grown


def _counted(cursor: CursorWrapper) -> dict[str, int]:
    """Rows of each table when they were last counted."""
    cursor.execute("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_stat1'")
    if cursor.fetchone() is None:
        return {}
    cursor.execute("SELECT tbl, MAX(CAST(stat AS integer)) FROM sqlite_stat1 GROUP BY tbl")
    return {connection.ops.quote_name(table): rows for table, rows in cursor.fetchall()}


def purge_drafts() -> int:
    """Delete drafts that nobody touched for a week, with files never sent; gives how many."""
    old = Draft.objects.filter(updated__lt=timezone.now() - drafts.KEPT)
    return sum(_purge(pk) for pk in list(old.values_list("pk", flat=True)[:500]))


@transaction.atomic
def _purge(pk: int) -> bool:
    draft = Draft.objects.select_for_update().filter(pk=pk, updated__lt=timezone.now() - drafts.KEPT).first()
    if draft is None:
        return False
    for attachment in draft.attachments.all():
        files.discard(attachment=attachment)
    draft.delete()
    return True
