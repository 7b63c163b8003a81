"""The pages of a question and of an outcome: what is typed is saved, or shown again, never lost."""

from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from faq.admin.checklist.typed import merge, typed_of
from faq.models import Article, Checklist, Outcome, Question, Version
from faq.rules.compare import Place
from faq.rules.content import AnswerRow, OutcomeRow, QuestionRow
from faq.services import draft as drafts
from faq.services import editing

pytestmark = pytest.mark.django_db
MOST = 60
"""Statements of a page, however many questions and answers there are."""
STALE = "ほかの人がこのページを保存しました"


class Fields(HTMLParser):
    """What a browser would send of the form of a page, without its buttons."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.data: dict[str, str] = {}
        self._area = self._select = ""
        self._inside = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name = given.get("name", "")
        if tag == "form":
            self._inside = "novalidate" in given
        if not self._inside:
            return
        if tag == "input" and (given.get("type") != "checkbox" or "checked" in given):
            self.data[name] = given.get("value", "on" if given.get("type") == "checkbox" else "")
        elif tag == "textarea":
            self._area, self.data[name] = name, ""
        elif tag == "select":
            self._select, self.data[name] = name, ""
        elif tag == "option" and self._select and "selected" in given:
            self.data[self._select] = given["value"]

    def handle_data(self, data: str) -> None:
        if self._area:
            # The first line end after the tag is none of the text.
            self.data[self._area] += data if self.data[self._area] else data.removeprefix("\n")

    def handle_endtag(self, tag: str) -> None:
        self._area = "" if tag == "textarea" else self._area
        self._select = "" if tag == "select" else self._select
        self._inside = self._inside and tag != "form"


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


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def writer(editor: User) -> Client:
    return client_of(editor)


def address(part: Question | Outcome) -> str:
    name = "question" if isinstance(part, Question) else "outcome"
    return reverse(f"admin:faq_{name}_change", args=[part.pk])


def question(version: Version, key: str = "webmail") -> Question:
    return version.questions.get(key=key)


def page(client: Client, part: Question | Outcome, status: int = 200) -> str:
    response = client.get(address(part))
    assert response.status_code == status
    return response.content.decode()


def form(client: Client, part: Question | Outcome) -> dict[str, str]:
    return Fields(page(client, part)).data


def send(client: Client, part: Question | Outcome, data: dict[str, str], status: int = 302) -> str:
    response = client.post(address(part), data)
    html = response.content.decode()
    assert response.status_code == status, unescape(html)[:5000]
    return html


def row_of(version: Version, key: str = "webmail") -> QuestionRow:
    row = drafts.row_of(editing.read(version), Place.QUESTION, key)
    assert isinstance(row, QuestionRow)
    return row


def outcome_row(version: Version, key: str) -> OutcomeRow:
    row = drafts.row_of(editing.read(version), Place.OUTCOME, key)
    assert isinstance(row, OutcomeRow)
    return row


def colleague(version: Version, key: str = "webmail", **texts: Any) -> None:
    row = row_of(version, key)
    editing.save_question(version=version, row=replace(row, **texts), seen=drafts.stamp(row), by=None)


class TestQuestion:
    @pytest.mark.parametrize("slug", ["nothing-arrives", "suspicious", "some-providers"])
    def test_saving_what_is_shown_changes_nothing(self, knowledge: None, writer: Client, slug: str) -> None:
        version = editing.draft_of(checklist=Checklist.objects.get(slug=slug), by=None)
        before = editing.read(version)
        for each in version.questions.all():
            send(writer, each, form(writer, each))
        for outcome in version.outcomes.all():
            send(writer, outcome, form(writer, outcome))
        assert editing.read(version) == before

    def test_everything_is_saved(self, writer: Client, draft: Version) -> None:
        part, before = question(draft), row_of(draft)
        data = form(writer, part)
        data |= {
            "text_ja": "新しい問い",
            "hint_en": "A hint",
            "path_ja": "Gmail: 設定 > 受信",
            "test_ja": "1. 送る",
        }
        data |= {"fact": "in_spam", "article": "mailbox-full"}
        data |= {"answer-1-text_ja": "あった", "answer-1-more_en": "second", "answer-1-value": "yes"}
        data |= {"answer-2-value": "no", "answer-3-value": "", "answer-1-goes": "outcome:outage"}
        data |= {f"answer-{n}-value": "" for n in range(3, len(before.answers) + 1)}
        send(writer, part, data)
        row = row_of(draft)
        assert (row.text_ja, row.hint_en, row.path_ja) == ("新しい問い", "A hint", "Gmail: 設定 > 受信")
        assert (row.test_ja, row.fact, row.article) == ("1. 送る\n", "in_spam", "mailbox-full")
        first = row.answers[0]
        assert (first.key, first.text_ja, first.more_en) == (before.answers[0].key, "あった", "second")
        assert (first.value, first.to, first.outcome) == ("yes", "", "outage")
        assert row.answers[1].value == "no"
        assert "保存しました" in unescape(page(writer, part))

    def test_there_is_always_one_empty_answer_which_becomes_a_new_one(
        self, writer: Client, draft: Version
    ) -> None:
        part, number = question(draft), len(row_of(draft).answers)
        data = form(writer, part)
        assert data["rows"] == str(number + 1)
        data |= {f"answer-{number + 1}-text_ja": "メールを使っていない", f"answer-{number + 1}-unknown": "on"}
        send(writer, part, data)
        last = row_of(draft).answers[-1]
        assert (last.text_ja, last.unknown, len(row_of(draft).answers)) == (
            "メールを使っていない",
            True,
            number + 1,
        )
        assert f"答え{number + 1}：メールを使っていない" in unescape(page(writer, part)).replace(
            "答え ", "答え"
        )

    def test_another_answer_keeps_what_was_typed_and_saves_nothing(
        self, writer: Client, draft: Version
    ) -> None:
        part, before = question(draft), row_of(draft)
        data = form(writer, part) | {"text_ja": "書きかけ", "answer-1-goes": "outcome:+", "_add": "1"}
        again = Fields(send(writer, part, data, 200)).data
        assert again["rows"] == str(int(data["rows"]) + 1)
        assert (again["text_ja"], again["answer-1-goes"]) == ("書きかけ", "outcome:+")
        assert again["seen"] == data["seen"]
        assert row_of(draft) == before

    def test_up_and_down(self, writer: Client, draft: Version) -> None:
        part, before = question(draft), row_of(draft)
        data = form(writer, part) | {"answer-1-text_ja": "書きかけ", "_move": "1:down"}
        again = Fields(send(writer, part, data, 200)).data
        assert again["answer-2-text_ja"] == "書きかけ"
        assert row_of(draft) == before
        again = Fields(send(writer, part, again | {"_move": "3:up"}, 200)).data
        send(writer, part, again)
        keys = [answer.key for answer in before.answers]
        assert [a.key for a in row_of(draft).answers] == [keys[1], keys[2], keys[0], *keys[3:]]
        after = row_of(draft)
        for strange in ("0:up", "99:up", "x", "-1:up", "²:up", "", "1" * 5000):
            html = send(writer, part, form(writer, part) | {"_move": strange, "text_ja": "x" * 300}, 200)
            assert "x" * 300 in html
        assert row_of(draft) == after

    def test_an_answer_is_removed_whatever_stands_in_it(self, writer: Client, draft: Version) -> None:
        part, before = question(draft), row_of(draft)
        send(writer, part, form(writer, part) | {"answer-2-remove": "on", "answer-2-text_ja": "x" * 500})
        assert row_of(draft).answers == (before.answers[0], *before.answers[2:])

    def test_new_places_are_made_and_linked(self, writer: Client, draft: Version) -> None:
        part = question(draft)
        data = form(writer, part) | {"answer-1-goes": "question:+", "answer-2-goes": "outcome:+"}
        response = writer.post(address(part), data, follow=True)
        html = unescape(response.content.decode())
        first, second = row_of(draft).answers[:2]
        assert first.to
        assert second.outcome
        assert address(draft.questions.get(key=first.to)) in html
        assert address(draft.outcomes.get(key=second.outcome)) in html
        assert "まだ空です" in html

    def test_where_saving_leads(self, writer: Client, draft: Version) -> None:
        keys = [row.key for row in editing.read(draft).questions]
        part, after = question(draft, keys[0]), question(draft, keys[1])
        assert writer.post(address(part), form(writer, part))["Location"] == address(part)
        data = form(writer, part)
        home = reverse("admin:faq_version_change", args=[draft.pk])
        assert writer.post(address(part), data | {"_back": "1"})["Location"] == home
        assert writer.post(address(part), data | {"_next": "1"})["Location"] == address(after)
        last = question(draft, keys[-1])
        assert writer.post(address(last), form(writer, last) | {"_next": "1"})["Location"] == address(last)
        assert "_next" not in page(writer, last)

    def test_links_to_neighbours_and_into_the_try_out(self, writer: Client, draft: Version) -> None:
        keys = [row.key for row in editing.read(draft).questions]
        html = unescape(page(writer, question(draft, keys[1])))
        assert f'href="{address(question(draft, keys[0]))}" rel="prev"' in html
        assert f'href="{address(question(draft, keys[2]))}" rel="next"' in html
        tried = writer.get(f"{reverse('admin:faq_version_try', args=[draft.pk])}?given=outage%3Ano")
        assert "?given=outage%3Ano" in html
        assert question(draft, keys[1]).text_ja in unescape(tried.content.decode())

    def test_faults_of_this_question_are_told(self, writer: Client, draft: Version) -> None:
        row = row_of(draft)
        colleague(draft, answers=(replace(row.answers[0], to="", outcome=""), *row.answers[1:]))
        html = unescape(page(writer, question(draft)))
        assert "の先がありません" in html
        assert 'href="#answer-1"' in html
        assert "の先がありません" not in unescape(page(writer, question(draft, "outage")))


class TestWhatIsWrong:
    def test_a_value_that_is_none_of_the_fact(self, writer: Client, draft: Version) -> None:
        part, before = question(draft), row_of(draft)
        data = form(writer, part) | {"fact": "quota_full", "answer-1-value": "cannot-open"}
        html = unescape(send(writer, part, data, 422))
        assert 'href="#id_answer-1-value"' in html
        assert "「開けない」は「メールの使用量」の値ではありません" in html
        assert row_of(draft) == before
        html = unescape(send(writer, part, form(writer, part) | {"fact": ""}, 422))
        assert "この質問には事実がない" in html

    def test_values_of_another_fact_can_be_asked_for(self, writer: Client, draft: Version) -> None:
        part = question(draft)
        html = unescape(send(writer, part, form(writer, part) | {"fact": "touched", "_values": "1"}, 200))
        assert '<option value="entered">' in html

    def test_a_fact_of_free_words_takes_any(self, writer: Client, draft: Version) -> None:
        part = question(draft)
        data = form(writer, part) | {"fact": "device", "answer-1-value": "iphone"}
        send(writer, part, data)
        assert row_of(draft).answers[0].value == "iphone"

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("text_ja", "長" * 201),
            ("hint_ja", "長" * 8001),
            ("answer-1-text_ja", "長" * 121),
            ("answer-1-more_en", "x" * 201),
            ("text_en", "a\0b"),
            ("answer-2-text_en", "a\0b"),
            ("fact", "x\0"),
            ("fact", "nothing"),
            ("article", "nothing"),
            ("answer-1-goes", "question:nothing"),
            ("answer-1-goes", "outcome:\0"),
            ("answer-1-value", "\0"),
            ("test_ja", "[どこか](faq:nowhere)"),
            ("test_en", "[somewhere](faq:nowhere)"),
        ],
    )
    def test_it_is_said_at_the_field(self, writer: Client, draft: Version, name: str, value: str) -> None:
        part, before = question(draft), row_of(draft)
        data = form(writer, part) | {name: value, "hint_en": "書きかけ"}
        html = unescape(send(writer, part, data, 422))
        assert f'href="#id_{name}"' in html
        assert f'id="id_{name}_error"' in html
        assert ("このままでは表示できません" in html) == name.startswith("test_")
        assert "書きかけ" in html
        assert row_of(draft) == before
        if name.startswith("answer-") and name.endswith("_en"):
            assert html.count("<details open>") == 2

    @pytest.mark.parametrize("rows", ["", "x", "99999", "-1", "²", "9" * 5000, "0"])
    def test_a_form_that_is_none(self, writer: Client, draft: Version, rows: str) -> None:
        part, before = question(draft), row_of(draft)
        seen = form(writer, part)["seen"]
        html = send(writer, part, {"rows": rows, "text_ja": "x" * 300, "seen": seen}, 422)
        assert "x" * 300 in html
        send(writer, part, {}, 409)
        assert row_of(draft) == before

    def test_a_key_that_is_none_makes_a_new_answer(self, writer: Client, draft: Version) -> None:
        part, before = question(draft), row_of(draft)
        data = form(writer, part)
        send(writer, part, data | {"answer-1-key": "strange", "answer-2-key": before.answers[2].key})
        keys = [answer.key for answer in row_of(draft).answers]
        assert len(set(keys)) == len(before.answers)
        assert "strange" not in keys


class TestMeanwhile:
    def test_a_colleague_has_saved(self, writer: Client, draft: Version) -> None:
        part, row = question(draft), row_of(draft)
        data = form(writer, part) | {"hint_ja": "わたしのヒント", "answer-1-text_ja": "わたしの答え"}
        new = AnswerRow(key="", text_ja="同僚の新しい答え", text_en="New", outcome="outage")
        answers = (replace(row.answers[0], text_en="Theirs"), *row.answers[2:], new)
        colleague(draft, text_ja="同僚の問い", answers=answers)
        after = row_of(draft)
        html = send(writer, part, data, 409)
        shown, again = unescape(html), Fields(html).data
        assert STALE in shown
        assert "わたしのヒント" in shown
        assert "同僚の新しい答え" in shown
        assert row_of(draft) == after
        # Untouched here: the colleague's. Touched here: mine.
        assert (again["text_ja"], again["hint_ja"]) == ("同僚の問い", "わたしのヒント")
        assert (again["answer-1-text_ja"], again["answer-1-text_en"]) == ("わたしの答え", "Theirs")
        assert (again["answer-1-key"], again["answer-2-key"]) == (row.answers[0].key, "")
        assert again["answer-2-text_ja"] == row.answers[1].text_ja
        assert "ほかの人がこの答えを消しました" in shown
        send(writer, part, again)
        saved = row_of(draft)
        assert [a.text_ja for a in saved.answers] == [
            "わたしの答え",
            *(a.text_ja for a in row.answers[1:]),
            "同僚の新しい答え",
        ]
        assert saved.answers[-1].key == after.answers[-1].key
        assert (saved.text_ja, saved.hint_ja) == ("同僚の問い", "わたしのヒント")

    def test_both_changed_the_same_field(self, writer: Client, draft: Version) -> None:
        part = question(draft)
        data = form(writer, part) | {"text_ja": "わたしの問い"}
        colleague(draft, text_ja="同僚の問い")
        html = send(writer, part, data, 409)
        assert Fields(html).data["text_ja"] == "わたしの問い"
        assert "ほかの人もここを変えました" in unescape(html)
        assert "<ins>" in html or "同僚の問い" in unescape(html)

    def test_the_colleague_has_moved_answers(self, writer: Client, draft: Version) -> None:
        part, row = question(draft), row_of(draft)
        data = form(writer, part) | {"answer-1-text_ja": "わたしの答え"}
        colleague(draft, answers=(*row.answers[1:], row.answers[0]))
        again = Fields(send(writer, part, data, 409)).data
        send(writer, part, again)
        assert [a.key for a in row_of(draft).answers] == [a.key for a in (*row.answers[1:], row.answers[0])]
        assert row_of(draft).answers[-1].text_ja == "わたしの答え"

    def test_answers_moved_here_stay_so(self, writer: Client, draft: Version) -> None:
        part, row = question(draft), row_of(draft)
        data = Fields(send(writer, part, form(writer, part) | {"_move": "1:down"}, 200)).data
        colleague(draft, answers=(*row.answers[1:], row.answers[0]))
        again = Fields(send(writer, part, data, 409)).data
        assert again["answer-1-key"] == row.answers[1].key
        assert again["answer-2-key"] == row.answers[0].key

    def test_who_it_was(self, writer: Client, draft: Version, boss: User) -> None:
        part, other = question(draft), client_of(boss)
        data = form(writer, part) | {"text_ja": "わたしの問い"}
        send(other, part, form(other, part) | {"text_ja": "同僚の問い"})
        assert "boss" in send(writer, part, data, 409).partition('<form method="post" novalidate')[0]

    def test_without_a_stamp_that_can_be_read(self, writer: Client, draft: Version) -> None:
        part, before = question(draft), row_of(draft)
        data = form(writer, part) | {"text_ja": "わたしの問い", "seen": "x\0"}
        again = Fields(send(writer, part, data, 409)).data
        assert again["text_ja"] == "わたしの問い"
        assert row_of(draft) == before
        send(writer, part, again)
        assert row_of(draft) == replace(before, text_ja="わたしの問い")

    def test_a_place_that_was_chosen_is_gone(self, writer: Client, draft: Version) -> None:
        made = editing.add_outcome(version=draft, by=None)
        part = question(draft)
        data = form(writer, part) | {"answer-1-goes": f"outcome:{made.key}", "text_ja": "書きかけ"}
        editing.remove_outcome(version=draft, key=made.key, by=None)
        html = unescape(send(writer, part, data, 422))
        assert "もうありません" in html
        assert "書きかけ" in html

    def test_it_was_published(self, writer: Client, draft: Version) -> None:
        part = question(draft)
        data = form(writer, part) | {"text_ja": "書きかけの問い"}
        editing.publish_version(version=draft, note="", by=None)
        html = unescape(send(writer, part, data, 409))
        assert "書きかけの問い" in html
        assert reverse("admin:faq_version_change", args=[draft.pk]) in html
        assert row_of(draft).text_ja != "書きかけの問い"

    def test_it_was_removed(self, writer: Client, draft: Version) -> None:
        part = question(draft)
        data = form(writer, part) | {"text_ja": "書きかけの問い"}
        editing.remove_question(version=draft, key="webmail", by=None)
        html = unescape(send(writer, part, data, 409))
        assert "書きかけの問い" in html
        assert "この質問はもうありません" in html
        page(writer, part, 404)

    def test_the_draft_was_thrown_away(self, writer: Client, draft: Version, live: Version) -> None:
        part = question(draft)
        data = form(writer, part) | {"text_ja": "書きかけの問い"}
        editing.discard(version=draft, by=None)
        assert "書きかけの問い" in unescape(send(writer, part, data, 409))
        data |= {"checklist": "0"}
        send(writer, part, data, 302)

    def test_taken_away_between_two_statements(
        self, writer: Client, draft: Version, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        part = question(draft)
        data = form(writer, part) | {"text_ja": "書きかけの問い"}
        before = editing.read(draft)
        without = replace(before, questions=tuple(q for q in before.questions if q.key != "webmail"))
        monkeypatch.setattr(editing, "read", lambda version: without)
        assert "書きかけの問い" in unescape(send(writer, part, data, 409))
        page(writer, part, 404)

    def test_between_reading_and_writing(
        self, writer: Client, draft: Version, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        part, before = question(draft), row_of(draft)
        data = form(writer, part) | {"text_ja": "書きかけの問い"}
        for error, status in (
            (drafts.Stale(before), 409),
            (drafts.Gone("webmail"), 409),
            (drafts.NotADraft(draft), 409),
            (drafts.Elsewhere("x"), 422),
        ):

            def refuse(error: Exception = error, **given: Any) -> None:
                raise error

            monkeypatch.setattr(editing, "save_question", refuse)
            assert "書きかけの問い" in unescape(send(writer, part, data, status))


class TestOutcome:
    def test_everything_is_saved(self, writer: Client, draft: Version) -> None:
        part = draft.outcomes.get(key="outage")
        keys = list(Article.objects.order_by("key").values_list("key", flat=True)[:3])
        data = form(writer, part) | {"title_ja": "新しい題", "steps_en": "1. Wait", "cause": "mailbox-full"}
        data |= {"article_1": keys[2], "article_2": "", "article_3": keys[0], "article_4": keys[2]}
        data |= {"article_5": keys[1], "letter_ja": "お世話になります"}
        send(writer, part, data)
        row = outcome_row(draft, "outage")
        assert (row.title_ja, row.steps_en, row.cause) == ("新しい題", "1. Wait\n", "mailbox-full")
        assert row.articles == (keys[2], keys[0], keys[1])
        assert row.letter_ja == "お世話になります\n"

    def test_more_articles_than_there_is_room_for_are_kept(self, writer: Client, draft: Version) -> None:
        keys = tuple(Article.objects.order_by("key").values_list("key", flat=True)[:7])
        row = outcome_row(draft, "outage")
        new = replace(row, articles=keys)
        editing.save_outcome(version=draft, row=new, seen=drafts.stamp(row), by=None)
        part = draft.outcomes.get(key="outage")
        send(writer, part, form(writer, part))
        assert outcome_row(draft, "outage").articles == keys

    def test_what_leads_here_and_the_missing_letter(self, writer: Client, draft: Version) -> None:
        row = outcome_row(draft, "outage")
        new = replace(row, letter_ja="")
        editing.save_outcome(version=draft, row=new, seen=drafts.stamp(row), by=None)
        html = unescape(page(writer, draft.outcomes.get(key="outage")))
        assert f'href="{address(question(draft, "outage"))}"' in html
        assert "そのまま送れる文" in html.partition('<form method="post" novalidate')[0] or "転送" in html
        assert "given=outage%3Ayes" in html

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("title_ja", "長" * 121),
            ("reason_en", "a\0"),
            ("steps_ja", "[どこか](faq:nowhere)"),
            ("cause", ""),
            ("cause", "nothing"),
            ("article_1", "nothing"),
        ],
    )
    def test_it_is_said_at_the_field(self, writer: Client, draft: Version, name: str, value: str) -> None:
        part, before = draft.outcomes.get(key="outage"), outcome_row(draft, "outage")
        html = unescape(send(writer, part, form(writer, part) | {name: value, "reason_ja": "書きかけ"}, 422))
        assert f'href="#id_{name}"' in html
        assert "書きかけ" in html
        assert outcome_row(draft, "outage") == before

    def test_a_colleague_has_saved(self, writer: Client, draft: Version) -> None:
        part, row = draft.outcomes.get(key="outage"), outcome_row(draft, "outage")
        data = form(writer, part) | {"title_ja": "わたしの題"}
        new = replace(row, reason_ja="同僚の理由", articles=())
        editing.save_outcome(version=draft, row=new, seen=drafts.stamp(row), by=None)
        html = send(writer, part, data, 409)
        assert STALE in unescape(html)
        again = Fields(html).data
        assert (again["title_ja"], again["reason_ja"]) == ("わたしの題", "同僚の理由")
        send(writer, part, again)
        assert outcome_row(draft, "outage") == replace(new, title_ja="わたしの題")


class TestRights:
    def test_agents_read(self, staff_client: Client, draft: Version) -> None:
        for part in (question(draft), draft.outcomes.get(key="outage")):
            html = unescape(page(staff_client, part))
            assert "novalidate" not in html
            assert str(part) in html
            assert staff_client.post(address(part), {"text_ja": "x"}).status_code == 403

    def test_what_was_published_is_read_only(self, writer: Client, live: Version) -> None:
        for part in (question(live), live.outcomes.get(key="outage")):
            html = unescape(page(writer, part))
            assert "novalidate" not in html
            assert "変更は下書きでします" in html
            assert reverse("admin:faq_version_change", args=[live.pk]) in html

    def test_strangers_sign_in_first(self, client: Client, draft: Version) -> None:
        for method in (client.get, client.post):
            assert "/login/" in method(address(question(draft)))["Location"]

    def test_what_is_not_there(self, writer: Client, draft: Version) -> None:
        for pk in ("0", "99999999", str(2**63), "9" * 400, "0" * 5000, "x", "²", "1_0"):
            assert writer.get(f"/admin/faq/question/{pk}/change/").status_code == 404
            assert writer.get(f"/admin/faq/outcome/{pk}/change/").status_code == 404

    def test_looking_changes_nothing(self, writer: Client, draft: Version) -> None:
        before = editing.read(draft)
        data = form(writer, question(draft)) | {"text_ja": "x", "_add": "1"}
        assert writer.get(address(question(draft)), data).status_code == 200
        assert editing.read(draft) == before


def statements(client: Client, part: Question | Outcome) -> int:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        page(client, part)
    return len(queries)


def test_statements_do_not_grow(writer: Client, draft: Version) -> None:
    part, outcome = question(draft), draft.outcomes.get(key="outage")
    before = statements(writer, part), statements(writer, outcome)
    row = row_of(draft)
    many = tuple(AnswerRow("", f"答え{n}", f"{n}", outcome="outage") for n in range(20))
    colleague(draft, answers=(*row.answers, *many))
    for _each in range(20):
        editing.add_question(version=draft, by=None)
        editing.add_outcome(version=draft, by=None)
    assert (statements(writer, part), statements(writer, outcome)) == before
    assert max(before) <= MOST


def test_merging_with_oneself_changes_nothing(draft: Version) -> None:
    for row in editing.read(draft).questions:
        typed = typed_of(row)
        merge(typed, row, row)
        assert typed == typed_of(row)
