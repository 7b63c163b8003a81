"""Which pages search engines may show, in which languages, and when each was last changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils.translation import override

from faq.models import ArticleText, Checklist

BOTH = ("ja", "en")


@dataclass(frozen=True, slots=True)
class Page:
    """One page in one language; `changed` is None where nobody could say."""

    language: str
    url: str
    changed: datetime | None = None


def pages() -> list[tuple[Page, ...]]:
    """Every public page with the languages that it is written in, Japanese first. Two statements."""
    texts = list(
        ArticleText.objects.public()
        .order_by("article__category__order", "article__category__slug", "article__order", "article__key")
        .values_list("article__category__slug", "article__key", "language", "updated")
    )
    shelves: dict[str, datetime] = {}
    articles: dict[str, dict[str, datetime]] = {}
    for category, key, language, updated in texts:
        shelves[category] = max(updated, shelves.get(category, updated))
        articles.setdefault(key, {})[language] = updated
    lists = Checklist.objects.public().values_list("slug", "versions__published_at")
    return [
        _page("faq:home"),
        _page("faq:search"),
        *(_page("faq:category", slug, dict.fromkeys(BOTH, changed)) for slug, changed in shelves.items()),
        *(_page("faq:article", key, changed) for key, changed in articles.items()),
        _page("faq:checklists"),
        *(_page("faq:checklist", slug, dict.fromkeys(BOTH, changed)) for slug, changed in lists),
        _page("tickets:new"),
        _page("faq:privacy"),
    ]


def address(name: str, *args: str, language: str) -> str:
    """The absolute address of a page in a language. The host is ours, whatever a request says."""
    with override(language):
        return settings.SITE_URL + reverse(name, args=args)


def _page(
    name: str, slug: str = "", changed: Mapping[str, datetime | None] | None = None
) -> tuple[Page, ...]:
    times = changed or dict.fromkeys(BOTH)
    args = [slug] if slug else []
    return tuple(Page(code, address(name, *args, language=code), times[code]) for code in _in_order(times))


def _in_order(languages: Iterable[str]) -> list[str]:
    return [code for code in BOTH if code in languages]
