"""Subjects, greetings, answers of the form, back-off, user agents, the workflow table."""

import unicodedata
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faq.rules.names import Symptom
from tickets.rules import agents, backoff, letters, workflow
from tickets.rules.request import SUBJECT, Request, clean, subject_of
from tickets.rules.workflow import DONE, OURS, TRANSITIONS, WORDS, Status


@given(st.text())
def test_a_subject_is_one_short_line(words):
    subject = subject_of(words)
    assert len(subject) <= SUBJECT
    assert not [c for c in subject if unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp")]


def test_a_subject_is_the_first_line_that_says_something():
    assert subject_of("\n \u200b \r\n昨日から来ません\r\nBcc: a@b.example") == "昨日から来ません"
    assert subject_of("あ" * 200).endswith("…")


@given(st.text())
def test_a_header_cannot_begin_another(text):
    assert not set("\r\n\x00") & set(letters.header(text))


@pytest.mark.parametrize("name", ["山田 和子", "山田・スミス", "株式会社山田(山田)", "O'Neil", "佐々木"])
def test_a_name_is_greeted(name):
    assert letters.greeting(name) == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        "http://evil.example",
        "evil.example にお金を送って",
        "山田\r\nBcc: a@b.example",
        "今すぐ0300001234へ",
        "a@b.example",
        "長" * 41,
        "<b>x</b>",
    ],
)
def test_what_is_more_than_a_name_is_not(name):
    assert letters.greeting(name) == ""


@given(st.text(max_size=60))
def test_no_greeting_holds_an_address_of_any_kind(name):
    assert not set("./:@<>\r\n0123456789") & set(letters.greeting(name))


@pytest.mark.parametrize("symptom", list(Symptom))
def test_mail_is_skipped_only_where_the_affected_domain_cannot_receive(symptom):
    own = letters.reaches(address="a@x.example", symptom=symptom, affected="x.example")
    other = letters.reaches(address="a@y.example", symptom=symptom, affected="x.example")
    assert own is (symptom not in ("nothing-arrives", "some-missing"))
    assert other is True


@given(st.dictionaries(st.sampled_from(list(Request().__slots__)), st.text() | st.integers() | st.none()))
def test_answers_take_any_json_and_come_back_the_same(data):
    request = Request.from_json(data)
    assert Request.from_json(request.to_json()) == request


@pytest.mark.parametrize("data", [None, [], "x", {"owner": "1", "status": "closed"}])
def test_what_is_no_answer_is_left_out(data):
    assert Request.from_json(data) == Request()


def test_what_is_missing():
    assert Request().missing() == ("symptom", "words", "name", "phone")
    whole = Request(symptom="other", words="x", name="山田", email="a@b.example")
    assert whole.missing() == ()
    assert Request.from_json({**whole.to_json(), "symptom": "made-up"}).missing() == ("symptom",)


def test_words_keep_their_lines_and_lose_what_cannot_be_seen():
    assert clean("a\r\nb\u202ec\x00d", lines=True) == "a\nbcd"


def test_back_off_gives_up_after_a_day():
    waits = [backoff.wait_after(n) for n in range(1, len(backoff.DELAYS) + 2)]
    assert waits[0] == timedelta(minutes=1)
    assert waits[-1] is None
    kept = [wait for wait in waits if wait]
    assert kept == sorted(kept)
    assert sum(kept, timedelta()) <= timedelta(hours=24)


@pytest.mark.parametrize(
    ("agent", "device", "browser"),
    [
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0) Version/19.0 Safari/604",
            "iPhone",
            "Safari",
        ),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0", "Windows", "Edge"),
        ("Mozilla/5.0 (Linux; Android 16) Chrome/140.0 Mobile Safari/537.36", "Android", "Chrome"),
        ("Mozilla/5.0 (Linux; Android 16) Chrome/140 Safari/537 Line/15.1", "Android", "LINE"),
        ("curl/8", "", ""),
    ],
)
def test_device_and_browser(agent, device, browser):
    assert (agents.device(agent), agents.browser(agent)) == (device, browser)


def test_the_table_knows_every_status_and_leads_everywhere():
    assert set(TRANSITIONS) == set(WORDS) == set(Status)
    assert set().union(*TRANSITIONS.values()) == set(Status) - {Status.NEW}
    assert all(status not in after for status, after in TRANSITIONS.items())


@pytest.mark.parametrize("status", list(Status))
def test_only_what_is_done_reopens_and_only_what_is_resolved_closes(status):
    assert workflow.may(status, Status.REOPENED) is (status in DONE)
    assert workflow.may(status, Status.CLOSED) is (status == Status.RESOLVED)


@pytest.mark.parametrize("status", list(Status))
def test_after_a_word_from_the_client_it_is_our_turn(status):
    after = workflow.after_client_reply(status)
    assert after in OURS
    assert after == status or workflow.may(status, after)
