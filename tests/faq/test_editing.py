"""Editing a checklist: everything on a draft, published at once or not at all."""

import time
from dataclasses import replace
from threading import Thread
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import close_old_connections, connection
from django.utils import translation

from faq.models import Answer, Checklist, Outcome, Question, Version
from faq.rules.compare import Place, compare
from faq.rules.content import AnswerRow, ChecklistFile, OutcomeRow, QuestionRow
from faq.services import draft as drafts
from faq.services import editing
from faq.services import walk as walks
from faq.services.changes import changes
from faq.services.draft import DraftExists, Elsewhere, Gone, Invalid, NotADraft, Stale
from faq.services.faults import check

pytestmark = pytest.mark.django_db


@pytest.fixture
def checklist(knowledge: None) -> Checklist:
    return Checklist.objects.get(slug="nothing-arrives")


@pytest.fixture
def draft(checklist: Checklist, editor: User) -> Version:
    return editing.draft_of(checklist=checklist, by=editor)


def question_of(version: Version, key: str) -> QuestionRow:
    row = drafts.row_of(editing.read(version), Place.QUESTION, key)
    assert isinstance(row, QuestionRow)
    return row


def outcome_of(version: Version, key: str) -> OutcomeRow:
    row = drafts.row_of(editing.read(version), Place.OUTCOME, key)
    assert isinstance(row, OutcomeRow)
    return row


def save(version: Version, row: QuestionRow, by: User | None = None) -> list[drafts.Made]:
    seen = drafts.stamp(question_of(version, row.key))
    return editing.save_question(version=version, row=row, seen=seen, by=by)


def words(version: Version) -> list[str]:
    return [mark.words for mark in check(editing.read(version)).problems]


def published(checklist: Checklist) -> Version:
    version = checklist.published()
    assert version
    return version


class TestDraft:
    def test_it_is_a_copy_made_once(self, checklist: Checklist, draft: Version, editor: User) -> None:
        live = published(checklist)
        assert compare(editing.read(live), editing.read(draft)) == []
        assert (draft.status, draft.number, draft.created_by) == ("draft", live.number + 1, editor)
        assert editing.draft_of(checklist=checklist, by=editor) == draft

    def test_discarding_leaves_what_is_published(
        self, checklist: Checklist, draft: Version, editor: User
    ) -> None:
        before = editing.read(published(checklist))
        editing.discard(version=draft, by=editor)
        assert checklist.draft() is None
        assert editing.read(published(checklist)) == before
        with pytest.raises(NotADraft):
            editing.discard(version=published(checklist), by=editor)

    def test_an_old_version_comes_back_as_a_draft_but_over_no_other(
        self, checklist: Checklist, draft: Version, editor: User
    ) -> None:
        old = published(checklist)
        with pytest.raises(DraftExists) as refused:
            editing.draft_from(version=old, by=editor)
        assert refused.value.draft == draft
        save(draft, replace(question_of(draft, "webmail"), text_ja="別の問い"))
        editing.publish_version(version=draft, note="", by=editor)
        again = editing.draft_from(version=old, by=editor)
        assert editing.read(again) == editing.read(old)

    def test_nothing_but_a_draft_is_changed(self, checklist: Checklist, editor: User) -> None:
        live = published(checklist)
        row, outcome = question_of(live, "webmail"), outcome_of(live, "outage")
        before = editing.read(live)
        verbs: list[tuple[Any, dict[str, Any]]] = [
            (editing.save_question, {"row": row, "seen": drafts.stamp(row)}),
            (editing.save_outcome, {"row": outcome, "seen": drafts.stamp(outcome)}),
            (editing.add_question, {}),
            (editing.add_outcome, {}),
            (editing.remove_question, {"key": "webmail"}),
            (editing.remove_outcome, {"key": "outage"}),
            (editing.move_question, {"key": "webmail", "up": True}),
            (editing.sort_questions, {}),
            (editing.set_first, {"key": "webmail"}),
            (editing.publish_version, {"note": ""}),
        ]
        for verb, more in verbs:
            with pytest.raises(NotADraft):
                verb(version=live, by=editor, **more)
        assert editing.read(live) == before


