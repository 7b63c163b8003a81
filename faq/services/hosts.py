"""What an article says about one server company: by the client's host where it is known, else by choice."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise

from faq.models import Article, Host
from faq.models.host import ASPECTS
from faq.models.kept import kept


@dataclass(frozen=True, slots=True)
class Line:
    """One aspect of a note. `text` is plain and may be empty: nothing is sure, ask us."""

    name: Promise | str
    text: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """What is known about one host, as far as the article needs it."""

    host: Host
    lines: tuple[Line, ...]


def choices(article: Article) -> list[Host]:
    """Whom a reader can choose; nobody where the article needs no note. One statement at most, none while
    they are kept: shared by all requests, never to be changed."""
    return _all() if article.hosts else []


@kept
def _all() -> list[Host]:
    return list(Host.objects.with_note())


def note_of(article: Article, host: Host | None) -> Note | None:
    """The lines that the article names, in the order of ASPECTS."""
    if host is None or not article.hosts:
        return None
    return Note(host, tuple(_line(host, key, name) for key, name in ASPECTS if key in article.hosts))


def chosen(hosts: list[Host], slug: str) -> Host | None:
    """The one of these by its slug."""
    return next((host for host in hosts if host.slug == slug), None)


def _line(host: Host, key: str, name: Promise | str) -> Line:
    return Line(name, host.text(key), host.webmail_url if key == "webmail" else "")
