"""What becomes of walks through checklists, and whether the causes they name are the real ones.

Reads only. All figures of one checklist take four statements, however many walks there are: versions with
their checklist, walks in groups, steps in groups, and the rest (median, agreement) as one row.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import (
    Count,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)
from django.utils.translation import get_language

from faq.models import Checklist, Version, Walk, WalkStep
from faq.models.checklist import KEPT
from faq.services.drawing import Numbers
from tickets.models import Evidence
from tickets.rules.workflow import DONE

DAYS: Final = (30, 90, 365)
USUAL: Final = 90
IDLE: Final = timedelta(hours=24)
"""A walk without an outcome that nobody has touched for so long was abandoned."""
SHOWN: Final = (Version.Status.PUBLISHED, Version.Status.RETIRED)


@dataclass(frozen=True)
class Scope:
    """Which walks count: of these versions, begun since then, by whom ("" for all, "client" or "staff")."""

    versions: tuple[int, ...]
    now: datetime
    days: int = USUAL
    who: str = ""

    @property
    def since(self) -> datetime:
        """The first moment that counts."""
        return self.now - timedelta(days=self.days)

    def walks(self) -> QuerySet[Walk]:
        """Those begun in the time."""
        found = Walk.objects.filter(version__in=self.versions, started__gte=self.since)
        return found.filter(by__isnull=self.who == "client") if self.who else found

    def evidence(self) -> QuerySet[Evidence]:
        """The last walk with an outcome of each request resolved in the time."""
        found = judged().filter(walk__version__in=self.versions, ticket__resolved_at__gte=self.since)
        return found.filter(walk__by__isnull=self.who == "client") if self.who else found


@dataclass
class Tally:
    """How walks ended. `finished` is the sum of `requests`, `solved`, `refused` and `silent`."""

    started: int = 0
    finished: int = 0
    requests: int = 0
    solved: int = 0
    refused: int = 0
    silent: int = 0
    abandoned: int = 0
    abandoned_requests: int = 0
    paused: int = 0
    open: int = 0

    def add(self, row: Mapping[str, Any]) -> None:
        """Another group of walks."""
        for name in vars(self):
            setattr(self, name, getattr(self, name) + row[name])

    def percent(self, part: int, of: int | None = None) -> int | None:
        """None where there is nothing to divide by."""
        whole = self.started if of is None else of
        return round(100 * part / whole) if whole else None

    @property
    def finished_percent(self) -> int | None:
        """Of those that began."""
        return self.percent(self.finished)

    @property
    def abandoned_percent(self) -> int | None:
        """Of those that began."""
        return self.percent(self.abandoned)

    @property
    def solved_percent(self) -> int | None:
        """Of those that came to an outcome."""
        return self.percent(self.solved, self.finished)


@dataclass(frozen=True)
class Agreement:
    """Requests where the outcome's cause was the real one, and where it was not."""

    same: int = 0
    differed: int = 0

    @property
    def total(self) -> int:
        """All that can be compared."""
        return self.same + self.differed

    @property
    def percent(self) -> int | None:
        """None where nothing can be compared yet."""
        return round(100 * self.same / self.total) if self.total else None


@dataclass(frozen=True)
class End:
    """What became of the walks that came to one outcome."""

    key: str
    title: str
    tally: Tally


@dataclass
class Asked:
    """What people did at one question. Answers given ahead are no answers of theirs."""

    key: str
    text: str
    here: Tally = field(default_factory=Tally)
    answers: Counter[str] = field(default_factory=Counter)
    ahead: Counter[str] = field(default_factory=Counter)
    unknown: int = 0

    @property
    def answered(self) -> int:
        """By people."""
        return self.answers.total()

    @property
    def asked(self) -> int:
        """Answered, or the walk stands here."""
        return self.answered + self.here.started

    @property
    def unknown_percent(self) -> int | None:
        """Of those who answered."""
        return round(100 * self.unknown / self.answered) if self.answered else None