class TestPublishing:
    def test_the_old_one_retires_and_walks_keep_it(
        self, checklist: Checklist, draft: Version, editor: User
    ) -> None:
        old = published(checklist)
        walk = walks.begin(checklist=checklist, language="ja")
        save(draft, replace(question_of(draft, "outage"), text_ja="新しい問い"))
        made = editing.publish_version(version=draft, note="言い直した", by=editor)
        old.refresh_from_db()
        assert (old.status, made.status, made.note) == ("retired", "published", "言い直した")
        assert (made.published_by, made.file_digest) == (editor, "")
        walk = walks.walk_by_token(walk.token) or walk
        assert "障害" in str(walks.standing(walk).question("outage"))
        walks.answer(walk=walk, question="outage", answer="no")
        assert walk.version == old
        newer = walks.begin(checklist=checklist, language="ja")
        assert str(walks.standing(newer).question("outage")) == "新しい問い"

    def test_an_invalid_one_changes_nothing_and_names_the_path(
        self, checklist: Checklist, draft: Version, editor: User
    ) -> None:
        row = question_of(draft, "webmail")
        save(draft, replace(row, answers=(replace(row.answers[0], to=""), *row.answers[1:])))
        with pytest.raises(Invalid) as refused:
            editing.publish_version(version=draft, note="x", by=editor)
        path = "お知らせが出ていますか」 → 2「ウェブメールには、新しいメールが届いていますか」"
        assert any(path in str(fault) and "届いている" in str(fault) for fault in refused.value.faults)
        with translation.override("en"), pytest.raises(Invalid) as refused:
            editing.publish_version(version=draft, note="x", by=editor)
        assert any("1 “Is there a notice" in str(fault) for fault in refused.value.faults)
        draft.refresh_from_db()
        assert (draft.status, published(checklist).number) == ("draft", draft.number - 1)

    def test_not_what_was_not_seen(self, draft: Version, editor: User) -> None:
        seen = drafts.stamp(editing.read(draft))
        editing.set_first(version=draft, key="webmail", by=editor)
        with pytest.raises(Stale):
            editing.publish_version(version=draft, note="", by=editor, seen=seen)

    def test_loading_files_keeps_what_was_edited_here(
        self, checklist: Checklist, draft: Version, editor: User
    ) -> None:
        save(draft, replace(question_of(draft, "outage"), text_ja="ここで直した問い"))
        made = editing.publish_version(version=draft, note="", by=editor)
        call_command("load_knowledge", verbosity=0)
        assert published(checklist) == made
        call_command("load_knowledge", overwrite=True, verbosity=0)
        assert published(checklist) != made
        assert question_of(published(checklist), "outage").text_ja != "ここで直した問い"


