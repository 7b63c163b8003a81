"""`/metrics` in Prometheus's text format: is mail going out, does work pile up, how long do pages take.

Numbers only. Three statements however many requests there are; nothing is counted beyond MOST rows.
"""

import hmac
import platform
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network
from typing import Any

from django.conf import settings
from django.db.models import Min
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

import mailsupport
from faq.models import Lookup
from mailsupport import meter
from mailsupport.lib.admin import MOST
from tickets import reports
from tickets.models import Delivery, Ticket, WorkerBeat
from tickets.rules.workflow import Status

TYPE = "text/plain; version=0.0.4; charset=utf-8"
_FORWARDED = (
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_PROTO",
    "HTTP_FORWARDED",
    "HTTP_X_REAL_IP",
    "HTTP_VIA",
)
_NEWEST = 1000
_UNSENT = (Delivery.State.WAITING, Delivery.State.SENDING)

Sample = tuple[dict[str, str], float]


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """For a monitor on this machine or on one of ours, or with METRICS_TOKEN; for others there is nothing."""
    if not (_has_token(request) or _is_near(request)):
        raise Http404
    lines = [*_build(), *_stored(timezone.now()), *_counted()]
    return HttpResponse("\n".join([*lines, ""]), content_type=TYPE)


def _has_token(request: HttpRequest) -> bool:
    given = request.headers.get("Authorization", "")
    wanted = f"Bearer {settings.METRICS_TOKEN}"
    return bool(settings.METRICS_TOKEN) and hmac.compare_digest(given.encode(), wanted.encode())


def _is_near(request: HttpRequest) -> bool:
    """Straight from this machine or from an address among TRUSTED_PROXIES, not passed on for somebody."""
    if any(name in request.META for name in _FORWARDED):
        return False
    try:
        address = ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return False
    return address.is_loopback or any(address in ip_network(known) for known in settings.TRUSTED_PROXIES)


def _gauge(name: str, words: str, samples: Iterable[Sample], kind: str = "gauge") -> Iterator[str]:
    yield f"# HELP mailsupport_{name} {words}"
    yield f"# TYPE mailsupport_{name} {kind}"
    for labels, value in samples:
        yield _line(name, labels, value)


def _line(name: str, labels: dict[str, str], value: float) -> str:
    """One sample. Labels are words of ours: nothing in them needs escaping."""
    inner = ",".join(f'{key}="{text}"' for key, text in labels.items())
    return f"mailsupport_{name}{f'{{{inner}}}' if inner else ''} {value:.15g}"


def _build() -> Iterator[str]:
    labels = {"version": mailsupport.VERSION, "python": platform.python_version()}
    yield from _gauge("build_info", "Version of the program.", [(labels, 1)])


def _stored(now: datetime) -> Iterator[str]:
    """What stands in the database: the same on every machine, so the monitor must not add it up."""
    day = now - timedelta(days=1)
    newest = Delivery.objects.order_by("-pk").values("pk")[:_NEWEST]
    tickets: dict[str, Any] = {str(status): Ticket.objects.filter(status=status) for status in Status}
    found = reports.counts(
        most=MOST,
        unsent=Delivery.objects.filter(state__in=_UNSENT),
        failed=Delivery.objects.filter(state=Delivery.State.FAILED, pk__in=newest),
        lookups=Lookup.objects.filter(created__gte=day),
        unanswered=Lookup.objects.filter(none=True, created__gte=day),
        **tickets,
    )
    # By way of the keys: the index of unsent mails has those, and without them all mails would be read.
    unsent = Delivery.objects.filter(state__in=_UNSENT).order_by("next_try").values("pk")[:MOST]
    oldest = Delivery.objects.filter(pk__in=unsent).aggregate(first=Min("created"))["first"]
    beat = WorkerBeat.objects.filter(pk=1).values_list("at", flat=True).first()
    most = f"counted up to {MOST}"
    by_status = [({"status": status}, found[status]) for status in tickets]
    yield from _gauge("deliveries_unsent", f"Mails waiting or being sent, {most}.", [({}, found["unsent"])])
    words = f"Mails given up among the newest {_NEWEST}."
    yield from _gauge("deliveries_failed", words, [({}, found["failed"])])
    words = "Age of the oldest mail that is not out; 0 without one."
    yield from _gauge("delivery_oldest_unsent_seconds", words, [({}, _seconds(now, oldest))])
    yield from _gauge("tickets", f"Requests by status, {most}.", by_status)
    words = f"Searches of the last 24 hours, {most}."
    yield from _gauge("lookups_last_day", words, [({}, found["lookups"])])
    words = f"Searches of the last 24 hours without a good answer, {most}."
    yield from _gauge("lookups_unanswered_last_day", words, [({}, found["unanswered"])])
    # Without a beat no sample: 0 would look like a lively worker, and absent() finds it.
    samples: list[Sample] = [({}, _seconds(now, beat))] if beat else []
    yield from _gauge("worker_beat_age_seconds", "Seconds since a worker was last alive.", samples)


def _seconds(now: datetime, moment: datetime | None) -> float:
    return max(0.0, round((now - moment).total_seconds(), 3)) if moment else 0.0


def _counted() -> Iterator[str]:
    """What all processes of this machine counted; each machine has its own."""
    file = meter.shared()
    if file is None:
        return
    times, answers = file.read()
    samples = [({"class": f"{digit}xx"}, float(count)) for digit, count in answers.items()]
    yield from _gauge("responses_total", "Answers by class of status.", samples, "counter")
    name = "request_duration_seconds"
    yield f"# HELP mailsupport_{name} Time to answer, by the first part of the address."
    yield f"# TYPE mailsupport_{name} histogram"
    for each in times:
        labels, total = {"page": each.page}, 0
        for end, count in zip([*map(str, meter.BUCKETS), "+Inf"], each.buckets, strict=True):
            total += count
            yield _line(f"{name}_bucket", {**labels, "le": end}, total)
        yield _line(f"{name}_sum", labels, each.seconds)
        yield _line(f"{name}_count", labels, total)
