"""What was said, shown and done."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from faq.models import Article, Cause, Walk
from tickets.models.people import Contact
from tickets.models.ticket import STATUSES, Draft, Ticket


class Message(models.Model):
    """A word from the client, a reply of ours, or a note that only staff see."""

    class Kind(models.TextChoices):
        """Who says it to whom."""

        CLIENT = "client", _("From the client")
        REPLY = "reply", _("Reply")
        NOTE = "note", _("Internal note")

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="messages")
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    contact = models.ForeignKey(
        Contact, on_delete=models.SET_NULL, null=True, blank=True, related_name="messages"
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="messages"
    )
    body = models.TextField(_("text"))
    idempotency_key = models.CharField(max_length=36, unique=True, null=True, editable=False)  # noqa: DJ001 unique
    redacted = models.DateTimeField(_("redacted"), null=True, blank=True)
    created = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["client", "reply", "note"]), name="message_kind_known"
            ),
            # A client's words never carry a staff author, and a client never writes a note.
            models.CheckConstraint(condition=Q(kind="client") | Q(contact=None), name="message_one_author"),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.kind} {self.pk}"


class Attachment(models.Model):
    """A file of a message, or of a draft until it is filed. Has a random name outside the web root."""

    ticket = models.ForeignKey(
        Ticket, on_delete=models.CASCADE, null=True, blank=True, related_name="attachments"
    )
    message = models.ForeignKey(
        Message, on_delete=models.CASCADE, null=True, blank=True, related_name="attachments"
    )
    draft = models.ForeignKey(
        Draft, on_delete=models.CASCADE, null=True, blank=True, related_name="attachments"
    )
    key = models.CharField(max_length=32, unique=True)
    file = models.FileField(max_length=200)
    name = models.CharField(_("name"), max_length=120)
    content_type = models.CharField(_("type"), max_length=60)
    size = models.PositiveIntegerField(_("size"))
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ticket__isnull=False) | Q(draft__isnull=False),
                name="attachment_belongs_somewhere",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Evidence(models.Model):
    """What somebody said or something showed: facts, and the cause it speaks for."""

    class Kind(models.TextChoices):
        """Where it came from."""

        FORM = "form", _("Form")
        WORDS = "words", _("Words")
        WALK = "walk", _("Checklist")
        BROWSER = "browser", _("Browser")
        STAFF = "staff", _("Staff")

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="evidence")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    facts_json = models.JSONField(_("facts"), default=dict, blank=True)
    text = models.CharField(_("words"), max_length=500, blank=True)
    cause = models.ForeignKey(
        Cause,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="evidence",
        verbose_name=_("cause"),
    )
    walk = models.ForeignKey(Walk, on_delete=models.PROTECT, null=True, blank=True, related_name="evidence")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="evidence"
    )
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        ordering = ["pk"]
        indexes = [
            # Of the few that have a walk: in the index of the key, SQLite takes the others for one walk's.
            models.Index(fields=["walk", "ticket"], name="evidence_walk", condition=Q(walk__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.kind}"


class TicketArticle(models.Model):
    """An article and this request: read before asking, suggested, inserted, or the one that solved it."""

    class Kind(models.TextChoices):
        """How they met."""

        READ = "read", _("Read by the client")
        SUGGESTED = "suggested", _("Suggested")
        INSERTED = "inserted", _("Inserted into a reply")
        SOLVED = "solved", _("Solved it")

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="ticket_articles")
    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="ticket_articles")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="ticket_articles",
    )
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("article of a request")
        verbose_name_plural = _("articles of a request")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["ticket", "article", "kind"], name="ticket_article_kind_once")
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.article_id} {self.kind}"


class Event(models.Model):
    """What happened, append-only: ids and enums, never text, so that erasing a person keeps the log whole."""

    class Kind(models.TextChoices):
        """What happened."""

        OPENED = "opened", _("Opened")
        STATUS = "status", _("Status changed")
        ASSIGNED = "assigned", _("Assigned")
        REPLIED = "replied", _("Replied")
        CLIENT_REPLIED = "client-replied", _("Client replied")
        NOTED = "noted", _("Noted")
        RESOLVED = "resolved", _("Resolved")
        REOPENED = "reopened", _("Reopened")
        CLOSED = "closed", _("Closed")
        REDACTED = "redacted", _("Redacted")
        MAIL_SKIPPED = "mail-skipped", _("No mail sent: affected domain")
        MAIL_LIMITED = "mail-limited", _("No mail sent: hourly limit")
        MAIL_FAILED = "mail-failed", _("Mail could not be sent")
        CONFIRMED_SOLVED = "confirmed-solved", _("Client says it is solved")
        NOT_SOLVED = "not-solved", _("Client says it is not solved")
        CAUSE_SUSPECTED = "cause-suspected", _("Suspected cause changed")

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="events"
    )
    old_status = models.CharField(max_length=12, choices=STATUSES, blank=True)
    new_status = models.CharField(max_length=12, choices=STATUSES, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="assignments"
    )
    cause = models.ForeignKey(Cause, on_delete=models.PROTECT, null=True, blank=True, related_name="events")
    message = models.ForeignKey(
        Message, on_delete=models.SET_NULL, null=True, blank=True, related_name="events"
    )
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.kind}"
