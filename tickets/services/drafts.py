"""A request being written. Its steps and files outlive going back, reloading, errors and a lost session."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.core import signing
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from mailsupport.lib.statements import prepared
from tickets.models import Draft

SALT = "tickets.draft"
KEPT = timedelta(days=7)
"""A draft can be gone on with for this long after its last change; then the worker deletes it."""


def current(*, key: str) -> Draft | None:
    """The draft of that key, filed or not; None for an unknown or old one."""
    # Hardly ever filed already: its request is read when somebody asks for it.
    return next(iter(_current(key, timezone.now() - KEPT)), None) if key else None


@prepared
def _current(key: str, since: datetime) -> QuerySet[Draft]:
    return Draft.objects.filter(key=key, updated__gte=since)


@transaction.atomic
def start(*, key: str, language: str) -> Draft:
    """The draft of that key (a UUID; any other text gets a fresh one), made where there is none yet."""
    try:
        wanted = str(UUID(key))
    except ValueError:
        wanted = str(uuid4())
    return Draft.objects.get_or_create(key=wanted, defaults={"language": language[:2]})[0]


@transaction.atomic
def save_step(*, draft: Draft, answers: Mapping[str, str]) -> Draft:
    """Keep a step's answers as typed, right or wrong: nothing typed is ever lost."""
    mine = Draft.objects.select_for_update().get(pk=draft.pk)
    mine.data = {**mine.data, **answers}
    mine.save(update_fields=["data", "updated"])
    return mine


def speak(*, draft: Draft, language: str) -> Draft:
    """The language it is sent in counts, not the one of the first letter typed."""
    if draft.language != language[:2]:
        draft.language = language[:2]
        draft.save(update_fields=["language"])
    return draft


@transaction.atomic
def bring(*, draft: Draft, visit: Mapping[str, list[Any]]) -> Draft:
    """Remember what comes along, the newest last: words searched for, articles read, checklists walked."""
    mine = Draft.objects.select_for_update().get(pk=draft.pk)
    mine.visit = joined(mine.visit, visit)
    mine.save(update_fields=["visit", "updated"])
    return mine


def joined(before: Mapping[str, object], more: Mapping[str, list[Any]]) -> dict[str, object]:
    """Both visits as one; what is in both counts as new."""
    visit = dict(before)
    for name, new in more.items():
        there = visit.get(name)
        kept = [entry for entry in there if entry not in new] if isinstance(there, list) else []
        visit[name] = [*kept, *dict.fromkeys(new)]
    return visit


@transaction.atomic
def leave_out(*, draft: Draft, walk: int, out: bool = True) -> Draft:
    """Leave a walk that comes along out of the request, or (`out` False) take it in again."""
    mine = Draft.objects.select_for_update().get(pk=draft.pk)
    found = mine.visit.get("left_out")
    left = [pk for pk in (found if isinstance(found, list) else []) if pk != walk]
    mine.visit["left_out"] = [*left, walk] if out else left
    mine.save(update_fields=["visit", "updated"])
    return mine


def sealed(key: str) -> str:
    """The key as a form carries it, so that a lost session loses nothing and nobody can pick another's."""
    return signing.dumps(key, salt=SALT)


def unsealed(text: str) -> str:
    """The key out of a form; "" where it was not ours."""
    try:
        return str(signing.loads(text, salt=SALT, max_age=KEPT))
    except signing.BadSignature:
        return ""
