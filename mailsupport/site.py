"""The staff site."""

from django.contrib.admin import AdminSite
from django.utils.translation import gettext_lazy as _


class StaffSite(AdminSite):
    """Stock Django admin with our words."""

    site_header = _("Mail support")
    site_title = _("Mail support staff")
    index_title = _("Home")
    enable_nav_sidebar = False
