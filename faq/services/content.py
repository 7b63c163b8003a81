"""Content files into the database and back: `load(export(x)) == x`.

Loading never overwrites what staff have edited unless told to: each row keeps the digest of what its file
held when it was last loaded, and a row that no longer says the same has been edited.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

from django.db import transaction
from django.db.models import QuerySet

from faq.models import Article, ArticleCause, ArticleText, Category, Cause, Host, Phrase
from faq.rules import content
from faq.rules.content import ArticleFile, CategoryRow, CauseRow, ChecklistFile, ContentError, HostRow
from faq.rules.markup import MarkupError, render
from faq.search.index import outdated, reindex
from faq.services import checklists
from faq.services.edition import changed
from faq.services.publish import Targets
from faq.services.report import Report, decide

SHIPPED: Final = Path(__file__).resolve().parent.parent / "content"
_REASON: Final = "load_knowledge"
Kept = TypeVar("Kept", Cause, Category, Host)
Told = TypeVar("Told", CauseRow, CategoryRow, HostRow)


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Everything the content files say."""

    causes: tuple[CauseRow, ...] = ()
    categories: tuple[CategoryRow, ...] = ()
    articles: tuple[ArticleFile, ...] = ()
    checklists: tuple[ChecklistFile, ...] = ()
    hosts: tuple[HostRow, ...] = ()


def read(folder: Path) -> Knowledge:
    """The files of a folder. Raises ContentError that names the file."""
    articles = [
        _named(content.parse_article(_text(path), language=path.parent.name, file=_name(path)), path)
        for language in ("ja", "en")
        for path in sorted((folder / language).glob("*.md"))
    ]
    lists = [content.parse_checklist(_text(p), _name(p)) for p in sorted(folder.glob("checklists/*.toml"))]
    return Knowledge(
        _CAUSES.read(folder),
        _CATEGORIES.read(folder),
        tuple(articles),
        tuple(sorted(lists, key=lambda checklist: (checklist.order, checklist.slug))),
        # A folder of somebody's own articles need not have it.
        _HOSTS.read(folder) if (folder / _HOSTS.file).exists() else (),
    )


