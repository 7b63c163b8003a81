"""The pages around publishing: what will change, what is wrong, who may, and nothing unseen."""

import random
from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from faq.models import Checklist, Version
from faq.rules.compare import Place
from faq.rules.content import QuestionRow
from faq.rules.runs import Run, runs
from faq.services import draft as drafts
from faq.services import editing
from faq.services.walk import answer, begin

pytestmark = pytest.mark.django_db
WRITING = ("publish", "discard")
MOST = 45
"""Statements of a page that compares two versions, however many questions they have."""


@pytest.fixture
def checklist(knowledge: None) -> Checklist:
    return Checklist.objects.get(slug="nothing-arrives")


@pytest.fixture
def live(checklist: Checklist) -> Version:
    version = checklist.published()
    assert version
    return version


@pytest.fixture
def draft(checklist: Checklist, editor: User) -> Version:
    return editing.draft_of(checklist=checklist, by=editor)


@pytest.fixture
def changed(draft: Version) -> Version:
    """A draft that asks something else."""
    save(draft, "webmail", text_ja="ウェブメールに、新しいメールが来ていますか")
    return draft


@pytest.fixture
def writer(editor: User) -> Client:
    client = Client()
    client.force_login(editor, backend="django.contrib.auth.backends.ModelBackend")
    return client


def address(name: str, version: Version) -> str:
    return reverse(f"admin:faq_version_{name}", args=[version.pk])


def page(client: Client, name: str, version: Version, status: Any = 200, **query: Any) -> str:
    response = client.get(address(name, version), query)
    assert response.status_code == status
    return unescape(response.content.decode())


def seen(version: Version) -> str:
    return drafts.stamp(editing.read(version))


def row_of(version: Version, key: str) -> QuestionRow:
    row = drafts.row_of(editing.read(version), Place.QUESTION, key)
    assert isinstance(row, QuestionRow)
    return row


def save(version: Version, key: str, **texts: Any) -> None:
    row = row_of(version, key)
    editing.save_question(version=version, row=replace(row, **texts), seen=drafts.stamp(row), by=None)


def break_one(version: Version) -> None:
    """An answer of the second question leads nowhere."""
    row = row_of(version, "webmail")
    save(version, "webmail", answers=(replace(row.answers[0], to="", outcome=""), *row.answers[1:]))


def statuses() -> list[tuple[int, str]]:
    return list(Version.objects.order_by("pk").values_list("pk", "status"))


class TestPublish:
    def test_what_will_change_is_shown_with_the_words_marked(self, writer: Client, changed: Version) -> None:
        html = page(writer, "publish", changed)
        assert "変わるところは1つです" in html
        assert '≠</span> 変更</span> <a href="' in html
        assert "ウェブメールに<del>は</del>、新しいメールが<del>届い</del>ていますか" in html
        assert "新しいメールが<ins>来</ins>ていますか" in html
        question = changed.questions.get(key="webmail")
        assert reverse("admin:faq_question_change", args=[question.pk]) in html

    def test_what_came_and_went_is_told_by_a_word_and_a_sign(self, writer: Client, draft: Version) -> None:
        editing.add_outcome(version=draft, by=None)
        editing.remove_question(version=draft, key="webmail", by=None)
        html = page(writer, "publish", draft)
        assert "＋</span> 追加" in html
        assert "−</span> 削除" in html
        gone = editing.read(draft.checklist.versions.get(number=1)).questions[1]
        assert gone.key == "webmail"
        assert gone.hint_ja.splitlines()[0] in html

    def test_it_is_published_with_its_note(
        self, writer: Client, checklist: Checklist, live: Version, changed: Version, editor: User
    ) -> None:
        data = {"note": "言い直した\x00", "seen": seen(changed)}
        assert writer.post(address("publish", changed), data).status_code == 422
        data["note"] = " 言い直した\x07 "
        response = writer.post(address("publish", changed), data, follow=True)
        assert "公開しました" in response.content.decode()
        changed.refresh_from_db()
        assert checklist.published() == changed
        assert (changed.note, changed.published_by) == ("言い直した", editor)
        live.refresh_from_db()
        assert live.status == Version.Status.RETIRED

    def test_walks_that_have_begun_are_counted(
        self, writer: Client, checklist: Checklist, changed: Version
    ) -> None:
        assert "すでに始めている人" not in page(writer, "publish", changed)
        for _ in range(3):
            walk = begin(checklist=checklist, language="ja")
        answer(walk=walk, question="outage", answer="yes")
        walk.refresh_from_db()
        assert walk.finished
        assert "（2人）" in page(writer, "publish", changed)

    def test_a_fault_is_named_with_its_path_and_keeps_it_back(
        self, writer: Client, checklist: Checklist, live: Version, draft: Version
    ) -> None:
        break_one(draft)
        path = "→ 2「ウェブメールには、新しいメールが届いていますか」：答え「届いている」の先がありません"
        question = draft.questions.get(key="webmail")
        html = page(writer, "publish", draft)
        assert path in html
        assert reverse("admin:faq_question_change", args=[question.pk]) in html
        assert "この変更を公開する" not in html
        response = writer.post(address("publish", draft), {"note": "書いたこと", "seen": seen(draft)})
        assert response.status_code == 422
        html = unescape(response.content.decode())
        assert path in html
        assert "書いたメモ：書いたこと" in html
        assert checklist.published() == live

    def test_not_what_was_not_seen(
        self, writer: Client, checklist: Checklist, live: Version, changed: Version
    ) -> None:
        before = seen(changed)
        save(changed, "outage", text_ja="同僚が書いた問い")
        for stamp in (before, ""):
            response = writer.post(address("publish", changed), {"note": "私のメモ", "seen": stamp})
            html = unescape(response.content.decode())
            assert response.status_code == 409
            assert all(words in html for words in ("同僚が書いた問い", 'value="私のメモ"', seen(changed)))
            assert "まだ公開していません" in html
        assert checklist.published() == live

    def test_the_first_version_and_nothing_changed(self, writer: Client, draft: Version) -> None:
        html = page(writer, "publish", draft)
        assert "まだ何も変わっていません" in html
        assert '<button type="submit" class="button default"' not in html
        first = editing.copy_checklist(
            checklist=draft.checklist, slug="copy", title_ja="写し", title_en="", by=None
        )
        html = page(writer, "publish", first)
        assert "これが最初の版です。質問が" in html
        assert "この質問リストを公開する" in html

    def test_too_long_a_note_is_kept_and_refused(self, writer: Client, changed: Version) -> None:
        data = {"note": "あ" * 201, "seen": seen(changed)}
        response = writer.post(address("publish", changed), data)
        assert response.status_code == 422
        assert "あ" * 201 in response.content.decode()

    @pytest.mark.parametrize("name", WRITING)
    def test_what_is_no_draft_any_more(self, writer: Client, live: Version, name: str) -> None:
        before = statuses()
        for response in (
            writer.get(address(name, live), follow=True),
            writer.post(address(name, live), {"note": "", "seen": seen(live)}, follow=True),
        ):
            assert "もう下書きではありません" in response.content.decode()
        assert statuses() == before


