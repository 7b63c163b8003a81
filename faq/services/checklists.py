"""Checklist files into the database and back. A changed file makes a new version; walks keep theirs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import fields
from typing import Final

from django.db.models import Max, QuerySet
from django.utils import timezone

from faq.models import Answer, Article, Cause, Checklist, Outcome, Question, Version
from faq.rules import content
from faq.rules.content import AnswerRow, ChecklistFile, ContentError, OutcomeRow, QuestionRow
from faq.rules.facts import VALUES, Facts
from faq.rules.graph import Graph, Way, problems, warnings
from faq.rules.markup import MarkupError, render
from faq.services.publish import Targets
from faq.services.report import Report, decide


def stored() -> tuple[ChecklistFile, ...]:
    """Every published checklist as its file would say it."""
    return tuple(file_of(version) for version in _versions())


def load(files: Sequence[ChecklistFile], report: Report, *, overwrite: bool) -> None:
    """Bring checklists up to their files. Raises ContentError where one cannot be walked."""
    changed = [file for file in files if _load(file, report, overwrite)]
    # Only when all are there: a text may link to a list that comes later.
    for file in changed:
        if wrong := wrong_texts(file):
            raise ContentError(f"{_name(file)}: {wrong[0]}")


def _load(file: ChecklistFile, report: Report, overwrite: bool) -> bool:
    """Whether the file was written."""
    version = _versions().filter(checklist__slug=file.slug).first()
    now = content.dump_checklist(file_of(version)) if version else None
    wanted = content.dump_checklist(file)
    loaded = version.file_digest if version else ""
    if not decide(_name(file), wanted, now, loaded, report, overwrite):
        return False
    report.warnings += [f"{_name(file)}: {words}" for words in _check(file)]
    _save(file, content.digest(wanted))
    return True


def _name(file: ChecklistFile) -> str:
    return f"checklists/{file.slug}.toml"


def graph_of(file: ChecklistFile) -> Graph:
    """The questions alone."""
    return Graph(
        file.first,
        {q.key: tuple(Way(a.key, a.to, a.outcome, a.unknown) for a in q.answers) for q in file.questions},
        frozenset(outcome.key for outcome in file.outcomes),
    )


def _check(file: ChecklistFile) -> list[str]:
    """Warnings; raises ContentError for the first of the problems."""
    graph = graph_of(file)
    if wrong := [*problems(graph), *wrong_facts(file)]:
        raise ContentError(f"{_name(file)}: {wrong[0]}")
    return [str(warning) for warning in warnings(graph)]


def wrong_texts(file: ChecklistFile) -> list[str]:
    """Markdown that cannot be shown, each with its place. Six statements."""
    targets = {language: Targets.load(language) for language in ("ja", "en")}
    texts = [(q.key, "test", {"ja": q.test_ja, "en": q.test_en}) for q in file.questions]
    texts += [(o.key, "steps", {"ja": o.steps_ja, "en": o.steps_en}) for o in file.outcomes]
    wrong = []
    for key, name, bodies in texts:
        for language, body in bodies.items():
            try:
                render(body, targets[language].resolve)
            except MarkupError as error:
                wrong.append(f"{key}: {name}_{language}: {error}")
    return wrong


def wrong_facts(file: ChecklistFile) -> list[str]:
    """Facts and values that do not exist, each with its place."""
    names = {f.name for f in fields(Facts)}
    wrong = [
        f"{q.key}: there is no fact {q.fact!r}" for q in file.questions if q.fact and q.fact not in names
    ]
    for question in file.questions:
        for answer in question.answers:
            if answer.value and answer.value not in VALUES.get(question.fact, (answer.value,)):
                wrong.append(f"{question.key} = {answer.key}: {question.fact} is never {answer.value!r}")
            if answer.value and not question.fact:
                wrong.append(f"{question.key} = {answer.key}: a value, but the question has no fact")
    return wrong


def _save(file: ChecklistFile, digest: str) -> None:
    plain = ("symptom", "title_ja", "title_en", "audience", "order", "intro_ja", "intro_en")
    checklist, _ = Checklist.objects.update_or_create(
        slug=file.slug, defaults={name: getattr(file, name) for name in plain}
    )
    checklist.versions.filter(status=Version.Status.PUBLISHED).update(status=Version.Status.RETIRED)
    version = Version(status=Version.Status.PUBLISHED, file_digest=digest, published_at=timezone.now())
    write_version(checklist=checklist, file=file, version=version, name=_name(file))


def write_version(*, checklist: Checklist, file: ChecklistFile, version: Version, name: str = "") -> Version:
    """Save the unsaved `version` as the next one of `checklist`, with the questions and outcomes of `file`.

    Raises ContentError, which begins with `name`, for a cause or an article that does not exist.
    """
    last = checklist.versions.aggregate(last=Max("number"))["last"] or 0
    version.checklist, version.number, version.first = checklist, last + 1, file.first
    version.save()
    articles = dict(Article.objects.order_by().values_list("key", "pk"))
    outcomes = _save_outcomes(file, name, version, articles)
    _save_questions(file, name, version, articles, outcomes)
    return version


def _save_outcomes(
    file: ChecklistFile, name: str, version: Version, articles: dict[str, int]
) -> dict[str, Outcome]:
    causes = {cause.slug: cause for cause in Cause.objects.all()}
    saved = {}
    for row in file.outcomes:
        if row.cause not in causes:
            raise ContentError(f"{name}: {row.key}: the cause {row.cause!r} does not exist")
        if unknown := [key for key in row.articles if key not in articles]:
            raise ContentError(f"{name}: {row.key}: the article {unknown[0]!r} does not exist")
        texts = {text: getattr(row, text) for text in _OUTCOME_TEXTS}
        saved[row.key] = Outcome.objects.create(
            version=version, key=row.key, cause=causes[row.cause], **texts
        )
        # One by one and in order: the first article of the file is the first on the page.
        Outcome.articles.through.objects.bulk_create(
            Outcome.articles.through(outcome=saved[row.key], article_id=articles[key]) for key in row.articles
        )
    return saved


def _save_questions(
    file: ChecklistFile,
    name: str,
    version: Version,
    articles: dict[str, int],
    outcomes: dict[str, Outcome],
) -> None:
    if unknown := [q for q in file.questions if q.article and q.article not in articles]:
        raise ContentError(f"{name}: {unknown[0].key}: the article {unknown[0].article!r} does not exist")
    saved = {
        row.key: Question.objects.create(
            version=version,
            position=position,
            article_id=articles.get(row.article),
            **{text: getattr(row, text) for text in _QUESTION_TEXTS},
        )
        for position, row in enumerate(file.questions)
    }
    Answer.objects.bulk_create(
        Answer(
            question=saved[row.key],
            position=position,
            next=saved.get(answer.to),
            outcome=outcomes.get(answer.outcome),
            **{text: getattr(answer, text) for text in _ANSWER_TEXTS},
        )
        for row in file.questions
        for position, answer in enumerate(row.answers)
    )


def _versions() -> QuerySet[Version]:
    return with_everything(Version.objects.filter(status=Version.Status.PUBLISHED)).order_by(
        "checklist__order", "checklist__slug"
    )


def with_everything(versions: QuerySet[Version]) -> QuerySet[Version]:
    """With questions, answers and outcomes, as `file_of` reads them."""
    return versions.select_related("checklist").prefetch_related(
        "questions__article",
        "questions__answers__next",
        "questions__answers__outcome",
        "outcomes__cause",
    )


def file_of(version: Version) -> ChecklistFile:
    """The version as a file would say it. Seven statements, unless it was read with everything."""
    checklist = version.checklist
    articles = _outcome_articles(version)
    plain = ("slug", "symptom", "title_ja", "title_en", "audience", "order", "intro_ja", "intro_en")
    return ChecklistFile(
        first=version.first,
        questions=tuple(_question_row(question) for question in version.questions.all()),
        outcomes=tuple(_outcome_row(o, articles[o.pk]) for o in version.outcomes.all()),
        **{name: getattr(checklist, name) for name in plain},
    )


def _question_row(question: Question) -> QuestionRow:
    return QuestionRow(
        article=question.article.key if question.article else "",
        answers=tuple(_answer_row(answer) for answer in question.answers.all()),
        **{name: getattr(question, name) for name in _QUESTION_TEXTS},
    )


def _answer_row(answer: Answer) -> AnswerRow:
    return AnswerRow(
        to=answer.next.key if answer.next else "",
        outcome=answer.outcome.key if answer.outcome else "",
        **{name: getattr(answer, name) for name in _ANSWER_TEXTS},
    )


_QUESTION_TEXTS: Final = tuple(f.name for f in fields(QuestionRow) if f.name not in ("article", "answers"))
_ANSWER_TEXTS: Final = tuple(f.name for f in fields(AnswerRow) if f.name not in ("to", "outcome"))
_OUTCOME_TEXTS: Final = tuple(f.name for f in fields(OutcomeRow) if f.name.endswith(("_ja", "_en")))


def _outcome_articles(version: Version) -> defaultdict[int, list[str]]:
    """Article keys of each outcome, in the order of the file."""
    listed: defaultdict[int, list[str]] = defaultdict(list)
    rows = Outcome.articles.through.objects.filter(outcome__version=version).order_by("pk")
    for outcome, key in rows.values_list("outcome_id", "article__key"):
        listed[outcome].append(key)
    return listed


def _outcome_row(outcome: Outcome, articles: list[str]) -> OutcomeRow:
    return OutcomeRow(
        key=outcome.key,
        cause=outcome.cause.slug,
        articles=tuple(articles),
        **{name: getattr(outcome, name) for name in _OUTCOME_TEXTS},
    )
