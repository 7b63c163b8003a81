"""Causes and categories: what articles, checklists and tickets point to."""

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from faq.models.base import ACTORS, Bilingual
from faq.rules.names import Actor


class Cause(Bilingual):
    """Why mail fails, and who must act. Everything a client brings leads to one."""

    slug = models.SlugField(_("slug"), unique=True)
    name_ja = models.CharField(_("name (Japanese)"), max_length=80)
    name_en = models.CharField(_("name (English)"), max_length=80)
    explanation_ja = models.CharField(_("explanation (Japanese)"), max_length=300)
    explanation_en = models.CharField(_("explanation (English)"), max_length=300)
    actor = models.CharField(_("who must act"), max_length=20, choices=ACTORS)
    # What causes.toml held when it was last loaded: where the row differs, staff have edited it.
    file_digest = models.CharField(max_length=64, editable=False, default="")

    class Meta:
        verbose_name = _("cause")
        verbose_name_plural = _("causes")
        ordering = ["slug"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(actor__in=[str(a) for a in Actor]), name="cause_actor_known"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """In the active language."""
        return self.text("name")

    @property
    def explanation(self) -> str:
        """In the active language."""
        return self.text("explanation")


class CategoryQuerySet(models.QuerySet["Category"]):
    """Reads of categories."""

    def with_public_articles(self) -> Self:
        """Those that have something to show."""
        return self.filter(
            articles__audience="public", articles__texts__status="published", articles__texts__language="ja"
        ).distinct()


class Category(Bilingual):
    """A shelf of articles."""

    slug = models.SlugField(_("slug"), unique=True)
    name_ja = models.CharField(_("name (Japanese)"), max_length=80)
    name_en = models.CharField(_("name (English)"), max_length=80)
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    file_digest = models.CharField(max_length=64, editable=False, default="")

    objects = CategoryQuerySet.as_manager()

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering = ["order", "slug"]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """In the active language."""
        return self.text("name")
