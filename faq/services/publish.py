"""Publishing: what an author wrote becomes a page and can be found, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self
from urllib.parse import urlencode

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import transaction
from django.urls import reverse
from django.utils.translation import override

from faq.models import Article, ArticleText, Category, Checklist
from faq.models.article import Status
from faq.rules.content import tidy
from faq.rules.markup import MarkupError, render
from faq.search.index import reindex
from faq.services import edition

By = AbstractBaseUser | AnonymousUser | None
"""Who did it; None for a command."""

__all__ = ["MarkupError", "Targets", "archive", "preview", "publish", "refresh", "save_text"]


@dataclass(frozen=True, slots=True)
class Targets:
    """What a text may link to, and in which language its links are."""

    language: str
    articles: frozenset[str]
    checklists: frozenset[str]
    categories: frozenset[str]
    ask: str = ""
    """Query string for the link to the ticket form, as "article=mailbox-full"."""

    @classmethod
    def load(cls, language: str, ask: str = "") -> Self:
        """All that exist now. Three statements."""
        return cls(
            language,
            frozenset(Article.objects.order_by().values_list("key", flat=True)),
            frozenset(Checklist.objects.public().order_by().values_list("slug", flat=True)),
            frozenset(Category.objects.order_by().values_list("slug", flat=True)),
            ask,
        )

    def asking(self, ask: str) -> Targets:
        """The same with another query string for the ticket form."""
        return replace(self, ask=ask)

    def resolve(self, kind: str, name: str) -> str | None:
        """The address of a link, None where it leads nowhere (`faq.rules.markup.Resolver`)."""
        known = {"faq": self.articles, "checklist": self.checklists, "category": self.categories}
        with override(self.language):
            if kind == "home" and not name:
                return reverse("faq:home")
            if kind == "ticket" and not name:
                return f"{reverse('tickets:new')}{'?' if self.ask else ''}{self.ask}"
            if name not in known.get(kind, ()):
                return None
            names = {"faq": "faq:article", "checklist": "faq:checklist", "category": "faq:category"}
            return reverse(names[kind], args=[name])


def preview(body: str, *, language: str, article: str = "") -> str:
    """Safe HTML of a text that is not saved. Raises MarkupError that tells what to change."""
    ask = urlencode({"article": article}) if article else ""
    return render(tidy(body), Targets.load(language, ask).resolve)


@transaction.atomic
def save_text(*, text: ArticleText, by: By) -> ArticleText:
    """Save a text in whatever state it is: tidy, rendered, and in the index where it is published.

    Raises MarkupError and saves nothing when the text cannot be rendered.
    """
    text.body = tidy(text.body)
    text.html = preview(text.body, language=text.language, article=text.article.key)
    _sign(text, by)
    text.save()
    reindex(text.article)
    edition.changed()
    return text


def publish(*, text: ArticleText, by: By) -> ArticleText:
    """Show the text to its readers from now on."""
    text.status = Status.PUBLISHED
    return save_text(text=text, by=by)


def archive(*, text: ArticleText, by: By) -> ArticleText:
    """Take the text away; it stays in the admin, and links to it say that the page is gone."""
    text.status = Status.ARCHIVED
    return save_text(text=text, by=by)


@transaction.atomic
def refresh(*, article: Article, by: By) -> None:
    """After the article itself, its phrases or its causes were changed: bring pages and index up to date."""
    _sign(article, by)
    article.save()
    reindex(article)
    edition.changed()


def _sign(row: Article | ArticleText, by: By) -> None:
    """Who stands in the history row that saving makes."""
    row._history_user = by if by and not by.is_anonymous else None  # type: ignore[union-attr]  # simple_history