@dataclass(frozen=True)
class Figures:
    """All of one checklist. `ends` has the most frequent first; `questions` are by key."""

    total: Tally
    ends: tuple[End, ...]
    questions: Mapping[str, Asked]
    median: timedelta | None
    agreement: Agreement

    @property
    def numbers(self) -> Numbers:
        """For the drawing: all ways taken, those with an answer given ahead as well."""
        ways = {
            (key, answer): count
            for key, asked in self.questions.items()
            for answer, count in (asked.answers + asked.ahead).items()
        }
        return Numbers(
            asked={key: asked.asked for key, asked in self.questions.items()},
            answered=ways,
            outcomes={end.key: end.tally.finished for end in self.ends},
            abandoned={key: asked.here.abandoned for key, asked in self.questions.items()},
        )


def versions_of(slug: str) -> list[Version]:
    """What clients have walked or walk, with the checklist; the newest first. One statement."""
    found = Version.objects.filter(checklist__slug=slug, status__in=SHOWN)
    return list(found.select_related("checklist").order_by("-number"))


def figures(scope: Scope) -> Figures:
    """Three statements."""
    groups = list(_groups(scope))
    total = Tally()
    ends: dict[str, End] = {}
    questions: dict[str, Asked] = {}
    for row in groups:
        total.add(row)
        if key := row["outcome__key"]:
            ends.setdefault(key, End(key, _text(row, "outcome"), Tally())).tally.add(row)
        elif key := row["question__key"]:
            questions.setdefault(key, Asked(key, _text(row, "question"))).here.add(row)
    _count_answers(scope, questions)
    median, agreement = _rest(scope, total.finished)
    listed = sorted(ends.values(), key=lambda end: (-end.tally.finished, end.key))
    return Figures(total, tuple(listed), questions, median, agreement)


def _counts(now: datetime) -> dict[str, Count]:
    """How walks ended, as columns of a group. The names are those of Tally."""
    finished = Q(finished__isnull=False)
    paused = Q(finished=None, paused__isnull=False, started__gte=now - KEPT)
    idle = Q(finished=None, last_step__lt=now - IDLE) & ~paused
    filed = Q(filed=True)
    conditions = {
        "finished": finished,
        "requests": finished & filed,
        "solved": finished & ~filed & Q(helped=True),
        "refused": finished & ~filed & Q(helped=False),
        "silent": finished & ~filed & Q(helped=None),
        "paused": paused,
        "abandoned": idle,
        "abandoned_requests": idle & filed,
        "open": Q(finished=None, last_step__gte=now - IDLE) & ~paused,
    }
    counts = {name: Count("pk", filter=condition) for name, condition in conditions.items()}
    return {"started": Count("pk"), **counts}


def _tallied(walks: QuerySet[Walk], now: datetime, *by: str, **more: Any) -> Iterable[dict[str, Any]]:
    """Walks in groups, each row with the names of Tally. One statement."""
    filed = Exists(Evidence.objects.filter(walk=OuterRef("pk")))
    # The model has columns of some of these names.
    counts = {f"n_{name}": count for name, count in _counts(now).items()}
    rows = walks.order_by().alias(filed=filed).values(*by).annotate(**counts, **more)
    return ({name.removeprefix("n_"): value for name, value in row.items()} for row in rows)


def _groups(scope: Scope) -> Iterable[dict[str, Any]]:
    texts = {
        "outcome_ja": Max("outcome__title_ja"),
        "outcome_en": Max("outcome__title_en"),
        "question_ja": Max("question__text_ja"),
        "question_en": Max("question__text_en"),
    }
    return _tallied(scope.walks(), scope.now, "outcome__key", "question__key", **texts)


def _count_answers(scope: Scope, questions: dict[str, Asked]) -> None:
    walks = scope.walks()
    rows = (
        WalkStep.objects.filter(walk__in=walks)
        .order_by()
        .values("question__key", "answer__key", "answer__unknown", "prefilled")
        .annotate(n=Count("pk"), question_ja=Max("question__text_ja"), question_en=Max("question__text_en"))
    )
    for row in rows:
        key = row["question__key"]
        asked = questions.setdefault(key, Asked(key, _text(row, "question")))
        if row["prefilled"]:
            asked.ahead[row["answer__key"]] += row["n"]
            continue
        asked.answers[row["answer__key"]] += row["n"]
        asked.unknown += row["n"] if row["answer__unknown"] else 0


