"""Checklist files into the database and back. A changed file makes a new version; walks keep theirs."""

from __future__ import annotations

from collections import defaultdict
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
    return tuple(_file(version) for version in _versions())


def load(file: ChecklistFile, report: Report, *, overwrite: bool) -> None:
    """Bring one checklist up to its file. Raises ContentError where it cannot be walked."""
    name = f"checklists/{file.slug}.toml"
    version = _versions().filter(checklist__slug=file.slug).first()
    now = content.dump_checklist(_file(version)) if version else None
    wanted = content.dump_checklist(file)
    if decide(name, wanted, now, version.file_digest if version else "", report, overwrite):
        report.warnings += [f"{name}: {words}" for words in _check(file, name)]
        _save(file, name, content.digest(wanted))


def graph_of(file: ChecklistFile) -> Graph:
    """The questions alone."""
    return Graph(
        file.first,
        {q.key: tuple(Way(a.key, a.to, a.outcome, a.unknown) for a in q.answers) for q in file.questions},
        frozenset(outcome.key for outcome in file.outcomes),
    )


def _check(file: ChecklistFile, name: str) -> list[str]:
    """Warnings; raises ContentError for the first of the problems."""
    graph = graph_of(file)
    if wrong := [*problems(graph), *_facts(file)]:
        raise ContentError(f"{name}: {wrong[0]}")
    targets = {language: Targets.load(language) for language in ("ja", "en")}
    for outcome in file.outcomes:
        for language, steps in (("ja", outcome.steps_ja), ("en", outcome.steps_en)):
            try:
                render(steps, targets[language].resolve)
            except MarkupError as error:
                raise ContentError(f"{name}: {outcome.key}: steps_{language}: {error}") from error
    return warnings(graph)


def _facts(file: ChecklistFile) -> list[str]:
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


def _save(file: ChecklistFile, name: str, digest: str) -> None:
    plain = ("symptom", "title_ja", "title_en", "audience", "order", "intro_ja", "intro_en")
    checklist, _ = Checklist.objects.update_or_create(
        slug=file.slug, defaults={name: getattr(file, name) for name in plain}
    )
    number = checklist.versions.aggregate(last=Max("number"))["last"] or 0
    checklist.versions.filter(status=Version.Status.PUBLISHED).update(status=Version.Status.RETIRED)
    version = Version.objects.create(
        checklist=checklist,
        number=number + 1,
        status=Version.Status.PUBLISHED,
        first=file.first,
        file_digest=digest,
        published_at=timezone.now(),
    )
    articles = dict(Article.objects.order_by().values_list("key", "pk"))
    outcomes = _save_outcomes(file, name, version, articles)
    _save_questions(file, name, version, articles, outcomes)


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
    texts = ("key", "text_ja", "text_en", "hint_ja", "hint_en", "fact")
    saved = {
        row.key: Question.objects.create(
            version=version,
            position=position,
            article_id=articles.get(row.article),
            **{text: getattr(row, text) for text in texts},
        )
        for position, row in enumerate(file.questions)
    }
    plain = ("key", "text_ja", "text_en", "more_ja", "more_en", "value", "unknown")
    Answer.objects.bulk_create(
        Answer(
            question=saved[row.key],
            position=position,
            next=saved.get(answer.to),
            outcome=outcomes.get(answer.outcome),
            **{text: getattr(answer, text) for text in plain},
        )
        for row in file.questions
        for position, answer in enumerate(row.answers)
    )


def _versions() -> QuerySet[Version]:
    return (
        Version.objects.filter(status=Version.Status.PUBLISHED)
        .select_related("checklist")
        .prefetch_related(
            "questions__article",
            "questions__answers__next",
            "questions__answers__outcome",
            "outcomes__cause",
        )
        .order_by("checklist__order", "checklist__slug")
    )


def _file(version: Version) -> ChecklistFile:
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
    plain = ("key", "text_ja", "text_en", "hint_ja", "hint_en", "fact")
    return QuestionRow(
        article=question.article.key if question.article else "",
        answers=tuple(_answer_row(answer) for answer in question.answers.all()),
        **{name: getattr(question, name) for name in plain},
    )


def _answer_row(answer: Answer) -> AnswerRow:
    plain = ("key", "text_ja", "text_en", "more_ja", "more_en", "value", "unknown")
    return AnswerRow(
        to=answer.next.key if answer.next else "",
        outcome=answer.outcome.key if answer.outcome else "",
        **{name: getattr(answer, name) for name in plain},
    )


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
