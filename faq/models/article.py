"""Articles, what clients call their trouble, and whether it helped."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from faq.models.base import Audience
from faq.models.cause import Category, Cause
from faq.models.kept import kept

LANGUAGES = [("ja", _("Japanese")), ("en", _("English"))]


class Status(models.TextChoices):
    """Of a text."""

    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")
    ARCHIVED = "archived", _("Archived")


class ArticleQuerySet(models.QuerySet["Article"]):
    """Reads of articles."""

    def public(self) -> Self:
        """What a client may read: for everybody, and published in Japanese (all fall back to it)."""
        return self.filter(
            models.Exists(
                ArticleText.objects.filter(
                    article=models.OuterRef("pk"), language="ja", status=Status.PUBLISHED
                )
            ),
            audience=Audience.PUBLIC,
        )

    def for_display(self) -> Self:
        """With texts and causes at hand: three statements however many articles."""
        return self.select_related("category").prefetch_related(
            models.Prefetch("texts", ArticleText.objects.filter(status=Status.PUBLISHED).defer("body")),
            models.Prefetch("article_causes", ArticleCause.objects.select_related("cause")),
        )


class Article(models.Model):
    """One problem and its fix, in one text a language."""

    key = models.SlugField(_("key"), unique=True, help_text=_("Part of the address; never changes."))
    category = models.ForeignKey(
        Category, on_delete=models.PROTECT, related_name="articles", verbose_name=_("category")
    )
    causes = models.ManyToManyField(
        Cause, through="ArticleCause", related_name="articles", verbose_name=_("causes")
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    audience = models.CharField(
        _("audience"), max_length=10, choices=Audience.choices, default=Audience.PUBLIC
    )
    minutes = models.PositiveSmallIntegerField(_("minutes the fix takes"), null=True, blank=True)
    # Names of faq.models.host.ASPECTS that the steps lean on.
    hosts = models.JSONField(_("notes about server companies"), default=list, blank=True)
    created = models.DateTimeField(auto_now_add=True)
    updated = models.DateTimeField(_("changed"), auto_now=True)
    history = HistoricalRecords()

    objects = ArticleQuerySet.as_manager()

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")
        ordering = ["category__order", "order", "key"]
        constraints = [
            models.CheckConstraint(condition=Q(audience__in=Audience.values), name="article_audience_known")
        ]

    def __str__(self) -> str:
        return self.title or self.key

    def text_in(self, language: str | None = None) -> "ArticleText | None":
        """The published text in `language` (default: the active one), else the Japanese one, else None.

        Uses prefetched texts where there are any.
        """
        code = (language or get_language() or "ja")[:2]
        texts = {t.language: t for t in self.texts.all() if t.status == Status.PUBLISHED}
        return texts.get(code) or texts.get("ja")

    @staticmethod
    @kept
    def shown(key: str) -> "Article":
        """What a client may read under that key, as `for_display` reads it; shared by all requests: never to
        be changed. Three statements, none while it is kept. Raises Article.DoesNotExist."""
        return Article.objects.public().for_display().get(key=key)

    @property
    def title(self) -> str:
        """Of the text in the active language."""
        text = self.text_in()
        return text.title if text else ""

    @property
    def cause(self) -> Cause | None:
        """The main cause: its actor is who must act."""
        first = next(iter(self.article_causes.all()), None)
        return first.cause if first else None


class ArticleCause(models.Model):
    """A cause of an article; the first one is the main cause."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="article_causes")
    cause = models.ForeignKey(
        Cause, on_delete=models.PROTECT, related_name="article_causes", verbose_name=_("cause")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("cause")
        verbose_name_plural = _("causes")
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["article", "cause"], name="article_cause_once")]

    def __str__(self) -> str:
        return str(self.cause)


class ArticleTextQuerySet(models.QuerySet["ArticleText"]):
    """Reads of texts."""

    def public(self) -> Self:
        """What a client may read, in whichever language it is written."""
        return self.filter(status=Status.PUBLISHED, article__in=Article.objects.public())


class ArticleText(models.Model):
    """An article in one language. `html` is rendered from `body` when it is saved (services.publish)."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="texts")
    language = models.CharField(_("language"), max_length=2, choices=LANGUAGES)
    title = models.CharField(_("title"), max_length=120)
    summary = models.CharField(_("answer in one sentence"), max_length=300)
    note = models.CharField(_("line beside who must act"), max_length=120, blank=True)
    needs = models.CharField(_("what you need"), max_length=200, blank=True)
    loses = models.CharField(_("what is deleted"), max_length=200, blank=True)
    body = models.TextField(_("text (Markdown)"))
    html = models.TextField(editable=False, default="")
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.DRAFT)
    checked = models.DateField(_("facts checked on"), null=True, blank=True)
    sources = models.JSONField(_("sources"), default=list, blank=True)
    # What the content file held when it was last loaded: where the row differs, staff have edited it.
    file_digest = models.CharField(max_length=64, editable=False, default="")
    created = models.DateTimeField(auto_now_add=True)
    updated = models.DateTimeField(auto_now=True)
    history = HistoricalRecords(excluded_fields=["html"])

    objects = ArticleTextQuerySet.as_manager()

    class Meta:
        verbose_name = _("article text")
        verbose_name_plural = _("article texts")
        ordering = ["article", "-language"]
        constraints = [
            models.UniqueConstraint(fields=["article", "language"], name="article_text_once_a_language"),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="article_text_status_known"),
        ]

    def __str__(self) -> str:
        return self.title


class Phrase(models.Model):
    """How clients put it: an article's other titles."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="phrases")
    language = models.CharField(_("language"), max_length=2, choices=LANGUAGES, default="ja")
    text = models.CharField(_("client's words"), max_length=200)

    class Meta:
        verbose_name = _("client's phrase")
        verbose_name_plural = _("clients' phrases")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["article", "language", "text"], name="phrase_once")]

    def __str__(self) -> str:
        return self.text


class Vote(models.Model):
    """Did it help? Once a visit and article."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="votes")
    language = models.CharField(max_length=2, choices=LANGUAGES)
    helpful = models.BooleanField(_("helped"))
    reason = models.TextField(_("reason"), blank=True, max_length=1000)
    visit = models.CharField(max_length=32)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("vote")
        verbose_name_plural = _("votes")
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["article", "visit"], name="vote_once_a_visit")]

    def __str__(self) -> str:
        return f"{self.article_id}: {self.helpful}"


class Lookup(models.Model):
    """A finished search: the words (personal data masked), what was shown, what was opened, did it help."""

    text = models.CharField(_("words"), max_length=500)
    language = models.CharField(max_length=2, choices=LANGUAGES)
    hits = models.JSONField(_("shown"), default=list)
    none = models.BooleanField(_("no good answer"), default=False)
    opened = models.ForeignKey(
        Article,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="lookups",
        verbose_name=_("opened"),
    )
    helped = models.BooleanField(_("helped"), null=True, blank=True)
    visit = models.CharField(max_length=32, blank=True)
    created = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        verbose_name = _("search")
        verbose_name_plural = _("searches")
        ordering = ["-pk"]
        # The last two hold openings only, so that a search that is kept writes neither.
        indexes = [
            models.Index(fields=["none", "-created"], name="lookup_none_created"),
            models.Index(
                fields=["opened", "-created"], condition=Q(opened__isnull=False), name="lookup_opened_created"
            ),
            models.Index(
                fields=["visit", "opened"], condition=Q(opened__isnull=False), name="lookup_visit_opened"
            ),
        ]

    def __str__(self) -> str:
        return self.text
