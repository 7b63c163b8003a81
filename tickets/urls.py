"""Addresses of the requests."""

from django.urls import URLPattern

app_name = "tickets"
urlpatterns: list[URLPattern] = []
