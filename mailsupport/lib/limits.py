"""Rates: how often somebody may do something. Counted in Django's cache, per address of the network."""

import hashlib
import time
from ipaddress import IPv6Address, ip_address

from django.core.cache import cache
from django.http import HttpRequest

_LINE = (1 << 64) - 1


def address_of(request: HttpRequest) -> str:
    """The client's network address, already made true by mailsupport.middleware.client_address.

    Of an IPv6 address the first half: one line has 2 to the 64 of them, and would never be counted twice.
    """
    address = str(request.META.get("REMOTE_ADDR", ""))
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if not isinstance(found, IPv6Address):
        return address
    return str(found.ipv4_mapped or IPv6Address(int(found) & ~_LINE))


def allowed(name: str, who: str, *, most: int, seconds: int) -> bool:
    """Count one use of `name` by `who`; False once there were more than `most` in this window of `seconds`.

    Windows are fixed (a counter per window), which lets at most twice `most` through around an edge.
    """
    window = int(time.time()) // seconds
    digest = hashlib.sha256(who.encode()).hexdigest()[:32]
    key = f"limit:{name}:{digest}:{window}"
    cache.add(key, 0, timeout=seconds + 1)
    return cache.incr(key) <= most
