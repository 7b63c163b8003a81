"""Ahead of Django: a page that is kept goes out without a request object, middleware or signals."""

import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.conf import settings

from faq.pagecache import kept_page
from mailsupport.middleware import NUMBER, noting, number_of, proxies

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class Front:
    """The site, and before it what `faq.pagecache` keeps.

    Whatever is unusual is left to the middleware, which knows the same pages: they took a third of the time
    of the server's answer.
    """

    def __init__(self, site: "WSGIApplication") -> None:
        self.site = site
        self.is_ours = proxies(settings.TRUSTED_PROXIES)
        self.note = noting()

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """A kept page with the number of the request, or what the site answers."""
        began = time.perf_counter()
        proxied = self.is_ours(environ.get("REMOTE_ADDR", ""))
        secure = "https" in (
            environ["wsgi.url_scheme"],
            environ.get("HTTP_X_FORWARDED_PROTO") if proxied else "",
        )
        page = kept_page(environ, secure=secure)
        if page is None:
            return self.site(environ, start_response)
        number = number_of(environ.get(NUMBER) if proxied else None)
        status, headers, body = page.plain(environ.get("HTTP_IF_NONE_MATCH", ""))
        start_response(status, [*headers, ("X-Request-Id", number)])
        self.note(number, "GET", environ["PATH_INFO"], int(status[:3]), began)
        return [body]
