"""Is the process alive, and is the site ready?"""

from django.http import HttpRequest, HttpResponse


def healthz(_request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


def readyz(_request: HttpRequest) -> HttpResponse:
    """Replaced below."""
    return HttpResponse("ok\n", content_type="text/plain")
