"""The request itself, and who may see it."""

from datetime import UTC, datetime
from typing import Final, Self

from django.conf import settings
from django.db import models
from django.db.models import Case, Q, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from faq.models import Article, Cause
from faq.models.article import LANGUAGES
from faq.models.base import SYMPTOMS
from faq.rules.facts import Facts
from tickets.models.people import Client, Contact
from tickets.rules import numbers
from tickets.rules.workflow import DONE, OURS, WORDS, Status, Word

STATUSES = [
    (Status.NEW, _("New")),
    (Status.IN_PROGRESS, _("In progress")),
    (Status.WAITING, _("Waiting for client")),
    (Status.ON_HOLD, _("On hold")),
    (Status.RESOLVED, _("Resolved")),
    (Status.CLOSED, _("Closed")),
    (Status.REOPENED, _("Reopened")),
]


UNPROMISED: Final = datetime(9000, 1, 1, tzinfo=UTC)
"""The place of a request that is ours to answer while the desk has no hours: behind every promise."""
THEIRS: Final = datetime(9999, 1, 1, tzinfo=UTC)
"""The place of a request that waits for somebody else: behind everything that is ours."""


class Source(models.TextChoices):
    """How the request reached us."""

    FORM = "form", _("Form")
    PHONE = "phone", _("Phone")
    MAIL = "mail", _("Mail")


class TicketQuerySet(models.QuerySet["Ticket"]):
    """Reads of requests."""

    def ours(self) -> Self:
        """It is our turn."""
        return self.filter(place__lt=THEIRS)

    def open(self) -> Self:
        """Neither resolved nor closed."""
        return self.filter(place__isnull=False)

    def overdue(self) -> Self:
        """Our turn, and the promised time has passed."""
        return self.filter(place__lt=timezone.now())

    def in_line(self) -> Self:
        """In the order in which they want a word from us."""
        return self.order_by("place", "pk")

    def for_queue(self) -> Self:
        """What a row of the queue shows, without a statement a row."""
        return self.select_related("contact", "client", "owner", "cause", "suspected_cause")