def _text(row: Mapping[str, Any], name: str) -> str:
    code = (get_language() or "ja")[:2]
    return str(row.get(f"{name}_{code}") or row[f"{name}_ja"] or "")


def _rest(scope: Scope, finished: int) -> tuple[timedelta | None, Agreement]:
    """Median from start to finish, pauses included, and agreement, in one row.

    Of an even number of walks the median lies between the two in the middle.
    """
    taken = ExpressionWrapper(F("finished") - F("started"), output_field=DurationField())
    ordered = scope.walks().filter(finished__isnull=False).annotate(taken=taken).order_by("taken")
    low, high = max(0, finished - 1) // 2, finished // 2
    evidence = scope.evidence()
    row = (
        Version.objects.filter(pk__in=scope.versions[:1])
        .order_by()
        .values_list(
            Subquery(ordered.values("taken")[low : low + 1]),
            Subquery(ordered.values("taken")[high : high + 1]),
            _number(evidence.filter(ticket__cause=F("walk__outcome__cause"))),
            _number(evidence.exclude(ticket__cause=F("walk__outcome__cause"))),
        )
        .first()
    )
    if row is None:
        return None, Agreement()
    first, second, same, differed = row
    median = (first + second) / 2 if first is not None and second is not None else None
    return median, Agreement(same or 0, differed or 0)


def _number(rows: QuerySet[Evidence]) -> Subquery:
    """How many, as a column."""
    one = rows.order_by().annotate(all=F("kind")).values("all").annotate(n=Count("pk")).values("n")
    return Subquery(one[:1])


def judged() -> QuerySet[Evidence]:
    """Walks with an outcome on requests that are resolved: of each request and checklist the last one."""
    # The first follows from the second, but grouped by checklist the walk is an outer join, and without it
    # PostgreSQL reads the evidence of every request: 1.3 s instead of 1 ms at a million.
    done = Evidence.objects.filter(walk__isnull=False, walk__outcome__isnull=False)
    later = done.filter(
        ticket=OuterRef("ticket"),
        walk__version__checklist=OuterRef("walk__version__checklist"),
        pk__gt=OuterRef("pk"),
    )
    resolved = done.filter(ticket__status__in=[str(status) for status in DONE])
    return resolved.filter(~Exists(later))


def differences(scope: Scope) -> QuerySet[Evidence]:
    """Where the outcome's cause was not the real one, the newest resolution first, to be paged."""
    return (
        scope.evidence()
        .exclude(ticket__cause=F("walk__outcome__cause"))
        .select_related("ticket__cause", "walk__outcome__cause", "walk__version")
        .order_by("-ticket__resolved_at", "-pk")
    )


@dataclass(frozen=True)
class Summary:
    """One checklist in the overview."""

    checklist: Checklist
    tally: Tally
    agreement: Agreement


def overview(now: datetime, days: int) -> tuple[list[Summary], Agreement]:
    """All checklists with their figures over all versions, and the agreement of all. Three statements."""
    since = now - timedelta(days=days)
    walks = Walk.objects.filter(version__status__in=SHOWN, started__gte=since)
    tallies: dict[int, Tally] = {}
    for row in _tallied(walks, now, "version__checklist"):
        tallies.setdefault(row["version__checklist"], Tally()).add(row)
    agreements = _agreements(since)
    rows = [
        Summary(row, tallies.get(row.pk, Tally()), agreements.get(row.pk, Agreement()))
        for row in Checklist.objects.order_by("order", "slug")
    ]
    same = sum(agreement.same for agreement in agreements.values())
    return rows, Agreement(same, sum(agreement.differed for agreement in agreements.values()))


def _agreements(since: datetime) -> dict[int, Agreement]:
    """By checklist. One statement."""
    rows = (
        judged()
        .filter(ticket__resolved_at__gte=since)
        .order_by()
        .values("walk__version__checklist")
        .annotate(n=Count("pk"), same=Count("pk", filter=Q(ticket__cause=F("walk__outcome__cause"))))
    )
    return {row["walk__version__checklist"]: Agreement(row["same"], row["n"] - row["same"]) for row in rows}
