"""Who asks: the company, the person, and the domains we look after."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from faq.models.article import LANGUAGES


class Client(models.Model):
    """A company whose mail we look after."""

    name = models.CharField(_("name"), max_length=120)
    notes = models.TextField(_("notes"), blank=True)
    created = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("client")
        verbose_name_plural = _("clients")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Domain(models.Model):
    """A client's domain."""

    client = models.ForeignKey(
        Client, on_delete=models.CASCADE, related_name="domains", verbose_name=_("client")
    )
    name = models.CharField(_("domain"), max_length=253, unique=True)
    mail_host = models.CharField(_("mail host"), max_length=120, blank=True)
    registrar = models.CharField(_("registrar"), max_length=120, blank=True)
    expires = models.DateField(_("expires"), null=True, blank=True)
    notes = models.TextField(_("notes"), blank=True)

    class Meta:
        verbose_name = _("domain")
        verbose_name_plural = _("domains")
        ordering = ["name"]
        constraints = [models.CheckConstraint(condition=Q(name=Lower("name")), name="domain_lower_case")]

    def __str__(self) -> str:
        return self.name


class Contact(models.Model):
    """A person who asks. Needs one way to be reached: an address or a phone number."""

    client = models.ForeignKey(
        Client,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="contacts",
        verbose_name=_("client"),
    )
    name = models.CharField(_("name"), max_length=120)
    email = models.EmailField(_("e-mail"), max_length=254, blank=True)
    # Where mail goes while the first address is on the domain that is out of order.
    second_email = models.EmailField(_("another e-mail"), max_length=254, blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    # Digits only, for finding a request by number and phone.
    phone_digits = models.CharField(max_length=20, blank=True, editable=False, db_index=True)
    language = models.CharField(_("language"), max_length=2, choices=LANGUAGES, default="ja")
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        ordering = ["pk"]
        indexes = [
            models.Index(Lower("email"), name="contact_email_lower"),
            models.Index(fields=["name"], name="contact_name"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(email="") | ~Q(phone=""), name="contact_can_be_reached")
        ]

    def __str__(self) -> str:
        return self.name
