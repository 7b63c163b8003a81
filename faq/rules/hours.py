"""Business hours: is the desk open, and when have so many hours of work passed?"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import jpholiday

FURTHEST = 400
"""Days looked ahead. A desk that stays closed longer promises nothing."""


@dataclass(frozen=True, slots=True)
class Hours:
    """When the desk answers. `weekdays` are ISO (1 is Monday); `closed` are first and last days."""

    opens: time
    closes: time
    weekdays: frozenset[int]
    closed_on_holidays: bool
    closed: tuple[tuple[date, date], ...]
    zone: ZoneInfo

    def works_on(self, day: date) -> bool:
        """Is the desk there on `day`?"""
        if day.isoweekday() not in self.weekdays:
            return False
        if self.closed_on_holidays and jpholiday.is_holiday(day):
            return False
        return not any(first <= day <= last for first, last in self.closed)

    def is_open(self, moment: datetime) -> bool:
        """Is the desk there at the aware `moment`? At closing time it is not."""
        local = moment.astimezone(self.zone)
        return self.works_on(local.date()) and self.opens <= local.time() < self.closes

    def after(self, moment: datetime, work: timedelta) -> datetime | None:
        """The aware time at which `work` of business time has passed since `moment`.

        What falls exactly on closing time stays there. None where the desk does not open in time.
        """
        left = work
        for begin, end in self._spans(moment):
            if left <= end - begin:
                return begin + left
            left -= end - begin
        return None

    def _spans(self, moment: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The spans in which the desk is there, from `moment` on."""
        today = moment.astimezone(self.zone).date()
        for offset in range(FURTHEST):
            day = today + timedelta(days=offset)
            if not self.works_on(day):
                continue
            begin = max(datetime.combine(day, self.opens, self.zone), moment.astimezone(self.zone))
            end = datetime.combine(day, self.closes, self.zone)
            if begin < end:
                yield begin, end
