"""Finished searches: kept with masked words, signed so that links can carry them, told what came of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from django.contrib.sessions.backends.base import SessionBase
from django.core import signing
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from faq.models import Article, Lookup
from faq.rules.words import mask
from faq.services import visit as visits
from faq.services.visit import MOST
from mailsupport.lib.statements import insert

_SALT: Final = "faq.lookup"
_AGE: Final = 24 * 3600  # seconds; a link from yesterday's search says nothing about today's
_SHOWN: Final = 10
_LONGEST: Final = 500


def keep(
    *,
    words: str,
    language: str,
    articles: Sequence[int],
    none: bool,
    trail: Sequence[int] = (),
    visit: str = "",
) -> tuple[int, ...]:
    """Store a finished search, words masked; returns the trail of ids with it at the end.

    The same words again (a reload, the way back) count once. `visit` is the browser's where it has one.
    """
    text = mask(words)[:_LONGEST]
    if trail:
        same = Lookup.objects.filter(text=text, language=language, visit__in=("", visit))
        if same.filter(pk=trail[-1]).exists():
            return tuple(trail)
    hits = list(articles[:_SHOWN])
    lookup = Lookup(text=text, language=language, hits=hits, none=none, visit=visit)
    insert(lookup)
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


def follow(session: SessionBase, signed: str) -> tuple[int, ...]:
    """The searches of a signed trail that are this browser's, which its visit remembers from now on.

    A search page sets no cookie, so a search belongs to whoever opens a link of it first. Who gets the
    link from somebody else afterwards gets the page without the other's words.
    """
    trail = unsign(signed)
    if not trail:
        return ()
    here = visits.remember_lookup(session)
    mine = claim(lookups=trail, visit=here.id)
    visits.remember_lookup(session, *mine)
    return mine


@transaction.atomic
def claim(*, lookups: Sequence[int], visit: str) -> tuple[int, ...]:
    """Give the searches that nobody has to `visit`; returns all of these that are its own now.

    The database decides who was first: the condition stands in the update itself.
    """
    if not lookups:
        return ()
    Lookup.objects.filter(pk__in=lookups, visit="").update(visit=visit)
    mine = set(Lookup.objects.filter(pk__in=lookups, visit=visit).values_list("pk", flat=True))
    return tuple(pk for pk in lookups if pk in mine)


def opened(*, lookups: Sequence[int], article: Article, visit: str) -> None:
    """The article was opened from the last of these searches.

    Somebody else's copy of the link counts as well, but never over what who searched has opened.
    """
    if lookups:
        free = Q(visit=visit) | Q(opened=None)
        Lookup.objects.filter(free, pk=lookups[-1]).update(opened=article)


def helped(*, lookups: Sequence[int], article: Article, helped: bool) -> None:
    """What the client said of the article that these searches led to."""
    Lookup.objects.filter(pk__in=lookups, opened=article).update(helped=helped)