class TestQuestions:
    def test_a_new_one_stands_behind_and_its_key_was_never_used(self, draft: Version, editor: User) -> None:
        first = editing.add_question(version=draft, by=editor, after="outage")
        keys = [row.key for row in editing.read(draft).questions]
        assert keys[:3] == ["outage", "q1", "webmail"]
        assert first.answers.get().unknown

    def test_moving(self, draft: Version, editor: User) -> None:
        def keys() -> list[str]:
            return [row.key for row in editing.read(draft).questions]

        before = keys()
        editing.move_question(version=draft, key=before[1], up=True, by=editor)
        assert keys() == [before[1], before[0], *before[2:]]
        editing.move_question(version=draft, key=before[1], up=True, by=editor)
        editing.move_question(version=draft, key=before[-1], up=False, by=editor)
        editing.move_question(version=draft, key=before[1], up=False, by=editor)
        assert keys() == before

    def test_sorting_follows_the_walks(self, draft: Version, editor: User) -> None:
        wanted = [row.key for row in editing.read(draft).questions]
        lost = editing.add_question(version=draft, by=editor, after="outage").key
        for key in wanted[:3]:
            editing.move_question(version=draft, key=key, up=False, by=editor)
        editing.sort_questions(version=draft, by=editor)
        keys = [row.key for row in editing.read(draft).questions]
        assert keys[0] == "outage"
        assert keys[-1] == lost
        assert set(keys) == {*wanted, lost}

    def test_saving_writes_all_of_it_in_order(self, draft: Version, editor: User) -> None:
        row = question_of(draft, "webmail")
        answers = (
            AnswerRow("", "新しい", "New", to="scope"),
            row.answers[-1],
            replace(row.answers[0], text_ja="変えた"),
        )
        save(draft, replace(row, text_ja="問い", hint_ja="一\r\n二", fact="", article="", answers=answers))
        now = question_of(draft, "webmail")
        assert [(a.key, a.text_ja) for a in now.answers] == [
            ("a1", "新しい"),
            ("unknown", row.answers[-1].text_ja),
            ("yes", "変えた"),
        ]
        assert (now.text_ja, now.hint_ja, now.fact, now.article) == ("問い", "一\n二", "", "")

    def test_keys_of_answers_taken_away_are_not_given_again(
        self, checklist: Checklist, draft: Version, editor: User
    ) -> None:
        row = question_of(draft, "webmail")
        new = AnswerRow("", "新しい", "New", to="scope")
        save(draft, replace(row, answers=(new, *row.answers)))
        editing.publish_version(version=draft, note="", by=editor)
        again = editing.draft_of(checklist=checklist, by=editor)
        save(again, row)
        save(again, replace(row, answers=(new, *row.answers)))
        assert question_of(again, "webmail").answers[0].key == "a2"

    def test_saving_what_stands_changes_nothing(self, draft: Version) -> None:
        before = editing.read(draft)
        for row in before.questions:
            save(draft, row)
        for outcome in before.outcomes:
            editing.save_outcome(version=draft, row=outcome, seen=drafts.stamp(outcome), by=None)
        assert editing.read(draft) == before

    def test_destinations_are_made_while_saving(self, draft: Version) -> None:
        row = question_of(draft, "webmail")
        new = (AnswerRow("", "甲", "A", to=editing.NEW), AnswerRow("", "乙", "B", outcome=editing.NEW))
        made = save(draft, replace(row, answers=(*new, *row.answers)))
        assert made == [drafts.Made(Place.QUESTION, "q1"), drafts.Made(Place.OUTCOME, "o1")]
        now = question_of(draft, "webmail").answers
        assert (now[0].to, now[1].outcome) == ("q1", "o1")
        assert len(words(draft)) == 5

    def test_removing_one_leaves_loose_ends_that_are_named(self, draft: Version, editor: User) -> None:
        before = drafts.ways_to(editing.read(draft), Place.QUESTION)["webmail"]
        editing.remove_question(version=draft, key="webmail", by=editor)
        loose = [mark for mark in check(editing.read(draft)).problems if mark.answer]
        assert {(m.key, m.answer) for m in loose} == {(question, a.key) for question, a in before}
        with pytest.raises(Gone):
            editing.remove_question(version=draft, key="webmail", by=editor)
        editing.remove_question(version=draft, key="outage", by=editor)
        assert any("最初の質問" in word for word in words(draft))

    def test_two_at_once_lose_nothing(self, draft: Version, editor: User) -> None:
        mine = question_of(draft, "webmail")
        seen = drafts.stamp(mine)
        save(draft, replace(mine, text_ja="同僚の言葉"))
        with pytest.raises(Stale) as refused:
            editing.save_question(version=draft, row=replace(mine, text_ja="私の言葉"), seen=seen, by=editor)
        assert isinstance(refused.value.now, QuestionRow)
        assert refused.value.now.text_ja == "同僚の言葉"
        assert question_of(draft, "webmail").text_ja == "同僚の言葉"