class Ticket(models.Model):
    """A request: words, facts, thread; resolved with a cause."""

    number = models.CharField(_("receipt number"), max_length=10, unique=True)
    client = models.ForeignKey(
        Client,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="tickets",
        verbose_name=_("client"),
    )
    contact = models.ForeignKey(
        Contact, on_delete=models.PROTECT, related_name="tickets", verbose_name=_("contact")
    )
    subject = models.CharField(_("subject"), max_length=120)
    symptom = models.CharField(_("symptom"), max_length=20, choices=SYMPTOMS)
    status = models.CharField(_("status"), max_length=12, choices=STATUSES, default=Status.NEW)
    source = models.CharField(_("source"), max_length=8, choices=Source.choices, default=Source.FORM)
    language = models.CharField(_("language"), max_length=2, choices=LANGUAGES, default="ja")
    facts_json = models.JSONField(_("facts"), default=dict, blank=True)
    work_stopped = models.BooleanField(_("work has stopped"), default=False)
    affected_domain = models.CharField(_("affected domain"), max_length=253, blank=True, db_index=True)
    suspected_cause = models.ForeignKey(
        Cause,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="suspected_tickets",
        verbose_name=_("suspected cause"),
    )
    cause = models.ForeignKey(
        Cause,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="tickets",
        verbose_name=_("cause"),
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="tickets",
        verbose_name=_("owner"),
    )
    # The promise: our next word by then. None while it is not our turn, or while the desk has no hours.
    due = models.DateTimeField(_("next word from us by"), null=True, blank=True)
    # Where it stands in the line: by promise, then ours without one, then what waits for others; None once
    # it is done. One column of one order lets an index give the first page and the last on both databases.
    place = models.GeneratedField(
        expression=Case(
            When(status__in=sorted(str(s) for s in OURS), then=Coalesce("due", Value(UNPROMISED))),
            When(status__in=sorted(str(s) for s in DONE), then=Value(None)),
            default=Value(THEIRS),
        ),
        output_field=models.DateTimeField(null=True),
        db_persist=True,
    )
    # Grows with every public message and change: "someone answered meanwhile" compares it.
    version = models.PositiveIntegerField(default=0, editable=False)
    idempotency_key = models.CharField(max_length=36, unique=True, null=True, editable=False)  # noqa: DJ001 unique
    created = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    updated = models.DateTimeField(_("updated"), auto_now=True)
    last_client_at = models.DateTimeField(_("last word from the client"), null=True, blank=True)
    last_staff_at = models.DateTimeField(_("last word from us"), null=True, blank=True)
    resolved_at = models.DateTimeField(_("resolved"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    # The client said so; the cause, which "resolved" needs, is still ours to name.
    said_solved_at = models.DateTimeField(_("client says it is solved"), null=True, blank=True)
    articles = models.ManyToManyField(Article, through="TicketArticle", related_name="tickets")

    objects = TicketQuerySet.as_manager()

    class Meta:
        verbose_name = _("request")
        verbose_name_plural = _("requests")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["status", "-id"], name="ticket_status_id"),
            models.Index(fields=["place", "id"], name="ticket_place"),
            models.Index(fields=["owner", "place", "id"], name="ticket_owner_place"),
            models.Index(fields=["place"], name="ticket_stopped", condition=Q(work_stopped=True)),
            models.Index(fields=["resolved_at", "cause"], name="ticket_resolved_cause"),
            models.Index(fields=["symptom", "-id"], name="ticket_symptom_id"),
            # Two filters at once: without an index of both, the one is walked to find the few of the other.
            models.Index(fields=["symptom", "owner", "-id"], name="ticket_symptom_owner"),
            models.Index(fields=["symptom", "status", "-id"], name="ticket_symptom_status"),
            models.Index(fields=["symptom", "place", "id"], name="ticket_symptom_place"),
            models.Index(fields=["owner", "status", "-id"], name="ticket_owner_status"),
            models.Index(fields=["cause", "-id"], name="ticket_cause_id", condition=Q(cause__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=[str(s) for s in Status]), name="ticket_status_known"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=sorted(str(s) for s in DONE))
                | Q(cause__isnull=False, resolved_at__isnull=False),
                name="ticket_done_has_cause",
            ),
            models.CheckConstraint(condition=Q(number__regex=r"^[0-9]{10}$"), name="ticket_number_digits"),
        ]

    def __str__(self) -> str:
        return f"{self.grouped_number} {self.subject}"

    @property
    def grouped_number(self) -> str:
        """As people read it aloud: 4820 1937 56."""
        return numbers.group(self.number)

    @property
    def word(self) -> Word:
        """Which of the four words the client sees."""
        return Word.SOLVED if self.said_solved_at else WORDS[Status(self.status)]

    @property
    def facts(self) -> Facts:
        """What is known."""
        return Facts.from_json(self.facts_json)


class AccessLink(models.Model):
    """The key to one request for one person: at least 128 random bits, revocable."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="links")
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="links")
    token = models.CharField(max_length=43, unique=True)
    created = models.DateTimeField(auto_now_add=True)
    revoked = models.DateTimeField(_("revoked"), null=True, blank=True)
    last_seen = models.DateTimeField(_("last seen"), null=True, blank=True)

    class Meta:
        verbose_name = _("access link")
        verbose_name_plural = _("access links")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(token__regex=r"^[A-Za-z0-9_-]{22,43}$"),  # noqa: S106 a pattern
                name="access_link_token_long",
            )
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} / {self.contact_id}"


class Draft(models.Model):
    """A request being written: the form's steps and files outlive going back, reloading and errors."""

    key = models.CharField(max_length=36, unique=True)
    language = models.CharField(max_length=2, choices=LANGUAGES)
    data = models.JSONField(default=dict)
    # Taken over at filing: ids of lookups and of walks, keys of articles read; ids of walks left out.
    visit = models.JSONField(default=dict)
    ticket = models.OneToOneField(
        Ticket, on_delete=models.CASCADE, null=True, blank=True, related_name="draft"
    )
    created = models.DateTimeField(auto_now_add=True)
    updated = models.DateTimeField(auto_now=True, db_index=True)

    class Meta:
        verbose_name = _("draft")
        verbose_name_plural = _("drafts")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.key
