"""Published articles to postings. The publish service calls `reindex` in its transaction."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from faq.models.article import Article, ArticleText, Phrase, Status
from faq.models.search import IndexedText, Posting
from faq.search.plain import plain
from faq.search.rank import Text
from faq.search.terms import ANALYSER

BASE_LANGUAGE = "ja"


@dataclass(frozen=True, slots=True)
class State:
    """What is wrong with the index: published texts not indexed as of now, indexed texts withdrawn."""

    missing: int
    withdrawn: int

    @property
    def current(self) -> bool:
        return not self.missing and not self.withdrawn


def state() -> State:
    """Whether all that is published, and no more, is indexed by this release. Two statements."""
    return State(missing=_missing().count(), withdrawn=_withdrawn().count())


@transaction.atomic
def reindex(article: Article) -> int:
    """Put the article's published texts into the index in place of what was there; returns how many."""
    # Two editors who publish at once take turns here; SQLite has one writer anyway.
    Article.objects.select_for_update().get(pk=article.pk)
    Posting.objects.filter(article=article).delete()
    IndexedText.objects.filter(article=article).delete()
    texts = list(_findable().filter(article=article))
    for text in texts:
        _write(article, text)
    return len(texts)


def reindex_all() -> Iterator[tuple[int, int]]:
    """Index every article anew, each in its own transaction so that searches go on; yields (done, of all)."""
    keys = list(Article.objects.order_by("pk").values_list("pk", flat=True))
    for done, key in enumerate(keys, 1):
        article = Article.objects.filter(pk=key).first()
        if article:
            reindex(article)
        yield done, len(keys)


def outdated() -> QuerySet[Article]:
    """The articles of which `state` counts a text."""
    return Article.objects.filter(
        Q(pk__in=_missing().values("article")) | Q(pk__in=_withdrawn().values("article"))
    ).order_by("pk")


def _missing() -> QuerySet[ArticleText]:
    indexed = IndexedText.objects.filter(
        article=OuterRef("article"),
        language=OuterRef("language"),
        audience=OuterRef("article__audience"),
        analyser=ANALYSER,
    )
    return _findable().filter(~Exists(indexed))


def _withdrawn() -> QuerySet[IndexedText]:
    texts = _findable().filter(article=OuterRef("article"), language=OuterRef("language"))
    return IndexedText.objects.filter(~Exists(texts))


def _findable() -> QuerySet[ArticleText]:
    """Published texts of articles that are published in the language all others fall back to."""
    base = ArticleText.objects.filter(
        article=OuterRef("article"), language=BASE_LANGUAGE, status=Status.PUBLISHED
    )
    return ArticleText.objects.filter(Exists(base), status=Status.PUBLISHED)


def read(article: Article, text: ArticleText) -> Text[tuple[int, str]]:
    """An article's text as terms, with what clients say in its language."""
    phrases = Phrase.objects.filter(article=article, language=text.language).values_list("text", flat=True)
    body = f"{text.summary}\n{plain(text.body)}"
    return Text.read((article.pk, text.language), title=text.title, phrases=list(phrases), body=body)


def _write(article: Article, text: ArticleText) -> None:
    found = read(article, text)
    IndexedText.objects.create(
        article=article,
        language=text.language,
        audience=article.audience,
        analyser=ANALYSER,
        length=found.length,
    )
    Posting.objects.bulk_create(
        Posting(
            article=article,
            language=text.language,
            audience=article.audience,
            term=place.term,
            title=place.title,
            phrases=place.phrases,
            body=place.body,
            length=place.length,
        )
        for place in found.places()
    )