class TestDiscard:
    def test_what_would_be_lost_then_it_is_gone(
        self, writer: Client, checklist: Checklist, live: Version, changed: Version, editor: User
    ) -> None:
        html = page(writer, "discard", changed)
        assert "1か所の変更がなくなります" in html
        assert "<ins>来</ins>" in html
        assert checklist.draft() == changed
        name = str(changed)
        response = writer.post(address("discard", changed), {"seen": seen(changed)}, follow=True)
        assert "下書きを捨てました" in response.content.decode()
        assert checklist.draft() is None
        assert checklist.published() == live
        assert LogEntry.objects.get().object_repr == name
        assert page(writer, "discard", changed, 404)

    def test_not_what_was_not_seen(self, writer: Client, checklist: Checklist, changed: Version) -> None:
        before = seen(changed)
        save(changed, "outage", text_ja="同僚が書いた問い")
        response = writer.post(address("discard", changed), {"seen": before})
        assert response.status_code == 409
        assert "同僚が書いた問い" in response.content.decode()
        assert checklist.draft() == changed
        assert not LogEntry.objects.exists()


class TestRestore:
    def test_an_older_state_becomes_a_draft(
        self, writer: Client, checklist: Checklist, live: Version, changed: Version, editor: User
    ) -> None:
        old = editing.read(live)
        editing.publish_version(version=changed, note="", by=editor)
        assert "この版の内容を下書きにする" in page(writer, "compare", live)
        response = writer.post(address("restore", live), follow=True)
        assert "下書きにしました" in response.content.decode()
        draft = checklist.draft()
        assert draft
        assert editing.read(draft) == old

    def test_over_no_other_draft(self, writer: Client, live: Version, changed: Version) -> None:
        response = writer.post(address("restore", live), follow=True)
        html = unescape(response.content.decode())
        assert "書きかけの下書きがあります" in html
        assert reverse("admin:faq_version_change", args=[changed.pk]) in html

    def test_never_by_a_link(self, writer: Client, live: Version) -> None:
        assert writer.get(address("restore", live)).status_code == 405


