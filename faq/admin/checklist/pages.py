"""The pages around publishing a version: try-out, publish, compare, discard, back to an older state."""

from django.contrib.admin import ModelAdmin
from django.urls import URLPattern

from faq.models import Version


def urls(admin: ModelAdmin[Version]) -> list[URLPattern]:
    """For VersionAdmin."""
    return []
