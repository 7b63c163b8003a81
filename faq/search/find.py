"""A client's words to ranked, highlighted articles, over the postings table."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import Count, Sum
from django.utils.safestring import SafeString, mark_safe

from faq.models.article import ArticleText, Status
from faq.models.base import Audience
from faq.models.search import IndexedText, Posting
from faq.search.highlight import mark, snippet
from faq.search.index import BASE_LANGUAGE
from faq.search.plain import plain
from faq.search.rank import Place, Question, Ranked, rank

#: What every text here speaks of: marking it would mark everything.
_EVERYWHERE = {"c:mail", "w:メール"}

Key = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Hit:
    """One article that was found. The two html fields are escaped; matched words stand in <mark>."""

    article_id: int
    key: str
    title: str
    title_html: SafeString
    snippet_html: SafeString
    score: float
    language: str


@dataclass(frozen=True, slots=True)
class Found:
    """What a search gave: hits, best first; `none` where none is a good answer (show them all the same)."""

    hits: tuple[Hit, ...]
    none: bool
    terms: tuple[str, ...]


class Postings:
    """The texts in these languages for these readers, as the ranking asks for them (`rank.Corpus`)."""

    def __init__(self, languages: Collection[str], audiences: Collection[str]) -> None:
        self._where = {"language__in": languages, "audience__in": audiences}

    def size(self) -> tuple[int, int]:
        found = IndexedText.objects.filter(**self._where).aggregate(count=Count("pk"), length=Sum("length"))
        return found["count"], found["length"] or 0

    def places(self, terms: Collection[str]) -> Iterable[Place[Key]]:
        rows = Posting.objects.filter(term__in=terms, **self._where).values_list(
            "term", "article", "language", "title", "phrases", "body", "length"
        )
        return [Place(term, (article, language), *counts) for term, article, language, *counts in rows]


def find(words: str, *, language: str, limit: int = 10, staff: bool = False) -> Found:
    """The articles that best answer `words`, at most `limit`. Three statements; never raises on any words.

    Texts in `language` and in Japanese are searched, each article counts once. Only staff find staff-only
    articles.
    """
    audiences = list(Audience.values) if staff else [Audience.PUBLIC.value]
    languages = sorted({language, BASE_LANGUAGE})
    question = Question.read(words)
    ranking = rank(Postings(languages, audiences), question)
    best = _once_an_article(ranking.hits, limit)
    texts = _texts([hit.text[0] for hit in best], language, audiences)
    wanted = question.whole - _EVERYWHERE
    hits = [_hit(hit, texts[hit.text[0]], wanted) for hit in best if hit.text[0] in texts]
    return Found(tuple(hits), ranking.none, tuple(sorted(question.whole)))


def _once_an_article(hits: list[Ranked[Key]], limit: int) -> list[Ranked[Key]]:
    best: dict[int, Ranked[Key]] = {}
    for hit in hits:
        if len(best) == limit:
            break
        best.setdefault(hit.text[0], hit)
    return list(best.values())


def _texts(articles: list[int], language: str, audiences: list[str]) -> dict[int, ArticleText]:
    """The text to show of each article. Asks status and audience again: the index does not protect drafts."""
    rows = ArticleText.objects.filter(
        article__in=articles,
        article__audience__in=audiences,
        status=Status.PUBLISHED,
        language__in={language, BASE_LANGUAGE},
    ).select_related("article")
    by_language = {(row.article_id, row.language): row for row in rows}
    return {
        article: by_language.get((article, language)) or by_language[article, BASE_LANGUAGE]
        for article in articles
        if (article, BASE_LANGUAGE) in by_language
    }


def _hit(hit: Ranked[Key], text: ArticleText, wanted: Collection[str]) -> Hit:
    # Both marks are of this program's own making; everything else in them went through html.escape.
    return Hit(
        article_id=text.article_id,
        key=text.article.key,
        title=text.title,
        title_html=mark_safe(mark(text.title, wanted)),
        snippet_html=mark_safe(snippet([text.summary, plain(text.body)], wanted)),
        score=hit.score,
        language=text.language,
    )