class TestCompare:
    def test_any_two_versions(
        self, writer: Client, checklist: Checklist, live: Version, changed: Version, editor: User
    ) -> None:
        editing.publish_version(version=changed, note="言い直した", by=editor)
        last = editing.draft_of(checklist=checklist, by=editor)
        for version, other in ((live, changed), (changed, live)):
            html = page(writer, "compare", version, **{"with": other.pk})
            assert html.index("第1版（旧版）</a></h2>") < html.index("第2版（公開）</a></h2>")
            assert "<ins>来</ins>" in html
            assert "言い直した" in html
            assert "suzuki" in html
        assert "どちらも同じ内容です" in page(writer, "compare", last)
        assert "違う版を2つ" in page(writer, "compare", last, **{"with": last.pk})
        assert "違うところは1つ" in page(writer, "compare", last, **{"with": live.pk})

    def test_the_usual_ones(self, writer: Client, live: Version, changed: Version) -> None:
        assert "違うところは1つ" in page(writer, "compare", changed)
        assert "違う版を2つ" in page(writer, "compare", live)
        alone = Checklist.objects.get(slug="suspicious").published()
        assert alone
        assert "くらべる相手がありません" in page(writer, "compare", alone)

    def test_the_form_chooses_both(self, writer: Client, live: Version, changed: Version) -> None:
        response = writer.get(address("compare", changed), {"of": live.pk, "with": changed.pk})
        assert response["Location"] == f"{address('compare', live)}?with={changed.pk}"

    def test_versions_of_other_checklists_are_none(self, writer: Client, changed: Version) -> None:
        other = Checklist.objects.get(slug="suspicious").published()
        assert other
        for name in ("with", "of"):
            page(writer, "compare", changed, 404, **{name: other.pk})
            page(writer, "compare", changed, 404, **{name: 10**30})
            for rubbish in ("\x00", "x", "-1", "", "１", "1\x00"):
                page(writer, "compare", changed, **{name: rubbish})


class TestRights:
    @pytest.mark.parametrize("name", ["publish", "discard", "restore"])
    def test_agents_may_not_write(self, staff_client: Client, changed: Version, name: str) -> None:
        before = statuses()
        assert staff_client.post(address(name, changed), {"seen": seen(changed)}).status_code == 403
        assert staff_client.get(address(name, changed)).status_code == (405 if name == "restore" else 403)
        assert statuses() == before

    @pytest.mark.parametrize("name", ["publish", "discard", "restore", "compare"])
    def test_strangers_log_in(self, client: Client, changed: Version, name: str) -> None:
        for response in (client.get(address(name, changed)), client.post(address(name, changed))):
            assert response.status_code == 302
            assert "/login/" in response["Location"]

    def test_agents_compare_without_buttons(
        self, staff_client: Client, live: Version, changed: Version, editor: User
    ) -> None:
        assert "この下書きを公開する" not in page(staff_client, "compare", changed)
        editing.publish_version(version=changed, note="", by=editor)
        assert "下書きにする" not in page(staff_client, "compare", live)

    def test_looking_changes_nothing(self, writer: Client, changed: Version) -> None:
        before = statuses(), seen(changed)
        for name in ("publish", "discard", "compare", "try"):
            page(writer, name, changed, note="x", seen=seen(changed), post="yes")
            assert writer.head(address(name, changed)).status_code == 200
        assert (statuses(), seen(changed)) == before


@pytest.mark.parametrize("name", ["publish", "discard", "compare"])
def test_statements_do_not_grow_with_questions(
    writer: Client, changed: Version, editor: User, name: str
) -> None:
    def count() -> int:
        with CaptureQueriesContext(
            connection,
        ) as caught:
            page(writer, name, changed)
        return len(caught)

    count()
    few = count()
    for _ in range(5):
        editing.add_question(version=changed, by=editor)
        editing.add_outcome(version=changed, by=editor)
    assert count() == few <= MOST


class TestRuns:
    """Which words changed."""

    def test_japanese_by_characters_and_latin_by_words(self) -> None:
        old, new = runs("Gmailの迷惑メールを見る", "Outlookの迷惑メールを見ます")
        assert [r.text for r in old if r.changed] == ["Gmail", "る"]
        assert [r.text for r in new if r.changed] == ["Outlook", "ます"]

    def test_written_anew_is_not_peppered_with_marks(self) -> None:
        old, new = runs("迷惑メールを見ましたか", "電源は入っていますか")
        assert (len(old), len(new)) == (1, 1)
        assert old[0].changed

    def test_lines_that_stayed_are_not_marked(self) -> None:
        old, new = runs("一行目\n二行目です\n三行目", "一行目\n二番目です\n三行目\n四行目")
        assert old[0] == Run("一行目\n二", False)
        assert [r.text for r in new if r.changed] == ["番", "\n四行目"]

    def test_joined_they_are_the_texts_again(self) -> None:
        dice = random.Random(7)
        for _ in range(300):
            texts = ["".join(dice.choices("あいa1 \n、b", k=dice.randrange(60))) for _ in range(2)]
            old, new = runs(*texts)
            assert ["".join(r.text for r in side) for side in (old, new)] == texts
            both = [[r.text for r in side if not r.changed] for side in (old, new)]
            assert "".join(both[0]) == "".join(both[1])

    def test_long_texts_are_not_compared_word_by_word(self) -> None:
        old, new = runs("あ" * 100_000, "い" + "あ" * 100_000)
        assert old == [Run("あ" * 100_000, True)]
        assert len(new) == 1
