"""Addresses of the requests."""

from django.urls import path

from tickets.views import checking, filing, tracking

app_name = "tickets"
urlpatterns = [
    path("new/", filing.step, name="new"),
    path("new/check/", checking.check, name="check"),
    path("new/<slug:step>/", filing.step, name="step"),
    path("find/", tracking.find, name="find"),
    path("found/", tracking.found, name="found"),
    path("found/files/<slug:key>/", tracking.file),
    path("<slug:token>/", tracking.ticket, name="ticket"),
    path("<slug:token>/files/<slug:key>/", tracking.file, name="file"),
]
