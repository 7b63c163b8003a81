"""App configuration of the staff site."""

# The module, not the class: Django would take an imported AdminConfig for a default of "mailsupport".
from django.contrib.admin import apps


class StaffSiteConfig(apps.AdminConfig):
    """Django admin, with our site class as the default: apps register with plain @admin.register."""

    default_site = "mailsupport.site.StaffSite"
    default = False
