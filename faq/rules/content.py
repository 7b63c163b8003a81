"""The content files: what they hold, read and written. Plain Python, no Django.

`parse_*` turn the text of a file into a frozen value and raise ContentError with one clear line;
`dump_*` write it. parse(dump(x)) == x for every x made by `parse_*` or of tidied rows.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields
from datetime import date
from hashlib import sha256
from typing import Any, Final, TypeVar

from faq.rules import toml
from faq.rules.names import Actor, Symptom

FENCE: Final = "+++"
SLUG: Final = re.compile(r"[-a-z0-9_]{1,50}")
"""Keys and addresses."""


class ContentError(ValueError):
    """A content file that cannot be loaded; the message is one line that names the file."""


@dataclass(frozen=True, slots=True)
class CauseRow:
    """One cause of causes.toml."""

    slug: str
    name_ja: str
    name_en: str
    explanation_ja: str
    explanation_en: str
    actor: str


@dataclass(frozen=True, slots=True)
class CategoryRow:
    """One category of categories.toml."""

    slug: str
    name_ja: str
    name_en: str
    order: int = 0


@dataclass(frozen=True, slots=True)
class HostRow:
    """One server company of hosts.toml."""

    slug: str
    name_ja: str
    name_en: str
    order: int = 0
    panel_ja: str = ""
    panel_en: str = ""
    webmail_ja: str = ""
    webmail_en: str = ""
    webmail_url: str = ""
    quota_ja: str = ""
    quota_en: str = ""
    limits_ja: str = ""
    limits_en: str = ""
    checked: date | None = None
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ArticleFile:
    """One language of an article. What all languages share stands in the Japanese file only."""

    key: str
    language: str
    title: str
    summary: str
    body: str
    category: str = ""
    causes: tuple[str, ...] = ()
    order: int = 0
    audience: str = "public"
    minutes: int | None = None
    hosts: tuple[str, ...] = ()
    note: str = ""
    needs: str = ""
    loses: str = ""
    status: str = "published"
    phrases: tuple[str, ...] = ()
    checked: date | None = None
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """One answer: to a question or to an outcome."""

    key: str
    text_ja: str
    text_en: str
    more_ja: str = ""
    more_en: str = ""
    value: str = ""
    unknown: bool = False
    to: str = ""
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """One question a page."""

    key: str
    text_ja: str
    text_en: str
    hint_ja: str = ""
    hint_en: str = ""
    path_ja: str = ""
    path_en: str = ""
    test_ja: str = ""
    test_en: str = ""
    fact: str = ""
    article: str = ""
    answers: tuple[AnswerRow, ...] = ()


@dataclass(frozen=True, slots=True)
class OutcomeRow:
    """Where a walk may end."""

    key: str
    cause: str
    title_ja: str
    title_en: str
    reason_ja: str
    reason_en: str
    steps_ja: str
    steps_en: str
    letter_ja: str = ""
    letter_en: str = ""
    articles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ChecklistFile:
    """One checklist with its questions and outcomes."""

    slug: str
    symptom: str
    title_ja: str
    title_en: str
    first: str
    audience: str = "public"
    order: int = 0
    intro_ja: str = ""
    intro_en: str = ""
    questions: tuple[QuestionRow, ...] = ()
    outcomes: tuple[OutcomeRow, ...] = ()


Row = TypeVar(
    "Row", CauseRow, CategoryRow, HostRow, ArticleFile, AnswerRow, QuestionRow, OutcomeRow, ChecklistFile
)

_SHARED: Final = ("category", "causes", "order", "audience", "minutes", "hosts")
# `hosts` only where there are any: what older releases loaded still has the same digest.
_TOLD: Final = ("category", "causes", "order", "audience", "minutes")
ASPECTS: Final = ("panel", "webmail", "quota", "limits")
"""What a note about a server company tells."""
# Texts whose ends are of no meaning: Markdown and letters.
_BLOCKS: Final = frozenset({"body", "steps_ja", "steps_en", "letter_ja", "letter_en", "test_ja", "test_en"})
_LONG: Final = ("hint_", "intro_", "reason_", "path_", "panel_", "webmail_", "quota_", "limits_")
_LIMITS: Final = {
    "title": 120, "summary": 300, "note": 120, "needs": 200, "loses": 200, "name_ja": 80, "name_en": 80,
    "explanation_ja": 300, "explanation_en": 300, "title_ja": 120, "title_en": 120, "fact": 30, "value": 30,
    "more_ja": 200, "more_en": 200,
}  # fmt: skip


def tidy(text: str) -> str:
    """A text block as it is kept: one kind of line end, none before the first and one after the last line."""
    kept = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").strip("\n")
    return f"{kept}\n" if kept.strip() else ""


def digest(dumped: str) -> str:
    """What a file held, in 64 characters."""
    return sha256(dumped.encode()).hexdigest()


def parse_causes(text: str, file: str) -> tuple[CauseRow, ...]:
    """causes.toml. `file` is the name that errors mention."""
    rows = _rows(CauseRow, _toml(text, file), "causes", file)
    for row in rows:
        _known(row.actor, [str(a) for a in Actor], f"{file}: {row.slug}: actor")
    return _once(rows, lambda row: row.slug, file)


def parse_categories(text: str, file: str) -> tuple[CategoryRow, ...]:
    """categories.toml."""
    return _once(_rows(CategoryRow, _toml(text, file), "categories", file), lambda row: row.slug, file)


def parse_hosts(text: str, file: str) -> tuple[HostRow, ...]:
    """hosts.toml."""
    rows = _rows(HostRow, _toml(text, file), "hosts", file)
    for row in rows:
        if row.webmail_url and not row.webmail_url.startswith("https://"):
            raise ContentError(f"{file}: {row.slug}: webmail_url begins with https://")
    return _once(rows, lambda row: row.slug, file)


def parse_article(text: str, *, language: str, file: str) -> ArticleFile:
    """One article file: TOML between two +++ lines, then Markdown."""
    parts = re.split(rf"^{re.escape(FENCE)}[ \t]*\r?\n", text, maxsplit=2, flags=re.MULTILINE)
    if len(parts) != 3 or parts[0].strip():
        raise ContentError(f"{file}: begins with front matter between two {FENCE} lines")
    table = _toml(parts[1], file) | {"body": parts[2], "language": language}
    if language != "ja" and (shared := sorted(set(table) & set(_SHARED))):
        raise ContentError(f"{file}: {', '.join(shared)} may stand in the Japanese file only")
    article = _row(ArticleFile, table, file)
    if language == "ja" and not article.category:
        raise ContentError(f"{file}: category is missing")
    _known(article.audience, ["public", "staff"], f"{file}: audience")
    for aspect in article.hosts:
        _known(aspect, list(ASPECTS), f"{file}: hosts")
    _known(article.status, ["draft", "published", "archived"], f"{file}: status")
    if long := [phrase for phrase in article.phrases if len(phrase) > 200]:
        raise ContentError(f"{file}: a phrase is longer than 200 characters: {long[0][:40]}")
    return article


def parse_checklist(text: str, file: str) -> ChecklistFile:
    """One checklist file. That its questions lead somewhere is for `faq.rules.graph` to say."""
    checklist = _row(ChecklistFile, _toml(text, file), file)
    _known(checklist.symptom, [str(s) for s in Symptom], f"{file}: symptom")
    _known(checklist.audience, ["public", "staff"], f"{file}: audience")
    _once(checklist.questions, lambda row: row.key, file)
    _once(checklist.outcomes, lambda row: row.key, file)
    for question in checklist.questions:
        _once(question.answers, lambda row: row.key, f"{file}: {question.key}")
    return checklist


def dump_causes(rows: tuple[CauseRow, ...]) -> str:
    """causes.toml of these rows."""
    return toml.dumps({"causes": [_table(row) for row in rows]}).lstrip("\n")


def dump_categories(rows: tuple[CategoryRow, ...]) -> str:
    """categories.toml of these rows."""
    return toml.dumps({"categories": [_table(row, always=("order",)) for row in rows]}).lstrip("\n")


def dump_hosts(rows: tuple[HostRow, ...]) -> str:
    """hosts.toml of these rows."""
    return toml.dumps({"hosts": [_table(row, always=("order",)) for row in rows]}).lstrip("\n")


def dump_article(article: ArticleFile) -> str:
    """The file of one language of an article."""
    front = {k: v for k, v in _table(article, always=_TOLD).items() if k not in ("body", "language")}
    if article.language != "ja":
        front = {k: v for k, v in front.items() if k not in _SHARED}
    order = ("key", *_SHARED)
    sorted_front = {k: front[k] for k in order if k in front} | front
    return f"{FENCE}\n{toml.dumps(sorted_front)}{FENCE}\n{article.body}"


def dump_checklist(checklist: ChecklistFile) -> str:
    """The file of one checklist."""
    return toml.dumps(_table(checklist, always=("audience", "order")))


def _toml(text: str, file: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text.replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError as error:
        raise ContentError(f"{file}: {error}") from error


def _rows(kind: type[Row], table: Mapping[str, Any], name: str, where: str) -> tuple[Row, ...]:
    listed = table.get(name, [])
    if not isinstance(listed, list) or not all(isinstance(row, dict) for row in listed):
        raise ContentError(f"{where}: {name} is a list of [[{name}]] tables")
    return tuple(_row(kind, row, f"{where}: {name} {number}") for number, row in enumerate(listed, 1))


def _row(kind: type[Row], table: Mapping[str, Any], where: str) -> Row:
    known = {f.name: f for f in fields(kind)}
    where = f"{where} ({named})" if (named := table.get("slug") or table.get("key")) else where
    if strange := sorted(set(table) - set(known)):
        raise ContentError(f"{where}: unknown name {', '.join(strange)}")
    values = {name: _read(name, value, where) for name, value in table.items()}
    required = [f.name for f in known.values() if f.default is MISSING and f.name not in values]
    if required:
        raise ContentError(f"{where}: {', '.join(required)} is missing")
    return kind(**values)


_NESTED: Final[dict[str, type[AnswerRow] | type[QuestionRow] | type[OutcomeRow]]] = {
    "answers": AnswerRow,
    "questions": QuestionRow,
    "outcomes": OutcomeRow,
}
_TYPES: Final[dict[str, tuple[type, str]]] = {
    "order": (int, "a number"),
    "minutes": (int, "a number"),
    "unknown": (bool, "true or false"),
    "checked": (date, "a date"),
}


def _read(name: str, value: Any, where: str) -> Any:
    if name in _NESTED:
        return _rows(_NESTED[name], {name: value}, name, where)
    if name in ("causes", "phrases", "sources", "articles", "hosts"):
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise ContentError(f"{where}: {name} is a list of texts")
        return tuple(value)
    kind, words = _TYPES.get(name, (str, "a text"))
    if not isinstance(value, kind) or (kind is int and not _is_number(value)):
        raise ContentError(f"{where}: {name} is {words}")
    return _text(name, value, where) if isinstance(value, str) else value


def _is_number(value: object) -> bool:
    """What a small column of both databases holds; TOML's true is an int to Python."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 32767


