"""Dates as people say them: 11月24日(火) 10:15 and Tue 24 Nov, 10:15, in the desk's time zone.

The formats are messages with the context "date format", so that each language brings its own order.
"""

from datetime import date, datetime, timedelta

from django.utils import dateformat, timezone
from django.utils.translation import gettext, pgettext


def when(moment: datetime, *, now: datetime | None = None) -> str:
    """Day, weekday and time of an aware moment; with the year only when it is not this one."""
    local = timezone.localtime(moment)
    if local.year == timezone.localtime(now).year:
        return dateformat.format(local, pgettext("date format", "D j M, H:i"))
    return dateformat.format(local, pgettext("date format", "D j M Y, H:i"))


def when_short(moment: datetime, *, now: datetime | None = None) -> str:
    """Like `when`, but 今日 15:00, 明日 9:30 or 昨日 17:05 for the days next to now."""
    local = timezone.localtime(moment)
    word = _near(local.date(), timezone.localtime(now).date())
    return f"{word} {dateformat.format(local, 'G:i')}" if word else when(moment, now=now)


def day(value: date, *, now: datetime | None = None) -> str:
    """A day without a time: 11月24日(火), with the year when it is not this one."""
    local = timezone.localtime(value).date() if isinstance(value, datetime) else value
    if local.year == timezone.localtime(now).year:
        return dateformat.format(local, pgettext("date format", "D j M"))
    return dateformat.format(local, pgettext("date format", "D j M Y"))


def _near(target: date, today: date) -> str:
    words = {
        today: gettext("Today"),
        today + timedelta(days=1): gettext("Tomorrow"),
        today - timedelta(days=1): gettext("Yesterday"),
    }
    return words.get(target, "")
