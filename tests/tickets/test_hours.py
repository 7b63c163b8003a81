"""Business hours: open or not, and the promise."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st

from faq.models import ClosedPeriod, Desk
from faq.rules.hours import Hours
from tickets.services import promise

TOKYO = ZoneInfo("Asia/Tokyo")
WEEK = Hours(
    time(9, 30),
    time(17, 30),
    frozenset({1, 2, 3, 4, 5}),
    closed_on_holidays=True,
    closed=((date(2026, 12, 29), date(2027, 1, 4)),),
    zone=TOKYO,
)


def at(day: int, hour: int, minute: int = 0, month: int = 11, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=TOKYO)


def later(minutes: int) -> datetime:
    return at(1, 0, month=1) + timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        (at(24, 9, 29), False),
        (at(24, 9, 30), True),
        (at(24, 17, 29), True),
        (at(24, 17, 30), False),
        (at(21, 12), False),  # Saturday
        (at(23, 12), False),  # Labour Thanksgiving Day
        (at(30, 12, month=12), False),
    ],
)
def test_open_or_not(moment, is_open):
    assert WEEK.is_open(moment) is is_open


@pytest.mark.parametrize(
    ("moment", "hours", "due"),
    [
        (at(24, 10, 15), 4, at(24, 14, 15)),
        (at(24, 15), 4, at(25, 11)),
        (at(24, 13, 30), 4, at(24, 17, 30)),
        (at(20, 17), 4, at(24, 13)),  # Friday evening; Monday is a holiday
        (at(24, 3), 1, at(24, 10, 30)),
        (at(28, 16, 30, month=12), 2, at(5, 10, 30, month=1, year=2027)),
    ],
)
def test_the_promise_counts_business_time(moment, hours, due):
    assert WEEK.after(moment, timedelta(hours=hours)) == due


def test_a_desk_that_never_opens_promises_nothing():
    closed = Hours(time(9), time(17), frozenset(), closed_on_holidays=False, closed=(), zone=TOKYO)
    assert closed.after(at(24, 10), timedelta(hours=1)) is None


@given(st.integers(0, 2 * 365 * 24 * 60).map(later), st.integers(1, 80))
def test_a_promise_lies_ahead_and_within_opening_hours(moment, hours):
    due = WEEK.after(moment, timedelta(hours=hours))
    assert due is not None
    assert due >= moment + timedelta(hours=hours)
    assert WEEK.works_on(due.date())
    assert WEEK.opens <= due.time() <= WEEK.closes


def test_a_desk_without_hours_says_nothing(db):
    desk = Desk.objects.create(pk=1, name_ja="窓口")
    assert (desk.hours, desk.is_open, desk.hours_text, desk.answer_text) == (None, False, "", "")
    assert promise.due_after(timezone.now()) is None


def test_no_desk_no_promise(db):
    assert promise.due_after(timezone.now()) is None


def test_the_desk_promises_and_keeps_its_closed_days(desk):
    ClosedPeriod.objects.create(desk=desk, first=date(2026, 11, 24), last=date(2026, 11, 25))
    assert promise.due_after(at(24, 10)) == at(26, 13)


def test_the_desk_says_its_hours_in_words_without_asking_the_database(desk, django_assert_num_queries):
    with translation.override("en"), django_assert_num_queries(0):
        assert desk.hours_text == "Mon to Fri 9:00–18:00 (closed on public holidays)"
        assert desk.answer_text == "During our hours, within 4 hours"
