"""Rates: how often somebody may do something. Counted in Django's cache, per address of the network."""

import hashlib
import time

from django.core.cache import cache
from django.http import HttpRequest


def address_of(request: HttpRequest) -> str:
    """The client's network address, already made true by mailsupport.middleware.client_address."""
    return str(request.META.get("REMOTE_ADDR", ""))


def allowed(name: str, who: str, *, most: int, seconds: int) -> bool:
    """Count one use of `name` by `who`; False once there were more than `most` in this window of `seconds`.

    Windows are fixed (a counter per window), which lets at most twice `most` through around an edge.
    """
    window = int(time.time()) // seconds
    digest = hashlib.sha256(who.encode()).hexdigest()[:32]
    key = f"limit:{name}:{digest}:{window}"
    cache.add(key, 0, timeout=seconds + 1)
    return cache.incr(key) <= most
