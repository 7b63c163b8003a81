"""What the models of this app share."""

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from faq.rules.names import Actor, Symptom

ACTORS = [
    (Actor.CLIENT, _("The client")),
    (Actor.AGENCY, _("Our desk")),
    (Actor.CORRESPONDENT, _("The other side")),
    (Actor.HOST, _("The server company")),
    (Actor.REGISTRAR, _("The domain company")),
    (Actor.SENDING_SERVICE, _("The cart or sending service")),
    (Actor.NOBODY, _("Nobody needs to act")),
]
SYMPTOMS = [
    (Symptom.NOTHING_ARRIVES, _("No mail arrives at all")),
    (Symptom.SOME_MISSING, _("Some mail does not arrive")),
    (Symptom.BOUNCED, _("Mail I sent does not arrive")),
    (Symptom.SOME_PROVIDERS, _("Gmail or mobile addresses do not get it")),
    (Symptom.CANNOT_SEND, _("I cannot send mail")),
    (Symptom.CANNOT_LOG_IN, _("The password is refused")),
    (Symptom.SUSPICIOUS, _("A suspicious mail came")),
    (Symptom.OTHER, _("Something else")),
]


class Audience(models.TextChoices):
    """Who may read it."""

    PUBLIC = "public", _("Everybody")
    STAFF = "staff", _("Staff only")


class Bilingual(models.Model):
    """Texts in `<field>_ja` and `<field>_en`; English falls back to Japanese where it is empty."""

    class Meta:
        abstract = True

    def text(self, field: str, language: str | None = None) -> str:
        """The text of `field` in `language` (default: the active one), else in Japanese."""
        code = (language or get_language() or "ja")[:2]
        return str(getattr(self, f"{field}_{code}", "") or getattr(self, f"{field}_ja"))
