"""The desk: who we are, when we answer, and what is out of order right now."""

from datetime import time
from typing import Self
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from faq.models.base import Bilingual
from faq.models.kept import kept
from faq.rules.hours import Hours

_DAYS = [_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun")]


class Desk(Bilingual):
    """The one row about the agency. While there is none, no page shows a phone number or a promise."""

    id = models.SmallAutoField(primary_key=True)
    name_ja = models.CharField(_("name (Japanese)"), max_length=80)
    name_en = models.CharField(_("name (English)"), max_length=80, blank=True)
    phone = models.CharField(
        _("phone"),
        max_length=30,
        blank=True,
        validators=[RegexValidator(r"^[0-9+()\- ]{6,}$", _("Digits and hyphens only."))],
    )
    opens = models.TimeField(_("opens"), null=True, blank=True)
    closes = models.TimeField(_("closes"), null=True, blank=True)
    weekdays = models.CharField(
        _("open on"),
        max_length=7,
        default="12345",
        validators=[
            RegexValidator(r"^1?2?3?4?5?6?7?$", _("Digits from 1 (Monday) to 7 (Sunday), in order."))
        ],
        help_text=_("Digits from 1 (Monday) to 7 (Sunday), in order."),
    )
    closed_on_holidays = models.BooleanField(_("closed on public holidays"), default=True)
    answer_hours = models.PositiveSmallIntegerField(
        _("answer within (business hours)"),
        default=4,
        validators=[MinValueValidator(1), MaxValueValidator(80)],
    )
    privacy_ja = models.TextField(_("privacy contact (Japanese)"), blank=True)
    privacy_en = models.TextField(_("privacy contact (English)"), blank=True)
    updated = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("desk")
        verbose_name_plural = _("desk")
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="desk_is_one_row")]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def current(cls) -> "Desk | None":
        """The desk, or None while it is not set up."""
        return Desk.objects.filter(pk=1).first()

    @staticmethod
    @kept
    def shown() -> "Desk | None":
        """The desk to read from, shared by all requests: never to be changed. Mostly without a statement."""
        return Desk.current()

    def clean(self) -> None:
        """Hours come in pairs, and in order."""
        if (self.opens is None) != (self.closes is None):
            raise ValidationError(_("Give both the opening and the closing time, or neither."))
        if self.opens and self.closes and self.opens >= self.closes:
            raise ValidationError({"closes": _("Closing comes after opening.")})

    @property
    def name(self) -> str:
        """In the active language."""
        return self.text("name")

    @property
    def privacy(self) -> str:
        """Whom to ask about personal data, in the active language."""
        return self.text("privacy")

    @cached_property
    def hours(self) -> Hours | None:
        """When we answer, or None while nobody has said so. One statement, once an instance."""
        if self.opens is None or self.closes is None or not self.weekdays:
            return None
        return Hours(
            opens=self.opens,
            closes=self.closes,
            weekdays=frozenset(int(day) for day in self.weekdays),
            closed_on_holidays=self.closed_on_holidays,
            closed=tuple(self.closed_periods.values_list("first", "last")),
            zone=ZoneInfo(settings.TIME_ZONE),
        )

    @property
    def is_open(self) -> bool:
        """Are we there right now? False while there are no hours."""
        return self.hours is not None and self.hours.is_open(timezone.now())

    @property
    def hours_text(self) -> str:
        """平日 9:30〜17:30（祝日はお休み）; "" while there are no hours.

        Asks no database: error pages show it.
        """
        if self.opens is None or self.closes is None or not self.weekdays:
            return ""
        words = gettext("%(days)s %(opens)s–%(closes)s") % {
            "days": self._days_text(),
            "opens": _clock(self.opens),
            "closes": _clock(self.closes),
        }
        return words + gettext(" (closed on public holidays)") if self.closed_on_holidays else words

    def _days_text(self) -> str:
        whole = {"12345": gettext("Mon to Fri"), "1234567": gettext("Every day")}
        listed = gettext(", ").join(str(_DAYS[int(day) - 1]) for day in self.weekdays)
        return whole.get(self.weekdays, listed)

    @property
    def answer_text(self) -> str:
        """受付時間内は、4時間以内; "" while there are no hours: then there is no promise."""
        if not self.hours_text:
            return ""
        return ngettext(
            "During our hours, within %(hours)d hour",
            "During our hours, within %(hours)d hours",
            self.answer_hours,
        ) % {"hours": self.answer_hours}


def _clock(value: time) -> str:
    """9:30, as the hours are written on a shop door."""
    return f"{value.hour}:{value.minute:02}"


class ClosedPeriod(models.Model):
    """Days the desk is closed beside weekends and public holidays: year end, Obon."""

    desk = models.ForeignKey(Desk, on_delete=models.CASCADE, related_name="closed_periods")
    first = models.DateField(_("first day"))
    last = models.DateField(_("last day"))

    class Meta:
        verbose_name = _("closed period")
        verbose_name_plural = _("closed periods")
        ordering = ["first"]
        constraints = [
            models.CheckConstraint(condition=Q(last__gte=F("first")), name="closed_period_in_order")
        ]

    def __str__(self) -> str:
        return f"{self.first} – {self.last}"


class OutageQuerySet(models.QuerySet["Outage"]):
    """Reads of outages."""

    def now(self) -> Self:
        """Those that have begun and not ended, newest first."""
        moment = timezone.now()
        return self.filter(begins__lte=moment).filter(Q(ended=None) | Q(ended__gt=moment)).order_by("-begins")


class Outage(Bilingual):
    """A known fault, shown first on the home page."""

    title_ja = models.CharField(_("title (Japanese)"), max_length=120)
    title_en = models.CharField(_("title (English)"), max_length=120, blank=True)
    text_ja = models.TextField(_("text (Japanese)"), help_text=_("What is not lost, and when it should end."))
    text_en = models.TextField(_("text (English)"), blank=True)
    begins = models.DateTimeField(_("begins"), default=timezone.now)
    ended = models.DateTimeField(_("ended"), null=True, blank=True)
    updated = models.DateTimeField(_("updated"), auto_now=True)

    objects = OutageQuerySet.as_manager()

    class Meta:
        verbose_name = _("known outage")
        verbose_name_plural = _("known outages")
        ordering = ["-begins"]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """In the active language."""
        return self.text("title")

    @property
    def body(self) -> str:
        """In the active language."""
        return self.text("text")
