"""Editing a checklist: all of it on a draft, one verb a transaction. What was published never changes.

Places are named by their keys within one version, so no verb can reach into another one. Saving a question or
an outcome takes `seen`, the `stamp` of what the page showed: what a colleague wrote meanwhile is not
overwritten unseen.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import fields, replace
from typing import Final

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from faq.models import Answer, Article, Cause, Checklist, Outcome, Question, Version
from faq.rules.compare import Place
from faq.rules.content import AnswerRow, ChecklistFile, OutcomeRow, QuestionRow, tidy
from faq.services import edition
from faq.services.checklists import file_of, graph_of, with_everything, write_version
from faq.services.draft import DraftExists, Elsewhere, Gone, Invalid, Made, NotADraft, Stale, row_of, stamp
from faq.services.faults import check
from faq.services.publish import By

NEW: Final = "+"
"""Where an answer leads to a question or an outcome that is made while it is saved. No key looks like it."""
_BLOCKS: Final = frozenset({"steps", "letter", "test"})
_AUTO: Final = re.compile(r"[a-z](\d{1,9})")


def read(version: Version) -> ChecklistFile:
    """The version as a file, read anew. Eight statements."""
    return file_of(with_everything(Version.objects.filter(pk=version.pk)).get())


@transaction.atomic
def new_checklist(
    *,
    slug: str,
    symptom: str,
    title_ja: str,
    title_en: str,
    by: By,
    audience: str = "public",
    order: int = 0,
    intro_ja: str = "",
    intro_en: str = "",
) -> Version:
    """A checklist with an empty draft, which is returned."""
    checklist = Checklist.objects.create(
        slug=slug,
        symptom=symptom,
        title_ja=title_ja,
        title_en=title_en,
        audience=audience,
        order=order,
        intro_ja=intro_ja,
        intro_en=intro_en,
    )
    return draft_of(checklist=checklist, by=by)


@transaction.atomic
def copy_checklist(*, checklist: Checklist, slug: str, title_ja: str, title_en: str, by: By) -> Version:
    """A checklist of another name with the same questions, as a draft, which is returned."""
    made = Checklist.objects.create(
        slug=slug,
        title_ja=title_ja,
        title_en=title_en,
        **{
            name: getattr(checklist, name)
            for name in ("symptom", "audience", "order", "intro_ja", "intro_en")
        },
    )
    source = checklist.published() or checklist.versions.first()
    if source is None:
        return draft_of(checklist=made, by=by)
    return write_version(checklist=made, file=read(source), version=_new(by))


@transaction.atomic
def draft_of(*, checklist: Checklist, by: By) -> Version:
    """The draft there is, else a new one: a copy of what is published, or of the last version."""
    locked = _lock(checklist)
    if draft := locked.draft():
        return draft
    source = locked.published() or locked.versions.first()
    if source is None:
        return Version.objects.create(checklist=locked, number=1, first="", created_by=_person(by))
    return write_version(checklist=locked, file=read(source), version=_new(by))


@transaction.atomic
def draft_from(*, version: Version, by: By) -> Version:
    """A draft that says what an older version said. Raises DraftExists: no draft is thrown away by this."""
    locked = _lock(version.checklist)
    if draft := locked.draft():
        raise DraftExists(draft)
    return write_version(checklist=locked, file=read(version), version=_new(by))


@transaction.atomic
def discard(*, version: Version, by: By, seen: str = "") -> None:
    """Throw a draft away. (`by` is for whoever logs it.)

    Raises NotADraft; Stale where `seen` is not the stamp of the draft. Nothing is lost then.
    """
    draft = _draft(version)
    if seen and seen != stamp(file := read(draft)):
        raise Stale(file)
    draft.delete()


@transaction.atomic
def publish_version(*, version: Version, note: str, by: By, seen: str = "") -> Version:
    """Show the draft to clients from now on; walks that have begun finish on theirs.

    Raises NotADraft; Stale where `seen` is not the stamp of the draft; Invalid with every fault in the active
    language. Nothing changes then.
    """
    # In this order in every verb that touches several versions.
    _lock(version.checklist)
    draft = _draft(version)
    file = read(draft)
    if seen and seen != stamp(file):
        raise Stale(file)
    if faults := check(file).problems:
        raise Invalid(faults)
    retired = Version.Status.RETIRED
    draft.checklist.versions.filter(status=Version.Status.PUBLISHED).update(status=retired)
    draft.status, draft.note = Version.Status.PUBLISHED, note
    draft.published_at, draft.published_by = timezone.now(), _person(by)
    # No digest: what was written by hand is kept when content files are loaded (`report.decide`).
    draft.file_digest = ""
    draft.save()
    edition.changed()
    return draft


@transaction.atomic
def add_question(*, version: Version, by: By, after: str = "") -> Question:
    """An empty question with an answer for those who do not know, behind `after` or at the end."""
    draft = _draft(version)
    made = _make_question(draft)
    _sort(draft, _behind([q.key for q in draft.questions.all()], made.key, after))
    return made


@transaction.atomic
def add_outcome(*, version: Version, by: By) -> Outcome:
    """An empty outcome. Its cause is chosen with its texts; until then it has none that means anything."""
    return _make_outcome(_draft(version))


@transaction.atomic
def remove_question(*, version: Version, key: str, by: By) -> None:
    """With its answers; answers of others that led there lead nowhere from then on. Raises Gone."""
    draft = _draft(version)
    _question(draft, key).delete()
    if draft.first == key:
        draft.first = ""
        draft.save(update_fields=["first"])


@transaction.atomic
def remove_outcome(*, version: Version, key: str, by: By) -> None:
    """Answers that led there lead nowhere from then on. Raises Gone."""
    if not _draft(version).outcomes.filter(key=key).delete()[0]:
        raise Gone(key)


@transaction.atomic
def move_question(*, version: Version, key: str, up: bool, by: By) -> None:
    """One place up or down in the list. At the end of the list nothing happens. Raises Gone."""
    draft = _draft(version)
    keys = list(draft.questions.values_list("key", flat=True))
    _sort(draft, moved(keys, _question(draft, key).key, up=up))


@transaction.atomic
def sort_questions(*, version: Version, by: By) -> None:
    """The order in which walks meet the questions; those that no answer leads to come last."""
    draft = _draft(version)
    graph = graph_of(read(draft))
    order = [draft.first] if draft.first in graph.questions else []
    for key in order:
        order += dict.fromkeys(
            w.to for w in graph.questions[key] if w.to in graph.questions and w.to not in order
        )
    _sort(draft, [*order, *(key for key in graph.questions if key not in order)])


@transaction.atomic
def set_first(*, version: Version, key: str, by: By) -> None:
    """Where walks begin. Raises Gone."""
    draft = _draft(version)
    draft.first = _question(draft, key).key
    draft.save(update_fields=["first"])


@transaction.atomic
def save_question(*, version: Version, row: QuestionRow, seen: str, by: By) -> list[Made]:
    """Save a question with all its answers in the order given; an answer without a key is a new one.

    An answer may lead to NEW, which makes an empty question or outcome; those are returned. Raises NotADraft,
    Gone, Stale, and Elsewhere for an answer or a destination that this version does not have.
    """
    draft = _draft(version)
    file = read(draft)
    now = row_of(file, Place.QUESTION, row.key)
    if seen != stamp(now):
        raise Stale(now)
    assert isinstance(now, QuestionRow)  # noqa: S101  # row_of was asked for a question
    answers = _keyed(draft, now, row.answers)
    article = Article.objects.filter(key=row.article).first() if row.article else None
    if row.article and article is None:
        raise Elsewhere(row.article)
    question = _question(draft, row.key)
    for name, text in _texts(row).items():
        setattr(question, name, text)
    question.fact, question.article = row.fact, article
    question.save()
    return _write_answers(draft, question, answers)


@transaction.atomic
def save_outcome(*, version: Version, row: OutcomeRow, seen: str, by: By) -> None:
    """Save an outcome. Raises NotADraft, Gone, Stale, and Elsewhere for no such cause or article."""
    draft = _draft(version)
    now = row_of(read(draft), Place.OUTCOME, row.key)
    if seen != stamp(now):
        raise Stale(now)
    cause = Cause.objects.filter(slug=row.cause).first()
    articles = dict(Article.objects.order_by().filter(key__in=row.articles).values_list("key", "pk"))
    if cause is None or set(row.articles) - set(articles):
        raise Elsewhere(row.cause if cause is None else ", ".join(row.articles))
    outcome = draft.outcomes.get(key=row.key)
    for name, text in _texts(row).items():
        setattr(outcome, name, text)
    outcome.cause = cause
    outcome.save()
    through = Outcome.articles.through
    through.objects.filter(outcome=outcome).delete()
    # In order: the first article is the first on the page.
    for key in row.articles:
        through.objects.create(outcome=outcome, article_id=articles[key])


def moved(keys: list[str], key: str, *, up: bool) -> list[str]:
    """The list with `key` one place further up or down."""
    here = keys.index(key)
    there = here - 1 if up else here + 1
    if 0 <= there < len(keys):
        keys[here], keys[there] = keys[there], keys[here]
    return keys


def _person(by: By) -> User | None:
    return by if isinstance(by, User) else None


def _new(by: By) -> Version:
    return Version(status=Version.Status.DRAFT, created_by=_person(by))


def _lock(checklist: Checklist) -> Checklist:
    return Checklist.objects.select_for_update().get(pk=checklist.pk)


def _draft(version: Version) -> Version:
    """The version, locked until the verb is done: verbs of two people come one after the other."""
    found = Version.objects.select_for_update().filter(pk=version.pk).first()
    if found is None or found.status != Version.Status.DRAFT:
        raise NotADraft(version)
    return found


def _question(draft: Version, key: str) -> Question:
    found = draft.questions.filter(key=key).first()
    if found is None:
        raise Gone(key)
    return found


def _free(letter: str, taken: Iterable[str]) -> str:
    """q13: a key that no version of the checklist has had, so that comparing them stays true."""
    numbers = [int(found[1]) for key in taken if key[:1] == letter and (found := _AUTO.fullmatch(key))]
    return f"{letter}{max(numbers, default=0) + 1}"


def _make_question(draft: Version) -> Question:
    taken = Question.objects.filter(version__checklist=draft.checklist_id).order_by()
    question = Question.objects.create(
        version=draft,
        key=_free("q", taken.values_list("key", flat=True)),
        position=draft.questions.count(),
    )
    Answer.objects.create(
        question=question, key="unknown", text_ja="わからない", text_en="I don’t know", unknown=True
    )
    if not draft.first:
        draft.first = question.key
        draft.save(update_fields=["first"])
    return question


def _make_outcome(draft: Version) -> Outcome:
    taken = Outcome.objects.filter(version__checklist=draft.checklist_id).order_by()
    cause = Cause.objects.first()
    if cause is None:
        raise Elsewhere("no causes")
    return Outcome.objects.create(
        version=draft, key=_free("o", taken.values_list("key", flat=True)), cause=cause
    )


def _behind(keys: list[str], key: str, after: str) -> list[str]:
    rest = [other for other in keys if other != key]
    place = rest.index(after) + 1 if after in rest else len(rest)
    return [*rest[:place], key, *rest[place:]]


def _sort(draft: Version, keys: list[str]) -> None:
    """Give the questions their places; rows that stay where they are are not written."""
    places = {key: position for position, key in enumerate(keys)}
    wrong = [q for q in draft.questions.all() if q.position != places[q.key]]
    for question in wrong:
        question.position = places[question.key]
    Question.objects.bulk_update(wrong, ["position"])


def _texts(row: QuestionRow | AnswerRow | OutcomeRow) -> dict[str, str]:
    """Texts in both languages as they are kept."""
    return {
        f.name: _kept(f.name[:-3], str(getattr(row, f.name)))
        for f in fields(row)
        if f.name.endswith(("_ja", "_en"))
    }


def _kept(name: str, text: str) -> str:
    return tidy(text) if name in _BLOCKS else tidy(text).strip()


def _keyed(draft: Version, now: QuestionRow, answers: tuple[AnswerRow, ...]) -> list[AnswerRow]:
    """With keys for the new ones. Raises Elsewhere for a key that the question does not have, or twice."""
    given = [answer.key for answer in answers if answer.key]
    known = {answer.key for answer in now.answers}
    two_ways = any(answer.to and answer.outcome for answer in answers)
    if set(given) - known or len(set(given)) < len(given) or two_ways:
        raise Elsewhere(", ".join(given))
    old = Answer.objects.filter(
        question__version__checklist=draft.checklist_id, question__key=now.key
    ).order_by()
    taken = set(old.values_list("key", flat=True))
    keyed = []
    for answer in answers:
        keyed.append(answer if answer.key else replace(answer, key=_free("a", taken)))
        taken.add(keyed[-1].key)
    return keyed


def _write_answers(draft: Version, question: Question, answers: list[AnswerRow]) -> list[Made]:
    """All anew: nothing points to the answers of a draft."""
    places: dict[Place, dict[str, int]] = {
        Place.QUESTION: dict(draft.questions.values_list("key", "pk")),
        Place.OUTCOME: dict(draft.outcomes.values_list("key", "pk")),
    }
    made: list[Made] = []
    behind = question.key
    for place, key in [
        w for a in answers for w in ((Place.QUESTION, a.to), (Place.OUTCOME, a.outcome)) if w[1]
    ]:
        if key != NEW and key not in places[place]:
            raise Elsewhere(key)
    question.answers.all().delete()
    for position, row in enumerate(answers):
        to, outcome = row.to, row.outcome
        if to == NEW:
            to = behind = add_question(version=draft, by=None, after=behind).key
            made.append(Made(Place.QUESTION, to))
            places[Place.QUESTION] = dict(draft.questions.values_list("key", "pk"))
        if outcome == NEW:
            outcome = _make_outcome(draft).key
            made.append(Made(Place.OUTCOME, outcome))
            places[Place.OUTCOME] = dict(draft.outcomes.values_list("key", "pk"))
        _write_answer(
            question, position, row, places[Place.QUESTION].get(to), places[Place.OUTCOME].get(outcome)
        )
    return made


def _write_answer(
    question: Question, position: int, row: AnswerRow, to: int | None, outcome: int | None
) -> None:
    Answer.objects.create(
        question=question,
        key=row.key,
        position=position,
        value=row.value,
        unknown=row.unknown,
        next_id=to,
        outcome_id=outcome,
        **_texts(row),
    )
