"""Articles as rows of a list: title, a line, who must act, how long. For templates/components/hits.html."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.html import escape
from django.utils.translation import get_language

from faq.models import Article, ArticleCause
from faq.models.kept import kept
from faq.search.find import Hit


@dataclass(frozen=True, slots=True)
class Row:
    """One article. The html fields are escaped and may hold <mark>; `actor` is a names.Actor or ""."""

    article_id: int
    key: str
    title: str
    url: str
    title_html: str
    snippet_html: str
    actor: str
    minutes: int | None
    language: str


def of_hits(hits: Sequence[Hit], *, lookup: str = "") -> list[Row]:
    """Rows of a search, in its order. One statement. `lookup` is the signed trail that links carry."""
    about = _about() if hits else {}
    query = _query(lookup)
    return [
        Row(
            hit.article_id,
            hit.key,
            hit.title,
            _url(hit.key) + query,
            hit.title_html,
            hit.snippet_html,
            *about.get(hit.article_id, ("", None)),
            hit.language,
        )
        for hit in hits
    ]


def of_articles(articles: Iterable[Article]) -> list[Row]:
    """Rows of articles read with `for_display()`, in order; one without a published text is left out."""
    return [row for article in articles if (row := _row(article))]


def _row(article: Article) -> Row | None:
    text = article.text_in()
    if text is None:
        return None
    actor = article.cause.actor if article.cause else ""
    return Row(
        article.pk,
        article.key,
        text.title,
        _url(article.key),
        escape(text.title),
        escape(text.summary),
        actor,
        article.minutes,
        text.language,
    )


@kept
def _about() -> dict[int, tuple[str, int | None]]:
    """Actor of the main cause, and minutes, of every article. One statement, none while it is kept."""
    rows = ArticleCause.objects.order_by("-position", "-pk").values_list(
        "article_id", "cause__actor", "article__minutes"
    )
    # The main cause comes last and stays.
    return {article: (actor, minutes) for article, actor, minutes in rows}


def _url(key: str) -> str:
    return _address(key, get_language())


@lru_cache(maxsize=2048)
def _address(key: str, _language: str | None) -> str:
    """The address is the active language's: reverse() asks for it itself."""
    return reverse("faq:article", args=[key])


def _query(lookup: str) -> str:
    return f"?{urlencode({'l': lookup})}" if lookup else ""
