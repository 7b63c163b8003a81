"""Companies that keep our clients' mailboxes: where things stand with each of them."""

from typing import Final, Self

from django.core.validators import URLValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from faq.models.base import Bilingual

ASPECTS: Final = [
    ("panel", _("Control panel")),
    ("webmail", _("Webmail")),
    ("quota", _("Room for mail")),
    ("limits", _("Limits on sending")),
]
"""What a note tells; an article names those that its steps need."""


class HostQuerySet(models.QuerySet["Host"]):
    """Reads of hosts."""

    def named(self, name: str) -> "Host | None":
        """The host that staff wrote down by its slug or name, in whatever case; None for none of ours."""
        words = name.strip()
        if not words:
            return None
        same = (
            models.Q(slug__iexact=words) | models.Q(name_ja__iexact=words) | models.Q(name_en__iexact=words)
        )
        return self.filter(same).first()

    def with_note(self) -> Self:
        """In the order they are offered."""
        return self.order_by("order", "slug")


class Host(Bilingual):
    """One company (or product) and its note: a line of plain text an aspect, empty where nothing is sure."""

    slug = models.SlugField(_("slug"), unique=True)
    name_ja = models.CharField(_("name (Japanese)"), max_length=80)
    name_en = models.CharField(_("name (English)"), max_length=80)
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    panel_ja = models.TextField(_("control panel (Japanese)"), blank=True)
    panel_en = models.TextField(_("control panel (English)"), blank=True)
    webmail_ja = models.TextField(_("webmail (Japanese)"), blank=True)
    webmail_en = models.TextField(_("webmail (English)"), blank=True)
    webmail_url = models.CharField(
        _("address of the webmail"), max_length=200, blank=True, validators=[URLValidator(schemes=["https"])]
    )
    quota_ja = models.TextField(_("room for mail (Japanese)"), blank=True)
    quota_en = models.TextField(_("room for mail (English)"), blank=True)
    limits_ja = models.TextField(_("limits on sending (Japanese)"), blank=True)
    limits_en = models.TextField(_("limits on sending (English)"), blank=True)
    checked = models.DateField(_("facts checked on"), null=True, blank=True)
    sources = models.JSONField(_("sources"), default=list, blank=True)
    # What hosts.toml held when it was last loaded: where the row differs, staff have edited it.
    file_digest = models.CharField(max_length=64, editable=False, default="")
    history = HistoricalRecords()

    objects = HostQuerySet.as_manager()

    class Meta:
        verbose_name = _("server company")
        verbose_name_plural = _("server companies")
        ordering = ["order", "slug"]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """In the active language."""
        return self.text("name")
