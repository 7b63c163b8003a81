"""Pages that are the same for everybody, kept in the process and answered before sessions and cookies.

Measured: a page from a dictionary ahead of the session middleware costs less than Django's bare "hello";
Django's `cache_page` keeps 60 % of that. A view says by `@shared` that its page is nobody's own; whatever
touches a session or sets a cookie all the same is never kept (SECURITY.md row 42).

Browsers get a kept page compressed, a third of its bytes. Pages made for one visitor stay as they are: beside
the words of an address, compression would give away a token by its length (BREACH). In a kept page there is
neither.
"""

from __future__ import annotations

import gzip
import re
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import wraps
from hashlib import sha256
from threading import Lock
from typing import Any, Concatenate, Final, ParamSpec

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, QueryDict
from django.utils.cache import patch_vary_headers

from faq.models.kept import Noted, one_edition
from faq.services.edition import NEWEST

MOST_BYTES: Final = 24 * 1024 * 1024
"""Kept a process: some thousand pages, most of them compressed."""
READ: Final = "host"
"""Of the query: what a shared page may depend on."""
IGNORED: Final = "l"
"""Of the query: the signed searches are for fragments."""
_MARK: Final = "_shared_query"
_PACKED: Final = "gzip "
"""Begins the name of a compressed page: others begin with a slash."""
_GZIP: Final = re.compile(r"\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))", re.IGNORECASE)
More = ParamSpec("More")
Answer = Callable[[HttpRequest], HttpResponse]


def shared(
    view: Callable[Concatenate[HttpRequest, More], HttpResponse],
) -> Callable[Concatenate[HttpRequest, More], HttpResponse]:
    """The page is the same for everybody who asks for this address: it sees nothing else of the query."""

    @wraps(view)
    def marked(request: HttpRequest, /, *args: More.args, **kwargs: More.kwargs) -> HttpResponse:
        query = _query(request.META.get("QUERY_STRING", "")) or ""
        # Not even a link to the other language may carry one visitor's searches to the next.
        request.META["QUERY_STRING"], request.GET = query, QueryDict(query)
        response = view(request, *args, **kwargs)
        if response.status_code == 200:
            setattr(response, _MARK, query)
            # Browsers may keep it, and ask each time whether it still is the newest.
            response["Cache-Control"] = "no-cache"
        return response

    return marked


def _query(given: str) -> str | None:
    """What of a query a shared page reads: "" or "host=..."; None where there is more than it would."""
    parts = [part for part in given.split("&") if part and part.partition("=")[0] != IGNORED]
    if not parts:
        return ""
    return parts[0] if len(parts) == 1 and parts[0].partition("=")[0] == READ else None


@dataclass(frozen=True, slots=True)
class Kept:
    """A page as it was answered."""

    body: bytes
    headers: dict[str, str]
    tag: str
    until: float

    @classmethod
    def of(cls, response: HttpResponse, until: float, *, packed: bool) -> Kept:
        """Takes the body once, compressed where `packed`; the hash of what goes out is the ETag."""
        body = gzip.compress(response.content, mtime=0) if packed else response.content
        tag = f'"{sha256(body).hexdigest()[:32]}"'
        patch_vary_headers(response, ["Accept-Encoding"])
        headers = dict(response.headers) | {"ETag": tag, "Content-Length": str(len(body))}
        if packed:
            headers["Content-Encoding"] = "gzip"
        return cls(body, headers, tag, until)

    def answer(self, request: HttpRequest) -> HttpResponse:
        """The page, or 304 where the browser has it."""
        if _has(request.META.get("HTTP_IF_NONE_MATCH", ""), self.tag):
            return HttpResponseNotModified(headers=self.of_same)
        return HttpResponse(self.body, headers=self.headers)

    def plain(self, known: str) -> tuple[str, Iterable[tuple[str, str]], bytes]:
        """The same for WSGI: status line, headers, body; `known` is the request's If-None-Match."""
        if _has(known, self.tag):
            return "304 Not Modified", self.of_same.items(), b""
        return "200 OK", self.headers.items(), self.body

    @property
    def of_same(self) -> dict[str, str]:
        """What a 304 tells of the page (RFC 9110, 15.4.5)."""
        return {
            name: self.headers[name] for name in ("ETag", "Cache-Control", "Vary") if name in self.headers
        }


