"""Isolation checklists (原因の切り分け) and the walks through them."""

from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from faq.models.article import LANGUAGES, Article
from faq.models.base import SYMPTOMS, Audience, Bilingual
from faq.models.cause import Cause


class ChecklistQuerySet(models.QuerySet["Checklist"]):
    """Reads of checklists."""

    def walkable(self) -> Self:
        """With a published version."""
        return self.filter(versions__status=Version.Status.PUBLISHED)

    def public(self) -> Self:
        """What anybody may walk."""
        return self.walkable().filter(audience=Audience.PUBLIC)


class Checklist(Bilingual):
    """A list of questions for one symptom; its versions hold the questions."""

    slug = models.SlugField(_("slug"), unique=True)
    symptom = models.CharField(_("symptom"), max_length=20, choices=SYMPTOMS)
    title_ja = models.CharField(_("title (Japanese)"), max_length=120)
    title_en = models.CharField(_("title (English)"), max_length=120)
    intro_ja = models.TextField(_("introduction (Japanese)"), blank=True)
    intro_en = models.TextField(_("introduction (English)"), blank=True)
    audience = models.CharField(
        _("audience"), max_length=10, choices=Audience.choices, default=Audience.PUBLIC
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    objects = ChecklistQuerySet.as_manager()

    class Meta:
        verbose_name = _("checklist")
        verbose_name_plural = _("checklists")
        ordering = ["order", "slug"]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """In the active language."""
        return self.text("title")

    @property
    def intro(self) -> str:
        """In the active language."""
        return self.text("intro")

    def published(self) -> "Version | None":
        """The version that new walks begin on."""
        return self.versions.filter(status=Version.Status.PUBLISHED).first()

    def draft(self) -> "Version | None":
        """The version being written."""
        return self.versions.filter(status=Version.Status.DRAFT).first()


class Version(models.Model):
    """One state of a checklist. A walk that has begun finishes on the version it began with.

    Only a draft is ever changed: what was published once stays as it was walked.
    """

    class Status(models.TextChoices):
        """Of a version."""

        DRAFT = "draft", _("Draft")
        PUBLISHED = "published", _("Published")
        RETIRED = "retired", _("Retired")

    checklist = models.ForeignKey(Checklist, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField(_("number"))
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.DRAFT)
    first = models.CharField(_("first question"), max_length=50)
    file_digest = models.CharField(max_length=64, editable=False, default="")
    note = models.CharField(_("what has changed"), max_length=200, blank=True)
    created = models.DateTimeField(_("begun"), auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="begun_versions",
        verbose_name=_("begun by"),
    )
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="published_versions",
        verbose_name=_("published by"),
    )

    class Meta:
        verbose_name = _("version")
        verbose_name_plural = _("versions")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["checklist", "number"], name="version_number_once"),
            models.UniqueConstraint(
                fields=["checklist"], condition=Q(status="published"), name="one_published_version"
            ),
            models.UniqueConstraint(
                fields=["checklist"], condition=Q(status="draft"), name="one_draft_version"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.checklist} {self.number}"


class Outcome(Bilingual):
    """Where a walk ends: the likely cause, and what to do."""

    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="outcomes")
    key = models.SlugField(_("key"))
    cause = models.ForeignKey(
        Cause, on_delete=models.PROTECT, related_name="outcomes", verbose_name=_("cause")
    )
    title_ja = models.CharField(_("likely cause in one sentence (Japanese)"), max_length=120)
    title_en = models.CharField(_("likely cause in one sentence (English)"), max_length=120)
    reason_ja = models.TextField(_("why we think so (Japanese)"))
    reason_en = models.TextField(_("why we think so (English)"))
    steps_ja = models.TextField(_("steps (Japanese, Markdown)"))
    steps_en = models.TextField(_("steps (English, Markdown)"))
    letter_ja = models.TextField(_("text to forward (Japanese)"), blank=True)
    letter_en = models.TextField(_("text to forward (English)"), blank=True)
    articles = models.ManyToManyField(
        Article, related_name="outcomes", blank=True, verbose_name=_("articles")
    )

    class Meta:
        verbose_name = _("outcome")
        verbose_name_plural = _("outcomes")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["version", "key"], name="outcome_key_once")]

    def __str__(self) -> str:
        return self.text("title")


