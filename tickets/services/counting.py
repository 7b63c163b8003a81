"""Attempts counted in the database: atomic on both databases, the same number for every process."""

from datetime import timedelta

from django.db import connection
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import salted_hmac

from tickets.models import Attempt


def key_of(name: str, who: str) -> str:
    """`name` and a keyed digest: the table never says whose address or number was tried."""
    return f"{name}:{salted_hmac('tickets.attempt', who, algorithm='sha256').hexdigest()[:48]}"


def count(*, name: str, who: str, window: timedelta) -> int:
    """Count one attempt; gives its number in the window that the first one opened. One statement."""
    moment = timezone.now()
    now, later = map(connection.ops.adapt_datetimefield_value, (moment, moment + window))
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [key_of(name, who), later, now, now])
        return int(cursor.fetchone()[0])


# Both databases lock the row, so that everybody gets a number of their own.
_COUNT = f"""
    INSERT INTO {Attempt._meta.db_table} AS seen (key, count, expires) VALUES (%s, 1, %s)
    ON CONFLICT (key) DO UPDATE SET
        count = CASE WHEN seen.expires <= %s THEN 1 ELSE seen.count + 1 END,
        expires = CASE WHEN seen.expires <= %s THEN excluded.expires ELSE seen.expires END
    RETURNING count
"""  # noqa: S608 # our own table


def forgive(*, name: str, who: str) -> None:
    """Take one attempt back: it was a good one."""
    Attempt.objects.filter(key=key_of(name, who), count__gt=0).update(count=F("count") - 1)


def purge() -> int:
    """Delete what has expired; gives how many."""
    return Attempt.objects.filter(expires__lt=timezone.now()).delete()[0]
