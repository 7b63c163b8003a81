"""Addresses. Japanese stands at the root, English under /en/; the switch is a link."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

from faq.views import feeds
from mailsupport import health, metrics, views

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
    path("robots.txt", views.robots, name="robots"),
    path("sitemap.xml", feeds.sitemap, name="sitemap"),
    *i18n_patterns(
        path("admin/", admin.site.urls),
        path("tickets/", include("tickets.urls")),
        path("", include("faq.urls")),
        prefix_default_language=False,
    ),
]

handler400 = "mailsupport.views.bad_request"
handler403 = "mailsupport.views.forbidden"
handler404 = "mailsupport.views.not_found"
handler500 = "mailsupport.views.server_error"