class Question(Bilingual):
    """One question a page."""

    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="questions")
    key = models.SlugField(_("key"))
    text_ja = models.CharField(_("question (Japanese)"), max_length=200)
    text_en = models.CharField(_("question (English)"), max_length=200)
    hint_ja = models.TextField(_("hint (Japanese)"), blank=True)
    hint_en = models.TextField(_("hint (English)"), blank=True)
    # "Gmail: ≡ > すべてのメール": one way through menus a line.
    path_ja = models.TextField(_("menu path (Japanese)"), blank=True)
    path_en = models.TextField(_("menu path (English)"), blank=True)
    # With a test the page can be left and come back to: the client has to do something elsewhere.
    test_ja = models.TextField(_("test to make first (Japanese, Markdown)"), blank=True)
    test_en = models.TextField(_("test to make first (English, Markdown)"), blank=True)
    fact = models.CharField(_("fact it gives"), max_length=30, blank=True)
    article = models.ForeignKey(
        Article,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="questions",
        verbose_name=_("how to see it"),
    )
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["version", "key"], name="question_key_once")]

    def __str__(self) -> str:
        return self.text("text")


class Answer(Bilingual):
    """One way on: to the next question, or to an outcome."""

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="answers")
    key = models.SlugField(_("key"))
    text_ja = models.CharField(_("answer (Japanese)"), max_length=120)
    text_en = models.CharField(_("answer (English)"), max_length=120)
    more_ja = models.CharField(_("second line (Japanese)"), max_length=200, blank=True)
    more_en = models.CharField(_("second line (English)"), max_length=200, blank=True)
    value = models.CharField(_("value of the fact"), max_length=30, blank=True)
    unknown = models.BooleanField(_("don't know"), default=False)
    # A draft may hold answers that lead nowhere yet; publishing refuses them.
    next = models.ForeignKey(
        Question,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="from_answers",
        verbose_name=_("next question"),
    )
    outcome = models.ForeignKey(
        Outcome,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="from_answers",
        verbose_name=_("outcome"),
    )
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["question", "key"], name="answer_key_once"),
            models.CheckConstraint(condition=Q(next=None) | Q(outcome=None), name="answer_leads_one_way"),
        ]

    def __str__(self) -> str:
        return self.text("text")


class WalkQuerySet(models.QuerySet["Walk"]):
    """Reads of walks."""

    def open_to_resume(self) -> Self:
        """A walk can be resumed by its address for 30 days."""
        return self.filter(started__gte=timezone.now() - KEPT)


KEPT = timedelta(days=30)
"""How long after its beginning a walk can be gone on with."""


class Walk(models.Model):
    """One client, or one of staff with one on the phone, going through a version."""

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="walks")
    token = models.CharField(max_length=43, unique=True)
    language = models.CharField(max_length=2, choices=LANGUAGES)
    visit = models.CharField(max_length=32, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="walks"
    )
    # What was known before the first question: answers that follow from it are given ahead.
    facts_json = models.JSONField(default=dict, blank=True)
    # Where the walk stands: the question asked now, None once an outcome is reached.
    question = models.ForeignKey(
        Question, on_delete=models.PROTECT, null=True, blank=True, related_name="walks_here"
    )
    outcome = models.ForeignKey(
        Outcome, on_delete=models.PROTECT, null=True, blank=True, related_name="walks"
    )
    helped = models.BooleanField(null=True, blank=True)
    started = models.DateTimeField(default=timezone.now, editable=False)
    # The client went away to make a test, and will come back to the same address.
    paused = models.DateTimeField(null=True, blank=True)
    last_step = models.DateTimeField(default=timezone.now, editable=False)
    finished = models.DateTimeField(null=True, blank=True)

    objects = WalkQuerySet.as_manager()

    class Meta:
        verbose_name = _("walk")
        verbose_name_plural = _("walks")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["version", "started"], name="walk_version_started")]

    def __str__(self) -> str:
        return f"{self.version} #{self.pk}"

    @property
    def resumable_until(self) -> datetime:
        """The walk's address works until then."""
        return self.started + KEPT


class WalkStep(models.Model):
    """One answer given."""

    walk = models.ForeignKey(Walk, on_delete=models.CASCADE, related_name="steps")
    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="steps")
    answer = models.ForeignKey(Answer, on_delete=models.PROTECT, related_name="steps")
    # Given ahead, out of the client's words or what the ticket knows; False once a person gave it.
    prefilled = models.BooleanField(default=False)
    note = models.CharField(_("note"), max_length=500, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["walk", "question"], name="step_once_a_question")]

    def __str__(self) -> str:
        return f"{self.question_id}={self.answer_id}"
