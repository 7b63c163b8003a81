"""The pages around publishing a version: try-out, publish, compare, discard, back to an older state."""

from django.contrib.admin import ModelAdmin
from django.urls import URLPattern, path

from faq.admin.checklist import comparing, publishing, trying
from faq.models import Version


def urls(admin: ModelAdmin[Version]) -> list[URLPattern]:
    """For VersionAdmin: `admin:faq_version_…` with the version's number in the database."""
    views = {
        "try": trying.try_out(admin),
        "publish": publishing.publish(admin),
        "compare": comparing.compare(admin),
        "discard": publishing.discard(admin),
        "restore": publishing.restore(admin),
    }
    wrap = admin.admin_site.admin_view
    return [path(f"<int:pk>/{name}/", wrap(view), name=f"faq_version_{name}") for name, view in views.items()]
