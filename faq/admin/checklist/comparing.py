"""Comparing two versions of one checklist: what differs, who wrote and published them, when and why."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from faq.admin.checklist.differences import Difference, differences, places_of
from faq.admin.checklist.rights import may_write
from faq.admin.checklist.wording import context_of, found_or_404, version_words
from faq.models import Version
from faq.services import editing
from mailsupport.lib.names import staff_name


def compare(admin: ModelAdmin[Version]) -> Callable[..., HttpResponse]:
    """What differs between two versions of one checklist, the older one first."""

    @require_safe
    def view(request: HttpRequest, pk: int) -> HttpResponse:
        if not admin.has_view_permission(request):
            raise PermissionDenied
        version = found_or_404(pk)
        versions = list(version.checklist.versions.select_related("checklist", "created_by", "published_by"))
        chosen = _chosen(request.GET.get("of", ""), versions)
        other = _chosen(request.GET.get("with", ""), versions)
        if chosen and chosen != version:
            query = urlencode({"with": other.pk}) if other else ""
            return HttpResponseRedirect(
                reverse("admin:faq_version_compare", args=[chosen.pk]) + (f"?{query}" if query else "")
            )
        return _compare_page(admin, request, version, other or _usual(version, versions), versions)

    return view


def _chosen(text: str, versions: list[Version]) -> Version | None:
    """None where nothing was chosen; 404 for a version of another checklist, or of none."""
    if not (text.isascii() and text.isdecimal()):
        return None
    found = next((version for version in versions if str(version.pk) == text), None)
    if found is None:
        raise Http404
    return found


def _usual(version: Version, versions: list[Version]) -> Version | None:
    """The published one; for that one, or where there is none, the version before."""
    live = next((other for other in versions if other.status == Version.Status.PUBLISHED), None)
    before = next((other for other in versions if other.number < version.number), None)
    return live if live and live != version else before


def _compare_page(
    admin: ModelAdmin[Version],
    request: HttpRequest,
    version: Version,
    other: Version | None,
    versions: list[Version],
) -> HttpResponse:
    pair = sorted({version, other or version}, key=lambda each: each.number)
    both = len(pair) == 2
    context = context_of(admin, request, version, gettext("Compare versions")) | {
        "sides": [_told(request, each) for each in pair],
        "both": both,
        "differences": _differences(*pair) if both else [],
        "choices": [
            [(each.pk, version_words(each), each == side) for each in versions]
            for side in (pair[0], pair[-1])
        ],
        "single": len(versions) < 2,
    }
    return TemplateResponse(request, "admin/faq/version/compare.html", context)


def _differences(before: Version, after: Version) -> list[Difference]:
    """Each a link to the newer of the two that has the place."""
    places = {**places_of(before), **places_of(after)}
    return differences(editing.read(before), editing.read(after), places)


def _told(request: HttpRequest, version: Version) -> dict[str, Any]:
    """Who wrote and published a version, when and why."""
    draft = version.status == Version.Status.DRAFT
    return {
        "version": version,
        "words": version_words(version),
        "begun_by": staff_name(version.created_by),
        "published_by": staff_name(version.published_by),
        "restore": may_write(request) and version.status == Version.Status.RETIRED,
        "publish": may_write(request) and draft,
    }
