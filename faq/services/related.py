"""Answers beside an answer: what clients with the same trouble opened as well, else what is near it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.db.models import Case, Exists, IntegerField, OuterRef, Q, Subquery, Value, When
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape
from django.utils.translation import get_language

from faq.models import Article, ArticleCause, ArticleText, Lookup
from faq.models.kept import Kept
from faq.services.rows import Row

MOST: Final = 4
_FEW: Final = 3
"""Fewer than this many that were really opened do not make a list of their own."""
_DAYS: Final = 90
_OPENINGS: Final = 300
"""The newest searches that led here. More change nothing, and the page stays as fast with a million."""
_ROWS: Final = 3000
_CANDIDATES: Final = 40
_OPENED: Final = 5
"""What a visit that opened both counts beside a search that showed both."""
_ENOUGH: Final = 2 * _OPENED
"""One visit alone says nothing: two visits that opened both, or ten searches that showed both."""
_SEEN, _CAUSE, _SHELF = range(3)


@dataclass(frozen=True, slots=True)
class Related:
    """`seen`: clients opened all of these as well. Else they are near in cause or subject."""

    rows: list[Row]
    seen: bool


def related(article: Article) -> Related:
    """For an article read with `for_display()`. Three statements; two where no search led to it, none where
    this process did the same within the last minute."""
    return _kept.get(lambda: _related(article), article.pk, get_language())


_kept: Final = Kept[Related]()


def _related(article: Article) -> Related:
    weights = _weights(article.pk)
    often = [pk for pk, weight in weights.most_common(MOST) if weight >= _ENOUGH]
    texts = sorted(
        _texts(article, often),
        key=lambda text: (text["rank"], often.index(text["article_id"]) if text["rank"] == _SEEN else 0),
    )
    seen = [text for text in texts if text["rank"] == _SEEN]
    if len(seen) >= _FEW:
        return Related([_row(text) for text in seen[:MOST]], seen=True)
    return Related([_row(text) for text in texts[:MOST]], seen=False)


def _weights(article: int) -> Counter[int]:
    """How often other articles were opened in the visits that opened this one, or shown beside it."""
    since = timezone.now() - timedelta(days=_DAYS)
    openings = Lookup.objects.filter(opened=article, created__gte=since).order_by("-created")
    counted: Counter[int] = Counter()
    visits: set[str] = set()
    for visit, hits in openings.values_list("visit", "hits")[:_OPENINGS]:
        visits |= {visit} if visit else set()
        for other in hits:
            counted[other] += 1
    others = Lookup.objects.filter(visit__in=visits, opened__isnull=False).order_by("visit", "opened_id")
    for _visit, other in others.values_list("visit", "opened_id").distinct()[:_ROWS] if visits else ():
        counted[other] += _OPENED
    del counted[article]
    return counted


def _texts(article: Article, often: list[int]) -> list[dict[str, Any]]:
    """The nearest first, one text an article: in the active language where there is one."""
    code = (get_language() or "ja")[:2]
    links = ArticleCause.objects.filter(article=OuterRef("article"))
    causes = [link.cause_id for link in article.article_causes.all()]
    alike = links.filter(cause__in=causes)
    near = ArticleText.objects.public().filter(language__in={code, "ja"}).exclude(article=article)
    ranked = near.filter(
        Q(article__in=often) | Q(Exists(alike)) | Q(article__category=article.category_id)
    ).annotate(
        rank=Case(
            When(article__in=often, then=Value(_SEEN)),
            When(Exists(alike), then=Value(_CAUSE)),
            default=Value(_SHELF),
            output_field=IntegerField(),
        ),
        actor=Subquery(links.order_by("position", "pk").values("cause__actor")[:1]),
    )
    fields = ("article_id", "article__key", "article__minutes", "title", "language", "rank", "actor")
    ordered = ranked.order_by("rank", "article__category__order", "article__order", "article__key")
    found: dict[int, dict[str, Any]] = {}
    for text in ordered.values(*fields)[:_CANDIDATES]:
        if text["article_id"] not in found or text["language"] == code:
            found[text["article_id"]] = text
    return list(found.values())


def _row(text: dict[str, Any]) -> Row:
    return Row(
        text["article_id"],
        text["article__key"],
        text["title"],
        reverse("faq:article", args=[text["article__key"]]),
        escape(text["title"]),
        "",
        text["actor"] or "",
        text["article__minutes"],
        text["language"],
    )
