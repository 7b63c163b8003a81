"""Attempts counted in the database: atomic on both databases, the same number for every process."""

from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import salted_hmac

from tickets.models import Attempt


def key_of(name: str, who: str) -> str:
    """`name` and a keyed digest: the table never says whose address or number was tried."""
    return f"{name}:{salted_hmac('tickets.attempt', who, algorithm='sha256').hexdigest()[:48]}"


@transaction.atomic
def count(*, name: str, who: str, window: timedelta) -> int:
    """Count one attempt; gives its number in the window that the first one opened."""
    key, moment = key_of(name, who), timezone.now()
    Attempt.objects.bulk_create([Attempt(key=key, expires=moment + window)], ignore_conflicts=True)
    row = Attempt.objects.filter(key=key)
    row.filter(expires__lte=moment).update(count=0, expires=moment + window)
    # The update locks the row until the end of the transaction, so that the number read is ours.
    row.update(count=F("count") + 1)
    return row.values_list("count", flat=True).get()


def forgive(*, name: str, who: str) -> None:
    """Take one attempt back: it was a good one."""
    Attempt.objects.filter(key=key_of(name, who), count__gt=0).update(count=F("count") - 1)


def purge() -> int:
    """Delete what has expired; gives how many."""
    return Attempt.objects.filter(expires__lt=timezone.now()).delete()[0]
