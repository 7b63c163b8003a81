"""What joins requests with knowledge: the numbers of the staff home and of the queue's tabs.

Reads only. Every function is one statement, bounded by an index or by a cap.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connections
from django.db.models import Count, F, QuerySet, Subquery
from django.utils import timezone

from faq.models import Article, Cause, Checklist, Lookup, Phrase
from tickets.models import Delivery, Ticket, WorkerBeat
from tickets.models.ticket import UNPROMISED
from tickets.rules.workflow import Status

CAP = 1000
"""A tab counts no further: "1000+" says enough, and the database stops there."""
BEAT = timedelta(minutes=2)
"""A worker silent for longer counts as down."""


@dataclass(frozen=True)
class Bar:
    """One row of the chart of causes. `width` is 0 to 210, the units of the drawing."""

    cause: Cause | None
    count: int
    width: int
    kinds: int = 1


@dataclass(frozen=True)
class Gap:
    """Words of clients (masked) that found no good answer, and how often."""

    text: str
    count: int


@dataclass(frozen=True)
class Health:
    """Is mail going out?"""

    beat: datetime | None
    sent: datetime | None

    @property
    def alive(self) -> bool:
        """Did the worker show itself in the last two minutes?"""
        return self.beat is not None and timezone.now() - self.beat < BEAT


def counts(*, most: int = CAP, **queries: QuerySet[Any]) -> dict[str, int]:
    """Rows of each query, `most` + 1 at most, in one statement however many queries."""
    # Compiled by Django, values apart: nothing typed gets into the text of the statement.
    compiled = {
        name: q.order_by().values("pk")[: most + 1].query.sql_with_params() for name, q in queries.items()
    }
    columns = ", ".join(f"(SELECT COUNT(*) FROM ({sql}) AS q)" for sql, _p in compiled.values())  # noqa: S608
    params = [value for _sql, values in compiled.values() for value in values]
    with connections[Ticket.objects.db].cursor() as cursor:
        cursor.execute(f"SELECT {columns}", params)
        row = cursor.fetchone()
    return dict(zip(compiled, row, strict=True))


def queue(user_id: int) -> dict[str, QuerySet[Ticket]]:
    """The saved views of the queue by name; `all` is not counted."""
    return {
        "ours": Ticket.objects.ours(),
        "mine": Ticket.objects.open().filter(owner_id=user_id),
        "overdue": Ticket.objects.overdue(),
        "waiting": Ticket.objects.filter(status=Status.WAITING),
        "hold": Ticket.objects.filter(status=Status.ON_HOLD),
    }


def home_counts(now: datetime) -> dict[str, int]:
    """All numbers of the staff home: requests, outbox, knowledge."""
    monday = _monday(now)
    week = timedelta(days=7)
    newest = Delivery.objects.order_by("-pk").values("pk")[:CAP]
    return counts(
        new=Ticket.objects.filter(status=Status.NEW),
        ours=Ticket.objects.ours(),
        stopped=Ticket.objects.ours().filter(work_stopped=True),
        overdue=Ticket.objects.overdue(),
        resolved=Ticket.objects.filter(resolved_at__gte=monday, resolved_at__lte=now),
        resolved_before=Ticket.objects.filter(resolved_at__gte=monday - week, resolved_at__lte=now - week),
        mails_waiting=Delivery.objects.filter(state__in=["waiting", "sending"]),
        mails_failed=Delivery.objects.filter(state=Delivery.State.FAILED, pk__in=newest),
        articles=Article.objects.all(),
        checklists=Checklist.objects.all(),
        causes=Cause.objects.all(),
        phrases=Phrase.objects.all(),
    )


def oldest_new() -> datetime | None:
    """When the oldest request nobody has looked at came in."""
    # They are numbered as they come: the index gives the first at once.
    oldest = Ticket.objects.filter(status=Status.NEW).order_by("pk")
    return oldest.values_list("created", flat=True).first()


def top_causes(now: datetime, *, most: int = 6) -> list[Bar]:
    """Real causes of the requests resolved this month, most frequent first; the rest in one bar."""
    month = timezone.localtime(now).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    counted = dict(
        Ticket.objects.filter(resolved_at__gte=month)
        .order_by()
        # A sum, and no condition on it: SQLite would take an index of causes and walk all requests ever.
        .annotate(real=F("cause_id") + 0)
        .values_list("real")
        .annotate(Count("pk"))
    )
    causes = sorted(Cause.objects.filter(pk__in=counted), key=lambda cause: (-counted[cause.pk], cause.slug))
    rows: list[tuple[Cause | None, int, int]] = [(cause, counted[cause.pk], 1) for cause in causes[:most]]
    if rest := causes[most:]:
        rows.append((None, sum(counted[cause.pk] for cause in rest), len(rest)))
    longest = max((count for _cause, count, _kinds in rows), default=1)
    return [Bar(cause, count, round(210 * count / longest), kinds) for cause, count, kinds in rows]


def gaps(now: datetime, *, days: int = 7, most: int = 6) -> list[Gap]:
    """Searches without a good answer, grouped by their words."""
    rows = (
        Lookup.objects.filter(none=True, created__gte=now - timedelta(days=days))
        .values("text")
        .annotate(count=Count("pk"))
        .order_by("-count", "text")[:most]
    )
    return [Gap(row["text"], row["count"]) for row in rows]


def next_to_act(*, most: int = 5) -> list[Ticket]:
    """Our turn, the nearest promise first."""
    return list(Ticket.objects.filter(place__lt=UNPROMISED).in_line().for_queue()[:most])


def health() -> Health:
    """Heartbeat of the worker, and when it last sent a mail."""
    sent = Delivery.objects.filter(state=Delivery.State.SENT).order_by("-pk").values("sent")[:1]
    beat = WorkerBeat.objects.filter(pk=1).annotate(sent=Subquery(sent)).values_list("at", "sent").first()
    return Health(*beat) if beat else Health(None, None)


def _monday(now: datetime) -> datetime:
    local = timezone.localtime(now)
    start = local - timedelta(days=local.weekday())
    return start.replace(hour=0, minute=0, second=0, microsecond=0)
