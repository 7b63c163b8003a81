"""Middleware of our own: who is at the other end, and what of the address may be written down."""

import logging
import re
from collections.abc import Callable
from ipaddress import ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest, HttpResponse

SCHEME = "HTTP_X_MAILSUPPORT_SCHEME"


def client_address(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Set REMOTE_ADDR and the scheme from a proxy's headers, only where the proxy is ours.

    SECURITY.md row 31: a forwarded-for header from anybody else is ignored, and the header that
    Django believes for the scheme can only be set here.
    """
    trusted = [ip_network(entry) for entry in settings.TRUSTED_PROXIES]

    def is_ours(address: str) -> bool:
        try:
            return any(ip_address(address) in network for network in trusted)
        except ValueError:
            return False

    def middleware(request: HttpRequest) -> HttpResponse:
        meta = request.META
        meta.pop(SCHEME, None)
        if is_ours(meta.get("REMOTE_ADDR", "")):
            meta[SCHEME] = meta.get("HTTP_X_FORWARDED_PROTO", "")
            hops = [hop.strip() for hop in meta.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
            # The last hop that is not ours: everything left of it may be invented.
            meta["REMOTE_ADDR"] = next(
                (hop for hop in reversed(hops) if not is_ours(hop)), meta["REMOTE_ADDR"]
            )
        return get_response(request)

    return middleware


class TokenMask(logging.Filter):
    """Takes ticket tokens out of log lines: who has the address of a ticket may read it."""

    token = re.compile(r"(/tickets/)(?!new/|find/)[^/\s]+")

    def filter(self, record: logging.LogRecord) -> bool:
        """Never drops a line."""
        record.msg, record.args = self.token.sub(r"\1…", record.getMessage()), None
        return True