class TestElsewhere:
    """What is not of this version is refused."""

    @pytest.mark.parametrize(
        "answer",
        [
            AnswerRow("no-such", "x", "x", to="scope"),
            AnswerRow("", "x", "x", to="of-another-checklist"),
            AnswerRow("", "x", "x", outcome="of-another-checklist"),
            AnswerRow("", "x", "x", to="scope", outcome="outage"),
        ],
    )
    def test_answers(self, draft: Version, answer: AnswerRow) -> None:
        other = editing.new_checklist(slug="x", symptom="other", title_ja="x", title_en="", by=None)
        Question.objects.create(version=other, key="of-another-checklist")
        editing.add_outcome(version=other, by=None)
        Outcome.objects.filter(version=other).update(key="of-another-checklist")
        row = question_of(draft, "webmail")
        with pytest.raises(Elsewhere):
            save(draft, replace(row, answers=(answer, *row.answers)))
        assert question_of(draft, "webmail") == row

    def test_causes_and_articles(self, draft: Version) -> None:
        row = outcome_of(draft, "outage")
        for wrong in (replace(row, cause="none"), replace(row, articles=("none",))):
            with pytest.raises(Elsewhere):
                editing.save_outcome(version=draft, row=wrong, seen=drafts.stamp(row), by=None)
        with pytest.raises(Elsewhere):
            save(draft, replace(question_of(draft, "webmail"), article="none"))


class TestChecklists:
    def test_a_copy_is_a_draft_of_its_own(self, checklist: Checklist, editor: User) -> None:
        made = editing.copy_checklist(
            checklist=checklist, slug="copy", title_ja="写し", title_en="Copy", by=editor
        )
        file = editing.read(published(checklist))
        assert editing.read(made) == replace(file, slug="copy", title_ja="写し", title_en="Copy")
        assert (made.checklist.published(), made.status) == (None, "draft")

    def test_a_new_one_is_filled_and_published(self, checklist: Checklist, editor: User) -> None:
        draft = editing.new_checklist(
            slug="new", symptom="other", title_ja="新しい", title_en="New", by=editor
        )
        assert any("最初の質問" in word for word in words(draft))
        question = editing.add_question(version=draft, by=editor)
        outcome = editing.add_outcome(version=draft, by=editor)
        row = outcome_of(draft, outcome.key)
        full: dict[str, Any] = dict.fromkeys(("title_ja", "reason_ja", "steps_ja"), "文")
        editing.save_outcome(
            version=draft, row=replace(row, cause="not-mail", **full), seen=drafts.stamp(row), by=editor
        )
        asked = question_of(draft, question.key)
        unknown = replace(asked.answers[0], outcome=outcome.key)
        save(draft, replace(asked, text_ja="問い", answers=(unknown,)))
        assert words(draft) == []
        editing.publish_version(version=draft, note="", by=editor)
        walk = walks.begin(checklist=Checklist.objects.get(slug="new"), language="ja")
        assert walks.answer(walk=walk, question="q1", answer="unknown").place.outcome == outcome.key


