"""Which checklist to offer: beside the answers of a search, below an article, for one that does not fit."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from functools import lru_cache
from typing import Final
from urllib.parse import urlencode

from django.db.models import Count, OuterRef, Subquery
from django.urls import reverse
from django.utils.translation import get_language

from faq.models import Checklist, Outcome, Version
from faq.models.base import Audience
from faq.models.kept import kept
from faq.rules.clues import facts_of_words
from faq.rules.facts import Facts
from faq.rules.names import Symptom
from faq.search.find import Found, read
from faq.search.rank import Ready, Text, rank
from faq.services.facts import facts_of_symptom

CARRIED: Final = 400
"""Characters of the words that an address carries: gunicorn refuses request lines over 8190 bytes, and a
character takes up to 12."""
_SAID: Final[Mapping[Symptom, Mapping[str, frozenset[str]]]] = {
    Symptom.NOTHING_ARRIVES: {"senders": frozenset({"all"})},
    Symptom.SOME_MISSING: {"senders": frozenset({"one", "some"}), "in_spam": frozenset({"yes", "no"})},
    Symptom.BOUNCED: {"error_shown": frozenset({"yes"}), "destinations": frozenset({"one"})},
    Symptom.SOME_PROVIDERS: {
        "provider": frozenset({"gmail", "carrier", "yahoo", "icloud", "microsoft"}),
        "destinations": frozenset({"some"}),
    },
    Symptom.CANNOT_SEND: {"error_shown": frozenset({"yes"})},
    Symptom.CANNOT_LOG_IN: {"password_refused": frozenset({"yes"})},
    Symptom.SUSPICIOUS: {"touched": frozenset({"nothing", "opened", "link", "entered"})},
}
"""What clients with a symptom are likely to tell, besides which way the mail goes."""
_FACT: Final = 0.5
"""What one fact that fits counts. The first hit counts 1 where it speaks for one list only, and so does a
list whose own title and introduction answer all of the words."""
_LATER: Final = 0.5
"""What an article counts in an outcome that names another one first."""
_CHOSEN: Final = 3.0
"""What the symptom counts that the client chose: more than all hits of a page together."""


_NOT_MAIL: Final = "not-mail"
"""The shelf of what is not about mail: no checklist narrows that down."""


def checklist_for(words: str, found: Found, *, symptom: str = "") -> Checklist | None:
    """The public checklist that fits the words and what they found; None where nothing speaks for one.

    A list about mail that goes the other way than the words tell is never offered, unless its symptom was
    chosen; none at all where the best answer is not about mail. Hits that are no good answer say nothing.
    Two statements, none while they are kept.
    """
    facts = facts_of_words(words)
    hits = () if found.none else found.hits
    if hits and not symptom and hits[0].category == _NOT_MAIL:
        return None
    shares = _shares() if hits else {}
    lists, texts = _lists(get_language())
    named = {} if found.none else {hit.text: hit.score for hit in rank(texts, read(words)).hits}
    # Of several that weigh the same the first in the order of the lists is offered.
    best, most = None, 0.0
    for one in lists:
        chosen = bool(symptom) and one.symptom == symptom
        if contradicts(one.symptom, facts) and not chosen:
            continue
        by_hits = sum(shares.get((hit.article_id, one.pk), 0.0) / place for place, hit in enumerate(hits, 1))
        weight = by_hits + named.get(one.pk, 0.0) + _agreement(one.symptom, facts) + _CHOSEN * chosen
        if weight > most:
            best, most = one, weight
    return best


@kept
def checklist_of(article: int) -> Checklist | None:
    """The public checklist most of whose outcomes lead to this article, and to it first. One statement, none
    while it is kept."""
    first = Outcome.articles.through.objects.filter(outcome=OuterRef("pk")).order_by("pk")
    outcomes = (
        Outcome.objects.filter(
            articles=article,
            version__status=Version.Status.PUBLISHED,
            version__checklist__audience=Audience.PUBLIC,
        )
        .annotate(first=Subquery(first.values("article")[:1]))
        .select_related("version__checklist")
        .order_by("version__checklist__order", "version__checklist__slug", "pk")
    )
    counted: Counter[Checklist] = Counter()
    for outcome in outcomes:
        # Ten later places do not weigh as much as a first one.
        counted[outcome.version.checklist] += 100 if outcome.first == article else 1
    return max(counted, key=lambda one: counted[one], default=None)


def address_of(checklist: Checklist, *, words: str = "", signed: str = "") -> str:
    """The page before the first question; it reads facts out of the words or the signed searches."""
    carried = {name: value for name, value in (("q", words[:CARRIED]), ("l", signed)) if value}
    address = reverse("faq:checklist", args=[checklist.slug])
    return f"{address}?{urlencode(carried)}" if carried else address


def contradicts(symptom: str, facts: Facts) -> bool:
    """True where the symptom is about mail that goes the other way than the facts tell."""
    wanted = facts_of_symptom(symptom).direction
    return bool(wanted and facts.direction and wanted != facts.direction)


@kept
def _lists(_language: str | None) -> tuple[list[Checklist], Ready[int]]:
    """The public checklists in their order, and what they say of themselves in the active language."""
    lists = list(Checklist.objects.public())
    return lists, _texts(tuple((one.pk, one.title, one.intro) for one in lists))


@lru_cache(maxsize=8)
def _texts(lists: tuple[tuple[int, str, str], ...]) -> Ready[int]:
    """To be ranked by the words; read once a process and language, however often the lists are."""
    return Ready.of(Text.read(pk, title=title, phrases=(), body=intro) for pk, title, intro in lists)


def _agreement(symptom: str, facts: Facts) -> float:
    """What the facts of the words say for the symptom."""
    said = _SAID.get(Symptom(symptom), {})
    fitting = sum(getattr(facts, name) in values for name, values in said.items())
    direction = facts_of_symptom(symptom).direction
    return _FACT * (fitting + bool(direction and direction == facts.direction))


@kept
def _shares() -> dict[tuple[int, int], float]:
    """How far each article speaks for each checklist, all checklists together 1: (article, checklist) to a
    share. What most of a short list leads to speaks more for it than for a long one that names it as often.
    One statement.
    """
    link = Outcome.articles.through
    leader = link.objects.filter(outcome=OuterRef("outcome")).order_by("pk").values("article")[:1]
    size = Outcome.objects.filter(version=OuterRef("outcome__version")).values("version")
    rows = link.objects.filter(
        outcome__version__status=Version.Status.PUBLISHED,
        outcome__version__checklist__audience=Audience.PUBLIC,
    ).values_list(
        "article",
        "outcome__version__checklist",
        Subquery(leader),
        Subquery(size.annotate(size=Count("pk")).values("size")),
    )
    shares: dict[tuple[int, int], float] = defaultdict(float)
    whole: dict[int, float] = defaultdict(float)
    for article, checklist, first, outcomes in rows:
        part = (1.0 if first == article else _LATER) / outcomes
        shares[article, checklist] += part
        whole[article] += part
    return {(article, one): part / whole[article] for (article, one), part in shares.items()}
