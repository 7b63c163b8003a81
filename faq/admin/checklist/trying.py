"""Trying a version out as clients will walk it: nothing is kept and nothing counted."""

from collections.abc import Callable

from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from faq.models import Version


def try_out(admin: ModelAdmin[Version]) -> Callable[..., HttpResponse]:
    """One question a page, as clients see it."""

    @require_safe
    def view(request: HttpRequest, pk: int) -> HttpResponse:
        if not admin.has_view_permission(request):
            raise PermissionDenied
        raise Http404

    return view