class TestFaults:
    def file(self, **more: Any) -> ChecklistFile:
        answer = AnswerRow("u", "わからない", "I don't know", unknown=True, outcome="end")
        question = QuestionRow("a", "問い", "Question", answers=(answer,))
        outcome = OutcomeRow("end", "server-outage", "終", "End", "理", "R", "手", "S", "文", "L")
        return replace(
            ChecklistFile("x", "other", "題", "Title", "a", questions=(question,), outcomes=(outcome,)),
            **more,
        )

    @pytest.mark.parametrize(
        ("question", "answer", "outcome", "words"),
        [
            ({"text_ja": ""}, {}, {}, "1「Question」：「質問（日本語）」がまだありません。"),
            ({}, {"text_ja": ""}, {}, "1「問い」 = 「I don't know」：「答え（日本語）」がまだありません。"),
            ({}, {}, {"steps_ja": "\n"}, "「手順（日本語・Markdown）」がまだありません。"),
            ({"fact": "nonsense"}, {}, {}, "nonsense"),
            ({"fact": "in_spam"}, {"value": "maybe"}, {}, "迷惑メール"),
            ({}, {"value": "yes"}, {}, "値があります"),
            ({"test_ja": "# 題"}, {}, {}, "表示できません"),
            ({}, {"unknown": False}, {}, "わからない"),
        ],
    )
    def test_in_words(self, knowledge: None, question: Any, answer: Any, outcome: Any, words: str) -> None:
        good = self.file()
        assert check(good).problems == check(good).warnings == ()
        row = good.questions[0]
        bad = replace(
            good,
            questions=(replace(row, answers=(replace(row.answers[0], **answer),), **question),),
            outcomes=(replace(good.outcomes[0], **outcome),),
        )
        (mark,) = check(bad).problems
        assert words in mark.words
        assert mark.key in {"a", "end"}

    def test_warnings_do_not_keep_it_back(self, knowledge: None) -> None:
        good = self.file()
        doubtful = replace(good, outcomes=(replace(good.outcomes[0], letter_ja="", reason_en=""),))
        checked = check(doubtful)
        assert checked.problems == ()
        assert [mark.key for mark in checked.warnings] == ["end", "end"]
        assert "転送する文" in checked.warnings[0].words


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_editors_at_the_same_moment(knowledge: None, editor: User) -> None:
    """The second waits for the first, and is told."""
    checklist = Checklist.objects.get(slug="nothing-arrives")
    draft = editing.draft_of(checklist=checklist, by=editor)
    row = question_of(draft, "webmail")
    seen = drafts.stamp(row)
    told: list[str] = []

    def write(text: str) -> None:
        try:
            editing.save_question(version=draft, row=replace(row, text_ja=text), seen=seen, by=editor)
            told.append(text)
        except Stale:
            told.append("stale")
        finally:
            close_old_connections()
            connection.close()

    both = [Thread(target=write, args=(text,)) for text in ("甲", "乙")]
    for thread in both:
        thread.start()
        time.sleep(0.01)
    for thread in both:
        thread.join()
    assert sorted(told)[-1] == "stale" or told.count("stale") == 1
    assert question_of(draft, "webmail").text_ja in told
    assert Answer.objects.filter(question__version=draft, question__key="webmail").count() == len(row.answers)


def test_what_has_changed_is_said_in_words(checklist: Checklist, draft: Version, editor: User) -> None:
    row = question_of(draft, "webmail")
    changed = replace(row.answers[0], text_ja="見える", to="", outcome="outage", value="no")
    new = AnswerRow("", "新しい", "New", to="scope")
    save(draft, replace(row, answers=(changed, *row.answers[2:], new)))
    editing.move_question(version=draft, key="outage", up=False, by=editor)
    lost = editing.add_outcome(version=draft, by=editor)
    file = editing.read(draft)
    whole, question, outcome = changes(editing.read(published(checklist)), file)
    assert [row.label for row in whole.rows] == ["質問の順"]
    assert (question.key, question.kind, outcome.key, outcome.kind) == (
        "webmail",
        "changed",
        lost.key,
        "added",
    )
    told = {row.label: (row.before, row.after) for row in question.rows}
    assert told["答え「届いていない」"] == ("届いていない → 3「届かないのは、1つのアドレスだけですか」", "")
    assert told["答え「見える」：答え（日本語）"] == ("届いている", "見える")
    assert "障害" in told["答え「見える」：行き先"][1]
    assert told["答え「新しい」"] == ("", "新しい → 3「届かないのは、1つのアドレスだけですか」")
    assert told["答え「見える」：事実の値"] != ("yes", "no")


def test_what_came_or_went_is_told_with_all_its_texts(
    checklist: Checklist, draft: Version, editor: User
) -> None:
    editing.remove_outcome(version=draft, key="mailbox-full", by=editor)
    key = editing.add_question(version=draft, by=editor).key
    save(draft, replace(question_of(draft, key), text_ja="新しい問い", hint_ja="ヒント"))
    told = {g.key: g for g in changes(editing.read(published(checklist)), editing.read(draft))}
    rows = [(row.label, row.before, row.after) for row in told[key].rows]
    assert rows[:2] == [("質問（日本語）", "", "新しい問い"), ("ヒント（日本語）", "", "ヒント")]
    assert len(rows) == 3  # the answer of those who do not know
    gone = {row.label: (row.before, row.after) for row in told["mailbox-full"].rows}
    outcome = outcome_of(published(checklist), "mailbox-full")
    assert gone["手順（日本語・Markdown）"] == (outcome.steps_ja, "")
    assert gone["原因"] == ("メールサーバーがいっぱい", "")
    assert gone["記事"][0].count("\n") == len(outcome.articles) - 1
