"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TicketsConfig(AppConfig):
    """Who asked, and what we did."""

    name = "tickets"
    verbose_name = _("Requests")
