"""Mail out (an outbox worked off by the worker) and in."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tickets.models.people import Contact
from tickets.models.thread import Message
from tickets.models.ticket import Ticket


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    """Reads of deliveries."""

    def due(self) -> Self:
        """To be sent now: waiting, or taken by a worker that died."""
        moment = timezone.now()
        return self.filter(
            Q(state=Delivery.State.WAITING, next_try__lte=moment)
            | Q(state=Delivery.State.SENDING, leased_until__lt=moment)
        ).order_by("next_try", "pk")


class Delivery(models.Model):
    """One mail (later: any message) to one target, written in the transaction of what it tells about."""

    class Kind(models.TextChoices):
        """What it tells."""

        CONFIRMATION = "confirmation", _("Confirmation")
        REPLY = "reply", _("Reply")
        STAFF_NEW = "staff-new", _("New request, to staff")
        STAFF_REPLY = "staff-reply", _("Client replied, to staff")

    class State(models.TextChoices):
        """How far it is."""

        WAITING = "waiting", _("Waiting")
        SENDING = "sending", _("Being sent")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Given up")

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="deliveries")
    contact = models.ForeignKey(
        Contact, on_delete=models.SET_NULL, null=True, blank=True, related_name="deliveries"
    )
    message = models.ForeignKey(
        Message, on_delete=models.SET_NULL, null=True, blank=True, related_name="deliveries"
    )
    kind = models.CharField(_("kind"), max_length=14, choices=Kind.choices)
    channel = models.CharField(_("channel"), max_length=8, default="email")
    target = models.CharField(_("to"), max_length=254)
    language = models.CharField(max_length=2, default="ja")
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_try = models.DateTimeField(_("next try"), default=timezone.now)
    leased_until = models.DateTimeField(null=True, blank=True)
    rfc_message_id = models.CharField(_("Message-ID"), max_length=200, unique=True)
    error = models.CharField(_("last error"), max_length=300, blank=True)
    created = models.DateTimeField(_("created"), auto_now_add=True)
    sent = models.DateTimeField(_("sent"), null=True, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering = ["-pk"]
        indexes = [
            # Whole, not for the waiting ones only: SQLite takes no partial index for a bound value.
            models.Index(fields=["state", "next_try"], name="delivery_state_try"),
            models.Index(fields=["target", "-created"], name="delivery_target_created"),
            models.Index(fields=["kind", "-id"], name="delivery_kind_id"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "sending", "sent", "failed"]), name="delivery_state_known"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} → {self.target}"


class Inbound(models.Model):
    """A mail that came in: stored raw first, understood afterwards."""

    class State(models.TextChoices):
        """What became of it."""

        RECEIVED = "received", _("Received")
        FILED = "filed", _("Filed")
        QUARANTINED = "quarantined", _("In quarantine")

    raw = models.BinaryField()
    rfc_message_id = models.CharField(_("Message-ID"), max_length=300, blank=True, db_index=True)
    state = models.CharField(_("state"), max_length=12, choices=State.choices, default=State.RECEIVED)
    ticket = models.ForeignKey(
        Ticket, on_delete=models.SET_NULL, null=True, blank=True, related_name="inbound"
    )
    message = models.ForeignKey(
        Message, on_delete=models.SET_NULL, null=True, blank=True, related_name="inbound"
    )
    received = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("incoming mail")
        verbose_name_plural = _("incoming mail")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.rfc_message_id or f"#{self.pk}"


class WorkerBeat(models.Model):
    """When the worker was last alive; /readyz and the staff home read it."""

    id = models.SmallAutoField(primary_key=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="worker_beat_is_one_row")]

    def __str__(self) -> str:
        return str(self.at)
