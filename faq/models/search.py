"""The search index as ordinary tables: the same rows and the same queries on SQLite and PostgreSQL.

Rows are derived data. `faq.search.index` writes them, `faq.search.find` reads them, nobody edits them;
`manage.py reindex --all` makes them anew from the published texts.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class IndexedText(models.Model):
    """One published text in the index: what it takes to rank it and to tell whether it is still current.

    `audience` repeats the article's, so that a public search neither sees nor counts staff-only articles.
    `analyser` is `faq.search.terms.ANALYSER` at the time of indexing. `length` is the body's number of terms.
    """

    article = models.ForeignKey("faq.Article", on_delete=models.CASCADE, related_name="indexed_texts")
    language = models.CharField(max_length=5)
    audience = models.CharField(max_length=10)
    analyser = models.CharField(max_length=40)
    length = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["article", "language"], name="indexedtext_article_language"),
        ]

    def __str__(self) -> str:
        return f"{self.article_id} {self.language}"


class Posting(models.Model):
    """One term of one published text: how often it stands in the title, the clients' phrases and the body.

    `audience` and `length` repeat the text's, so that one query without a join answers a search.
    """

    article = models.ForeignKey("faq.Article", on_delete=models.CASCADE, related_name="postings")
    language = models.CharField(max_length=5)
    audience = models.CharField(max_length=10)
    term = models.CharField(max_length=80)
    title = models.PositiveIntegerField(default=0)
    phrases = models.PositiveIntegerField(default=0)
    body = models.PositiveIntegerField(default=0)
    length = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["article", "language", "term"], name="posting_article_language_term"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["term", "language"], name="posting_term_language")]

    def __str__(self) -> str:
        return f"{self.article_id} {self.language} {self.term}"
