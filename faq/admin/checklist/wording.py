"""Versions as the pages of this room find and name them."""

from django.http import Http404
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