def _has(given: str, tag: str) -> bool:
    """If-None-Match compares weakly (RFC 9110, 13.1.2)."""
    return bool(given) and any(one.strip().removeprefix("W/") in (tag, "*") for one in given.split(","))


class Store:
    """Pages of one edition in a dictionary, the oldest thrown out first. Safe between threads."""

    def __init__(self) -> None:
        self._pages: dict[str, Kept] = {}
        self._edition: tuple[int, int] = (0, 0)
        self._bytes = 0
        self._lock = Lock()

    def get(self, name: str, edition: tuple[int, int]) -> Kept | None:
        """The page, None where there is none of this edition or it is too old."""
        page = self._pages.get(name) if edition == self._edition else None
        return page if page and page.until > time.monotonic() else None

    def put(self, name: str, edition: tuple[int, int], page: Kept) -> None:
        """Keep it; pages of another edition go. `edition` is what was the newest before the page was made."""
        with self._lock:
            if edition != self._edition:
                self._pages, self._bytes, self._edition = {}, 0, edition
            self._drop(name)
            self._pages[name] = page
            self._bytes += len(page.body)
            while self._bytes > MOST_BYTES and len(self._pages) > 1:
                self._drop(next(iter(self._pages)))

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._pages, self._bytes = {}, 0

    def _drop(self, name: str) -> None:
        if page := self._pages.pop(name, None):
            self._bytes -= len(page.body)


STORE: Final = Store()


_hosts: Final[set[str]] = set()
"""Names of this site as requests gave them and Django accepted them."""
_MOST_HOSTS: Final = 100


def kept_page(environ: Mapping[str, Any], *, secure: bool) -> Kept | None:
    """The page for a plain GET out of WSGI's environment, as the middleware would find it; never a statement.

    None where it is not kept, and for all that is not so plain: the middleware decides about that.
    """
    path, host = environ.get("PATH_INFO", ""), environ.get("HTTP_HOST", "")
    if (
        environ["REQUEST_METHOD"] != "GET"
        or host not in _hosts
        or not settings.PAGE_CACHE
        or not (secure or not settings.SECURE_SSL_REDIRECT)
        or "HTTP_HX_REQUEST" in environ
        or environ.get("SCRIPT_NAME")
        or not path.isascii()
    ):
        return None
    query = _query(environ.get("QUERY_STRING", ""))
    edition = NEWEST.known()
    return STORE.get(_name(path, query, environ), edition) if query is not None and edition else None


def _name(path: str, query: str, meta: Mapping[str, Any]) -> str:
    """What a page is kept under. Browsers that can unpack have one of their own."""
    packed = _GZIP.search(meta.get("HTTP_ACCEPT_ENCODING", ""))
    return f"{_PACKED if packed else ''}{path}?{query}"


def page_cache(get_response: Answer) -> Answer:
    """Middleware: outside everything but what knows the client's address and the scheme."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if not settings.PAGE_CACHE or request.method not in ("GET", "HEAD"):
            return get_response(request)
        edition = NEWEST.edition()
        query = _query(request.META.get("QUERY_STRING", ""))
        if query is None or not _may_be_kept(request):
            with one_edition(edition):
                return get_response(request)
        name = _name(request.path_info, query, request.META)
        if page := STORE.get(name, edition):
            return page.answer(request)
        with Noted() as noted, one_edition(edition):
            response = get_response(request)
        if request.method == "GET" and _is_nobodys(response, query):
            page = Kept.of(response, noted.until, packed=name.startswith(_PACKED))
            # What changed while the page was made is not in it.
            if edition == NEWEST.edition():
                STORE.put(name, edition, page)
            return page.answer(request)
        return response

    return middleware


def _may_be_kept(request: HttpRequest) -> bool:
    """A plain request for a page, by a name of ours and by the scheme that the site is served in."""
    if "HTTP_HX_REQUEST" in request.META:
        return False
    try:
        request.get_host()
    except DisallowedHost:
        return False
    if (named := request.META.get("HTTP_HOST")) and len(_hosts) < _MOST_HOSTS:
        _hosts.add(named)
    return request.is_secure() or not settings.SECURE_SSL_REDIRECT


def _is_nobodys(response: HttpResponse, query: str) -> bool:
    """Marked by its view, and nothing on the way made it somebody's: no cookie, no look into a session."""
    return (
        getattr(response, _MARK, None) == query
        and not response.cookies
        and "cookie" not in response.headers.get("Vary", "").lower()
    )
