"""A client's words to ranked, highlighted articles, over the postings table."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final

from django.conf import settings
from django.db.models import Count, QuerySet, Sum
from django.utils.safestring import SafeString, mark_safe

from faq.models.article import ArticleText, Status
from faq.models.base import Audience
from faq.models.kept import Kept
from faq.models.search import IndexedText, Posting
from faq.search.highlight import mark, snippet
from faq.search.index import BASE_LANGUAGE
from faq.search.plain import plain
from faq.search.rank import Place, Question, Ranked, Ready, Weighed, rank

#: What every text here speaks of: marking it would mark everything.
_EVERYWHERE = {"c:mail", "w:メール"}

Key = tuple[int, str]


@dataclass(frozen=True)
class Hit:
    """One article that was found. The two html values are escaped; matched words stand in <mark>."""

    article_id: int
    key: str
    category: str
    title: str
    score: float
    language: str
    said: tuple[str, ...]
    wanted: frozenset[str]

    # Many hits are only ranked by somebody else's rule and never shown: marking costs more than finding.
    @cached_property
    def title_html(self) -> SafeString:
        """The title."""
        return mark_safe(mark(self.title, self.wanted))

    @cached_property
    def snippet_html(self) -> SafeString:
        """The sentence of the text that answers most of the words."""
        return mark_safe(snippet(self.said, self.wanted))


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

    def weighed(self, terms: Collection[str]) -> Weighed[Key]:
        return self._weighed(Posting.objects.filter(term__in=terms, **self._where))

    def all(self) -> Weighed[Key]:
        """Of all their terms."""
        return self._weighed(Posting.objects.filter(**self._where))

    def _weighed(self, postings: QuerySet[Posting]) -> Weighed[Key]:
        found = IndexedText.objects.filter(**self._where).aggregate(count=Count("pk"), length=Sum("length"))
        rows = postings.values_list("term", "article", "language", "title", "phrases", "body", "length")
        places = (
            Place(term, (article, language), *counts) for term, article, language, *counts in rows.iterator()
        )
        return Weighed.of((found["count"], found["length"] or 0), places)


class Library(Ready[Key]):
    """All texts in these languages for these readers, weighed and read once."""

    def __init__(self, languages: Collection[str], audiences: Collection[str]) -> None:
        super().__init__(Postings(languages, audiences).all())
        self.texts = _rows(languages, audiences)


MOST_KEPT: Final = 500
"""Texts of a library that is kept: about 20 MB a process. Beyond it each search asks the database."""


HOUR: Final = 3600.0


def _library(languages: tuple[str, ...], audiences: tuple[str, ...]) -> Library | None:
    return _libraries.get(lambda: _read(languages, audiences), languages, audiences)


# The index changes with an edition only, never by the clock. Reading it takes a third of a second, for which
# one search a minute waited in each process.
_libraries: Final = Kept["Library | None"](lifetime=HOUR)


def _read(languages: tuple[str, ...], audiences: tuple[str, ...]) -> Library | None:
    texts = IndexedText.objects.filter(language__in=languages, audience__in=audiences)
    if texts[: MOST_KEPT + 1].count() > MOST_KEPT:
        return None
    return Library(languages, audiences)


def find(words: str, *, language: str, limit: int = 10, staff: bool = False) -> Found:
    """The articles that best answer `words`, at most `limit`. At most three statements, none while the
    library is kept; never raises on any words.

    Texts in `language` and in Japanese are searched, each article counts once. Only staff find staff-only
    articles.
    """
    audiences = tuple(Audience.values) if staff else (Audience.PUBLIC.value,)
    languages = tuple(sorted({language, BASE_LANGUAGE}))
    question = read(words)
    library = _library(languages, audiences) if settings.PAGE_CACHE else None
    corpus = library or Postings(languages, audiences)
    # Each article counts once, and the worst that can be is all its languages side by side.
    ranking = rank(corpus, question, most=limit * len(languages))
    best = _once_an_article(ranking.hits, limit)
    rows = library.texts if library else _rows(languages, audiences, [hit.text[0] for hit in best])
    texts = {hit.text[0]: _text(rows, hit.text[0], language) for hit in best}
    wanted = question.whole - _EVERYWHERE
    hits = [_hit(hit, text, wanted) for hit in best if (text := texts[hit.text[0]])]
    return Found(tuple(hits), ranking.none, tuple(sorted(question.whole)))


@lru_cache(maxsize=8)
def read(words: str) -> Question:
    """The words as terms. One request asks for the same words several times, and is over soon."""
    return Question.read(words)


def _once_an_article(hits: list[Ranked[Key]], limit: int) -> list[Ranked[Key]]:
    best: dict[int, Ranked[Key]] = {}
    for hit in hits:
        if len(best) == limit:
            break
        best.setdefault(hit.text[0], hit)
    return list(best.values())


def _rows(
    languages: Collection[str], audiences: Collection[str], articles: Collection[int] | None = None
) -> dict[Key, ArticleText]:
    """The texts to show. Asks status and audience again: the index does not protect drafts."""
    rows = ArticleText.objects.filter(
        article__audience__in=audiences, status=Status.PUBLISHED, language__in=languages
    )
    rows = rows if articles is None else rows.filter(article__in=articles)
    return {(row.article_id, row.language): row for row in rows.select_related("article__category")}


def _text(rows: Mapping[Key, ArticleText], article: int, language: str) -> ArticleText | None:
    """The article's in that language, else in Japanese; None where there is no Japanese one."""
    base = rows.get((article, BASE_LANGUAGE))
    return rows.get((article, language), base) if base else None


def _hit(hit: Ranked[Key], text: ArticleText, wanted: frozenset[str]) -> Hit:
    return Hit(
        article_id=text.article_id,
        key=text.article.key,
        category=text.article.category.slug,
        title=text.title,
        score=hit.score,
        language=text.language,
        said=(text.summary, _plain(text.body)),
        wanted=wanted,
    )


@lru_cache(maxsize=512)
def _plain(body: str) -> str:
    return plain(body)
