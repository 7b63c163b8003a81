"""The trail of one visit, in its session: what was looked for, opened and answered, so that a request
for help carries it along. Pages that are cached never touch it; their fragments do."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from typing import Final, TypeVar

from django.contrib.sessions.backends.base import SessionBase

MOST: Final = 20
"""Entries kept of each kind; the newest stay."""
_KEY: Final = "visit"
Entry = TypeVar("Entry")


@dataclass(frozen=True, slots=True)
class Visit:
    """What one browser did here, the newest last. `id` is random and stands in votes and searches, never a
    person's name; `walks` are tokens."""

    id: str = ""
    lookups: tuple[int, ...] = ()
    articles: tuple[str, ...] = ()
    walks: tuple[str, ...] = ()
    host: str = ""
    """Slug of the server company that was chosen last."""


def visit_of(session: SessionBase) -> Visit:
    """The visit so far; without an id where nothing was remembered yet. Changes nothing."""
    data = session.get(_KEY)
    if not isinstance(data, dict):
        return Visit()
    return Visit(
        id=str(data.get("id", ""))[:32],
        lookups=tuple(n for n in data.get("lookups", ()) if isinstance(n, int)),
        articles=tuple(key for key in data.get("articles", ()) if isinstance(key, str)),
        walks=_walks(data),
        host=str(data.get("host", ""))[:50],
    )


def _walks(data: dict[str, object]) -> tuple[str, ...]:
    """Sessions of before hold one walk, as "walk"."""
    found = data.get("walks", [data.get("walk")])
    tokens = found if isinstance(found, list) else []
    return tuple(token for token in tokens if token and isinstance(token, str))


def remember_lookup(session: SessionBase, *lookups: int) -> Visit:
    """Finished searches of this visit, by their ids, oldest first."""
    visit = visit_of(session)
    return _keep(session, replace(visit, lookups=_newest(visit.lookups, lookups)))


def remember_article(session: SessionBase, key: str) -> Visit:
    """An article that was opened, by its key."""
    visit = visit_of(session)
    return _keep(session, replace(visit, articles=_newest(visit.articles, (key,))))


def remember_walk(session: SessionBase, token: str) -> Visit:
    """A checklist walk that was begun or gone on with, by its token ("": none yet, only the visit's id)."""
    visit = visit_of(session)
    return _keep(session, replace(visit, walks=_newest(visit.walks, (token,) if token else ())))


def remember_host(session: SessionBase, slug: str) -> Visit:
    """The server company whose note was chosen, by its slug."""
    return _keep(session, replace(visit_of(session), host=slug))


def _newest(there: tuple[Entry, ...], more: tuple[Entry, ...]) -> tuple[Entry, ...]:
    once = [entry for entry in there if entry not in more]
    return tuple(once + [entry for place, entry in enumerate(more) if entry not in more[:place]])[-MOST:]


def _keep(session: SessionBase, visit: Visit) -> Visit:
    kept = replace(visit, id=visit.id or secrets.token_hex(16))
    data = {
        "id": kept.id,
        "lookups": list(kept.lookups),
        "articles": list(kept.articles),
        "walks": list(kept.walks),
        "host": kept.host,
    }
    if session.get(_KEY) != data:
        session[_KEY] = data
    return kept
