"""Versions as the pages of this room find and name them."""

from typing import Any

from django.contrib.admin import ModelAdmin
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.translation import gettext

from faq.models import Version


def found_or_404(pk: int) -> Version:
    """The version with its checklist and who wrote it. One statement."""
    rows = Version.objects.select_related("checklist", "created_by", "published_by")
    # What the database takes no number for is no version either.
    found = rows.filter(pk=pk).first() if pk < 2**63 else None
    if found is None:
        raise Http404
    return found


def version_words(version: Version) -> str:
    """第3版（下書き）."""
    return gettext("version %(n)s (%(status)s)") % {
        "n": version.number,
        "status": version.get_status_display(),
    }


def home_of(version: Version) -> str:
    """The page of the version itself."""
    return reverse("admin:faq_version_change", args=[version.pk])


def context_of(
    admin: ModelAdmin[Version], request: HttpRequest, version: Version, title: str
) -> dict[str, Any]:
    """What every page about a version shows."""
    return {
        **admin.admin_site.each_context(request),
        "title": title,
        "subtitle": version.checklist.title,
        "opts": admin.opts,
        "version": version,
        "version_words": version_words(version),
        "home": home_of(version),
    }
