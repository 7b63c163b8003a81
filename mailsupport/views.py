"""Error pages and robots.txt: whatever goes wrong, say what happened and what happened to the text."""

import sys

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import TemplateDoesNotExist, TemplateSyntaxError
from django.template.loader import render_to_string
from django.urls import NoReverseMatch
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from mailsupport.context import last_desk
from mailsupport.logs import NONE, request_number

RETRY_SECONDS = 60


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler400. Refused bodies (too many fields or files, too large) arrive here as well: 413 in words."""
    if isinstance(exception, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent):
        return _without_database("413.html", 413)
    return _without_database("400.html", 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler403."""
    return render(request, "403.html", status=403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form's token is missing or old: mostly a blocked cookie, or a page left open for weeks."""
    return render(request, "403_csrf.html", status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler404."""
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """handler500: asks neither the database nor the request, either may be what failed.

    Django calls this while it handles the exception: where the database did not answer, trying again helps.
    """
    if isinstance(sys.exception(), InterfaceError | OperationalError):
        return unavailable(request)
    return _without_database("500.html", 500)


def unavailable(request: HttpRequest) -> HttpResponse:
    """The database does not answer: the same calm page with the time to wait."""
    response = _without_database("503.html", 503)
    response["Retry-After"] = str(RETRY_SECONDS)
    return response


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """robots.txt: everything may be fetched, and each page says itself whether it may be found.

    A page refused here is never read, so its noindex is never seen, and its bare address may be listed all
    the same (Google, "Block search indexing with noindex"): the worst for an address with a token or with
    somebody's words.
    """
    text = f"User-agent: *\nDisallow:\n\nSitemap: {settings.SITE_URL}/sitemap.xml\n"
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


def _without_database(template: str, status: int) -> HttpResponse:
    number = request_number.get()
    context = {
        "desk": last_desk(),
        "site_name": gettext("Mail support"),
        "error_number": "" if number == NONE else number,
    }
    try:
        return HttpResponse(render_to_string(template, context), status=status)
    except (TemplateDoesNotExist, TemplateSyntaxError, NoReverseMatch, ValueError):
        # The frame itself is broken (a static file missing from the manifest, an address gone).
        words = gettext("This page cannot be opened just now. It is our fault. Please call us.")
        return HttpResponse(words, status=status, content_type="text/plain; charset=utf-8")
