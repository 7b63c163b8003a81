"""Finished searches: kept with masked words, signed so that links can carry them, told what came of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from django.core import signing
from django.db import transaction
from django.utils import timezone

from faq.models import Article, Lookup
from faq.rules.words import mask
from faq.services.visit import MOST

_SALT: Final = "faq.lookup"
_AGE: Final = 24 * 3600  # seconds; a link from yesterday's search says nothing about today's
_SHOWN: Final = 10
_LONGEST: Final = 500


def keep(
    *, words: str, language: str, articles: Sequence[int], none: bool, trail: Sequence[int] = ()
) -> tuple[int, ...]:
    """Store a finished search, words masked; returns the trail of ids with it at the end.

    The same words again (a reload, the way back) count once.
    """
    text = mask(words)[:_LONGEST]
    if trail and Lookup.objects.filter(pk=trail[-1], text=text, language=language).exists():
        return tuple(trail)
    lookup = Lookup.objects.create(text=text, language=language, hits=list(articles[:_SHOWN]), none=none)
    return (*trail, lookup.pk)[-MOST:]


def sign(trail: Sequence[int]) -> str:
    """The searches of this visit, for `?l=`: nobody else can make one up. Empty for none."""
    return signing.dumps(list(trail), salt=_SALT) if trail else ""


def unsign(value: str) -> tuple[int, ...]:
    """The ids in a signed trail, oldest first; none where it is forged, broken or older than a day."""
    try:
        ids = signing.loads(value, salt=_SALT, max_age=_AGE) if value else []
    except (signing.BadSignature, ValueError):
        return ()
    return tuple(ids)


def words_of(trail: Sequence[int]) -> str:
    """The words of the last of these searches, masked; "" where it is gone or older than a day."""
    since = timezone.now() - timedelta(seconds=_AGE)
    last = Lookup.objects.filter(pk=trail[-1], created__gte=since).first() if trail else None
    return last.text if last else ""


@transaction.atomic
def opened(*, lookups: Sequence[int], article: Article, visit: str) -> None:
    """The article was opened from the last of these searches, all of which belong to this visit."""
    if not lookups:
        return
    Lookup.objects.filter(pk__in=lookups, visit="").update(visit=visit)
    Lookup.objects.filter(pk=lookups[-1]).update(opened=article)


def helped(*, lookups: Sequence[int], article: Article, helped: bool) -> None:
    """What the client said of the article that these searches led to."""
    Lookup.objects.filter(pk__in=lookups, opened=article).update(helped=helped)