def _text(name: str, value: str, where: str) -> str:
    if name in _BLOCKS:
        return tidy(value)
    if name in ("key", "slug") and not SLUG.fullmatch(value):
        raise ContentError(f"{where}: {name} holds small letters, digits and hyphens only")
    if len(value) > _LIMITS.get(name, 200) and not name.startswith(_LONG):
        raise ContentError(f"{where}: {name} is longer than {_LIMITS.get(name, 200)} characters")
    return value


def _table(row: Row, always: tuple[str, ...] = ()) -> dict[str, Any]:
    """The row as TOML writes it: without what is at its default, unless it is always told."""
    told: dict[str, Any] = {}
    for f in fields(row):
        value = getattr(row, f.name)
        if f.name in _NESTED:
            told[f.name] = [_table(nested) for nested in value]
        elif f.default is MISSING or (value not in (None, "") and (value != f.default or f.name in always)):
            told[f.name] = list(value) if isinstance(value, tuple) else value
    return told


def _known(value: str, known: list[str], where: str) -> None:
    if value not in known:
        raise ContentError(f"{where} {value!r} is none of {', '.join(known)}")


def _once(rows: tuple[Row, ...], name: Callable[[Row], str], where: str) -> tuple[Row, ...]:
    names = [name(row) for row in rows]
    if twice := sorted({n for n in names if names.count(n) > 1}):
        raise ContentError(f"{where}: {', '.join(twice)} stands there twice")
    return rows
