"""WSGI entry point."""

import codecs
import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.core.wsgi import get_wsgi_application
from django.utils.http import parse_header_parameters

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mailsupport.settings")
_site = get_wsgi_application()

# Reads settings and models, which are there only now.
from mailsupport.front import Front  # noqa: E402

_front = Front(_site)


def application(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
    """The site. Before a request reaches it, its content type is one that Django can read."""
    given = environ.get("CONTENT_TYPE", "")
    if given and not _is_readable(given):
        environ["CONTENT_TYPE"] = "application/octet-stream"
    return _front(environ, start_response)


def _is_readable(content_type: str) -> bool:
    """False where Django would fail before it can answer: a charset that is none, as RFC 2231 writes it.

    One header was enough for the server's bare 500 and a traceback in the log, at every address.
    """
    try:
        codecs.lookup(parse_header_parameters(content_type)[1].get("charset", "utf-8"))
    except LookupError:
        # An unknown charset is Django's to ignore.
        return True
    except ValueError:
        return False
    return True
