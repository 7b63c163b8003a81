"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FaqConfig(AppConfig):
    """What we know: causes, articles, checklists, and how people look for them."""

    name = "faq"
    verbose_name = _("Knowledge")
