"""Publishing a draft, throwing it away, comparing versions, going back to an older one."""

from collections.abc import Callable

from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from faq.admin.checklist.rights import require_writer
from faq.models import Version

View = Callable[..., HttpResponse]


def publish(admin: ModelAdmin[Version]) -> View:
    """What will change for clients, and the button."""

    @require_http_methods(["GET", "HEAD", "POST"])
    def view(request: HttpRequest, pk: int) -> HttpResponse:
        require_writer(request)
        raise Http404

    return view


def compare(admin: ModelAdmin[Version]) -> View:
    """What differs between two versions."""

    @require_safe
    def view(request: HttpRequest, pk: int) -> HttpResponse:
        if not admin.has_view_permission(request):
            raise PermissionDenied
        raise Http404

    return view


def discard(admin: ModelAdmin[Version]) -> View:
    """What would be lost, and the button."""
    return publish(admin)


def restore(admin: ModelAdmin[Version]) -> View:
    """An older state becomes a draft."""

    @require_POST
    def view(request: HttpRequest, pk: int) -> HttpResponse:
        require_writer(request)
        raise Http404

    return view
