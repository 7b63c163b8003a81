"""Middleware of our own: who is at the other end, and the line that the log keeps of a request."""

import re
import secrets
import time
from collections.abc import Callable, Iterable
from functools import lru_cache
from ipaddress import ip_address, ip_network

from csp.constants import HEADER
from csp.utils import build_policy
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from mailsupport import logs, meter

SCHEME = "HTTP_X_MAILSUPPORT_SCHEME"
NUMBER = "HTTP_X_REQUEST_ID"
_NUMBER = re.compile(r"[A-Za-z0-9._-]{6,64}")


def proxies(networks: Iterable[str]) -> Callable[[str], bool]:
    """Whether an address is a proxy of ours. Raises ValueError for what is no network."""
    trusted = [ip_network(entry) for entry in networks]

    # The few proxies that there are ask all the time.
    @lru_cache(maxsize=256)
    def is_ours(address: str) -> bool:
        try:
            return any(ip_address(address) in network for network in trusted)
        except ValueError:
            return False

    return is_ours


def client_address(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Set REMOTE_ADDR and the scheme from a proxy's headers, only where the proxy is ours.

    SECURITY.md row 31: a forwarded-for header from anybody else is ignored, and the header that
    Django believes for the scheme can only be set here.
    """
    is_ours = proxies(settings.TRUSTED_PROXIES)

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
        else:
            meta.pop(NUMBER, None)
        return get_response(request)

    return middleware


def request_line(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Number the request, and write one line about it: method, path, status, time. No query, no address.

    Stands behind client_address, which takes away a number that is not from a proxy of ours.
    """
    note = noting()

    def middleware(request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        number = number_of(request.META.get(NUMBER))
        before = logs.request_number.set(number)
        try:
            response = get_response(request)
        finally:
            logs.request_number.reset(before)
        response["X-Request-Id"] = number
        note(number, request.method or "", request.path, response.status_code, began)
        return response

    return middleware


def number_of(given: str | None) -> str:
    """Of a request: the one that a proxy of ours has `given`, else eight digits: short enough for the phone,
    and not as long as a receipt number."""
    return given if given and _NUMBER.fullmatch(given) else f"{secrets.randbelow(10**8):08}"


def noting() -> Callable[[str, str, str, int, float], None]:
    """Writes the line of a request that `began` at that time of the performance counter, and counts it."""
    write = logs.write_json if settings.LOG_FORMAT == "json" else logs.write_line
    counters = meter.shared()

    def note(number: str, method: str, path: str, status: int, began: float) -> None:
        seconds = time.perf_counter() - began
        write(number, method, path, status, seconds)
        if counters:
            counters.count(path, status, seconds)

    return note


def content_security_policy(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """The policy of the settings on every answer, put together once.

    django-csp's own middleware does so twice an answer, for nonces and exceptions that no page of ours has:
    that took as long as finding the view.
    """
    policy = build_policy()

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault(HEADER, policy)
        return response

    return middleware