def export(folder: Path) -> Knowledge:
    """Write all there is into `folder`, made where it is missing. Returns what was written."""
    known = stored()
    for name in ("ja", "en", "checklists"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    _CAUSES.write(folder, known.causes)
    _CATEGORIES.write(folder, known.categories)
    for article in known.articles:
        _write(folder / article.language / f"{article.key}.md", content.dump_article(article))
    for checklist in known.checklists:
        _write(folder / "checklists" / f"{checklist.slug}.toml", content.dump_checklist(checklist))
    _HOSTS.write(folder, known.hosts)
    return known


def stored() -> Knowledge:
    """What the database says, as files would say it. A fixed number of statements."""
    articles = list(_articles())
    return Knowledge(
        _CAUSES.stored(),
        _CATEGORIES.stored(),
        tuple(
            _article_file(article, text)
            # One language after the other, as `read` finds the folders.
            for language in ("ja", "en")
            for article in articles
            for text in article.texts.all()
            if text.language == language
        ),
        checklists.stored(),
        _HOSTS.stored(),
    )


@transaction.atomic
def load(folder: Path = SHIPPED, *, overwrite: bool = False) -> Report:
    """Bring the database up to the files of `folder`; all of it or, with ContentError, nothing.

    `overwrite` also replaces what staff have edited.
    """
    known = read(folder)
    report = Report()
    _CAUSES.load(known.causes, report, overwrite)
    _CATEGORIES.load(known.categories, report, overwrite)
    _HOSTS.load(known.hosts, report, overwrite)
    _load_articles(known.articles, report, overwrite)
    checklists.load(known.checklists, report, overwrite=overwrite)
    _render_all(known.articles)
    for article in outdated():
        reindex(article)
    # Last, and always: whoever waits for this row waits for a moment only, and a new release draws anew.
    changed()
    return report


# Files.


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except OSError as error:
        raise ContentError(f"{_name(path)}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ContentError(f"{_name(path)}: is not UTF-8") from error


def _write(path: Path, text: str) -> None:
    path.write_text(text, "utf-8", newline="\n")


def _name(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


def _named(article: ArticleFile, path: Path) -> ArticleFile:
    if article.key != path.stem:
        raise ContentError(f"{_name(path)}: key {article.key!r} is not the file's name")
    return article


# Causes, categories and hosts: files of plain rows.


@dataclass(frozen=True, slots=True)
class _Rows(Generic[Kept, Told]):
    """One such file: what fills it, and how it is read and written."""

    file: str
    model: type[Kept]
    row: type[Told]
    parse: Callable[[str, str], tuple[Told, ...]]
    dump: Callable[[tuple[Told, ...]], str]

    def read(self, folder: Path) -> tuple[Told, ...]:
        return self.parse(_text(folder / self.file), self.file)

    def write(self, folder: Path, rows: tuple[Told, ...]) -> None:
        _write(folder / self.file, self.dump(rows))

    def stored(self) -> tuple[Told, ...]:
        return tuple(self._row(kept) for kept in self.model._default_manager.order_by("pk"))

    def load(self, rows: tuple[Told, ...], report: Report, overwrite: bool) -> None:
        there = {kept.slug: kept for kept in self.model._default_manager.all()}
        for row in rows:
            kept = there.get(row.slug)
            now = self.dump((self._row(kept),)) if kept else None
            wanted = self.dump((row,))
            loaded = kept.file_digest if kept else ""
            if decide(f"{self.file}: {row.slug}", wanted, now, loaded, report, overwrite):
                values = {f.name: _turned(getattr(row, f.name), tuple, list) for f in fields(row)}
                self.model._default_manager.update_or_create(
                    slug=row.slug, defaults=values | {"file_digest": content.digest(wanted)}
                )

    def _row(self, kept: Kept) -> Told:
        return self.row(**{f.name: _turned(getattr(kept, f.name), list, tuple) for f in fields(self.row)})


def _turned(value: object, one: type, other: Callable[[Any], object]) -> Any:
    """A list of sources is a tuple in a row and a list in JSON; all else is the same in both."""
    return other(value) if isinstance(value, one) else value


_CAUSES: Final = _Rows("causes.toml", Cause, CauseRow, content.parse_causes, content.dump_causes)
_CATEGORIES: Final = _Rows(
    "categories.toml", Category, CategoryRow, content.parse_categories, content.dump_categories
)
_HOSTS: Final = _Rows("hosts.toml", Host, HostRow, content.parse_hosts, content.dump_hosts)


# Articles.


def _articles() -> QuerySet[Article]:
    return (
        Article.objects.order_by("pk")
        .select_related("category")
        .prefetch_related("texts", "phrases", "article_causes__cause")
    )


def _article_file(article: Article, text: ArticleText) -> ArticleFile:
    japanese = text.language == "ja"
    return ArticleFile(
        key=article.key,
        language=text.language,
        title=text.title,
        summary=text.summary,
        body=content.tidy(text.body),
        category=article.category.slug if japanese else "",
        causes=tuple(link.cause.slug for link in article.article_causes.all()) if japanese else (),
        order=article.order if japanese else 0,
        audience=article.audience if japanese else "public",
        minutes=article.minutes if japanese else None,
        hosts=tuple(article.hosts) if japanese else (),
        note=text.note,
        needs=text.needs,
        loses=text.loses,
        status=text.status,
        phrases=tuple(p.text for p in article.phrases.all() if p.language == text.language),
        checked=text.checked,
        sources=tuple(text.sources),
    )


def _load_articles(files: tuple[ArticleFile, ...], report: Report, overwrite: bool) -> None:
    there = {article.key: article for article in _articles()}
    texts = {(a.key, t.language): (a, t) for a in there.values() for t in a.texts.all()}
    categories = {category.slug: category for category in Category.objects.all()}
    causes = {cause.slug: cause for cause in Cause.objects.all()}
    for file in files:
        row = texts.get((file.key, file.language))
        now = content.dump_article(_article_file(*row)) if row else None
        wanted = content.dump_article(file)
        name = f"{file.language}/{file.key}.md"
        if decide(name, wanted, now, row[1].file_digest if row else "", report, overwrite):
            article = _save_article(file, name, there.get(file.key), categories, causes)
            there[file.key] = article
            _save_text(file, article, content.digest(wanted))


def _save_article(
    file: ArticleFile,
    name: str,
    article: Article | None,
    categories: dict[str, Category],
    causes: dict[str, Cause],
) -> Article:
    """What all languages share; only the Japanese file says it."""
    if file.language != "ja":
        if article is None:
            raise ContentError(f"{name}: there is no Japanese text of this article")
        return article
    if file.category not in categories:
        raise ContentError(f"{name}: the category {file.category!r} does not exist")
    if unknown := [slug for slug in file.causes if slug not in causes]:
        raise ContentError(f"{name}: the cause {unknown[0]!r} does not exist")
    article = article or Article(key=file.key)
    article.category = categories[file.category]
    article.order, article.audience, article.minutes = file.order, file.audience, file.minutes
    article.hosts = list(file.hosts)
    article._change_reason = _REASON  # type: ignore[attr-defined]  # simple_history reads it
    article.save()
    article.article_causes.all().delete()
    ArticleCause.objects.bulk_create(
        ArticleCause(article=article, cause=causes[slug], position=position)
        for position, slug in enumerate(file.causes)
    )
    return article


def _save_text(file: ArticleFile, article: Article, digest: str) -> None:
    text = ArticleText.objects.filter(article=article, language=file.language).first()
    text = text or ArticleText(article=article, language=file.language)
    for name in ("title", "summary", "note", "needs", "loses", "status", "checked", "body"):
        setattr(text, name, getattr(file, name))
    text.sources = list(file.sources)
    text.file_digest = digest
    text._change_reason = _REASON  # type: ignore[attr-defined]  # simple_history reads it
    text.save()
    phrases = Phrase.objects.filter(article=article, language=file.language)
    phrases.delete()
    Phrase.objects.bulk_create(
        Phrase(article=article, language=file.language, text=phrase) for phrase in file.phrases
    )
    # The index holds what was there before; `load` indexes whatever is missing from it.
    article.indexed_texts.all().delete()
    article.postings.all().delete()


def _render_all(files: tuple[ArticleFile, ...]) -> None:
    """HTML of every text the files speak of; a release that renders otherwise is caught up here, too."""
    keys = {file.key for file in files}
    targets = {language: Targets.load(language) for language in ("ja", "en")}
    for text in ArticleText.objects.filter(article__key__in=keys).select_related("article"):
        html = _html(text, targets[text.language])
        if html != text.html:
            # No history row: the author's text did not change.
            ArticleText.objects.filter(pk=text.pk).update(html=html)


def _html(text: ArticleText, targets: Targets) -> str:
    key = text.article.key
    try:
        return render(text.body, targets.asking(f"article={key}").resolve)
    except MarkupError as error:
        raise ContentError(f"{text.language}/{key}.md: {error}") from error
