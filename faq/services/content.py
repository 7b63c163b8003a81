"""Content files into the database and back: `load(export(x)) == x`.

Loading never overwrites what staff have edited unless told to: each row keeps the digest of what its file
held when it was last loaded, and a row that no longer says the same has been edited.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final

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
    causes, categories = folder / "causes.toml", folder / "categories.toml"
    return Knowledge(
        content.parse_causes(_text(causes), causes.name),
        content.parse_categories(_text(categories), categories.name),
        tuple(articles),
        tuple(sorted(lists, key=lambda checklist: (checklist.order, checklist.slug))),
        _hosts(folder / "hosts.toml"),
    )


def export(folder: Path) -> Knowledge:
    """Write all there is into `folder`, made where it is missing. Returns what was written."""
    known = stored()
    for name in ("ja", "en", "checklists"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    _write(folder / "causes.toml", content.dump_causes(known.causes))
    _write(folder / "categories.toml", content.dump_categories(known.categories))
    for article in known.articles:
        _write(folder / article.language / f"{article.key}.md", content.dump_article(article))
    for checklist in known.checklists:
        _write(folder / "checklists" / f"{checklist.slug}.toml", content.dump_checklist(checklist))
    _write(folder / "hosts.toml", content.dump_hosts(known.hosts))
    return known


def stored() -> Knowledge:
    """What the database says, as files would say it. A fixed number of statements."""
    articles = list(_articles())
    return Knowledge(
        tuple(_cause_row(cause) for cause in Cause.objects.order_by("pk")),
        tuple(_category_row(category) for category in Category.objects.order_by("pk")),
        tuple(
            _article_file(article, text)
            # One language after the other, as `read` finds the folders.
            for language in ("ja", "en")
            for article in articles
            for text in article.texts.all()
            if text.language == language
        ),
        checklists.stored(),
        tuple(_host_row(host) for host in Host.objects.order_by("pk")),
    )


@transaction.atomic
def load(folder: Path = SHIPPED, *, overwrite: bool = False) -> Report:
    """Bring the database up to the files of `folder`; all of it or, with ContentError, nothing.

    `overwrite` also replaces what staff have edited.
    """
    known = read(folder)
    report = Report()
    _load_causes(known.causes, report, overwrite)
    _load_categories(known.categories, report, overwrite)
    _load_hosts(known.hosts, report, overwrite)
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


# Causes and categories.


def _cause_row(cause: Cause) -> CauseRow:
    return CauseRow(**{f.name: getattr(cause, f.name) for f in fields(CauseRow)})


def _category_row(category: Category) -> CategoryRow:
    return CategoryRow(**{f.name: getattr(category, f.name) for f in fields(CategoryRow)})


def _load_causes(rows: tuple[CauseRow, ...], report: Report, overwrite: bool) -> None:
    there = {cause.slug: cause for cause in Cause.objects.all()}
    for row in rows:
        cause = there.get(row.slug)
        now = content.dump_causes((_cause_row(cause),)) if cause else None
        wanted = content.dump_causes((row,))
        name = f"causes.toml: {row.slug}"
        if decide(name, wanted, now, cause.file_digest if cause else "", report, overwrite):
            values = {f.name: getattr(row, f.name) for f in fields(row)}
            Cause.objects.update_or_create(
                slug=row.slug, defaults=values | {"file_digest": content.digest(wanted)}
            )


def _load_categories(rows: tuple[CategoryRow, ...], report: Report, overwrite: bool) -> None:
    there = {category.slug: category for category in Category.objects.all()}
    for row in rows:
        category = there.get(row.slug)
        now = content.dump_categories((_category_row(category),)) if category else None
        wanted = content.dump_categories((row,))
        name = f"categories.toml: {row.slug}"
        if decide(name, wanted, now, category.file_digest if category else "", report, overwrite):
            values = {f.name: getattr(row, f.name) for f in fields(row)}
            Category.objects.update_or_create(
                slug=row.slug, defaults=values | {"file_digest": content.digest(wanted)}
            )


def _hosts(path: Path) -> tuple[HostRow, ...]:
    """A folder of somebody's own articles need not have it."""
    return content.parse_hosts(_text(path), path.name) if path.exists() else ()


def _host_row(host: Host) -> HostRow:
    values = {f.name: getattr(host, f.name) for f in fields(HostRow)}
    return HostRow(**values | {"sources": tuple(host.sources)})


def _load_hosts(rows: tuple[HostRow, ...], report: Report, overwrite: bool) -> None:
    there = {host.slug: host for host in Host.objects.all()}
    for row in rows:
        host = there.get(row.slug)
        now = content.dump_hosts((_host_row(host),)) if host else None
        wanted = content.dump_hosts((row,))
        name = f"hosts.toml: {row.slug}"
        if decide(name, wanted, now, host.file_digest if host else "", report, overwrite):
            values = {f.name: getattr(row, f.name) for f in fields(row)} | {"sources": list(row.sources)}
            Host.objects.update_or_create(
                slug=row.slug, defaults=values | {"file_digest": content.digest(wanted)}
            )


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
