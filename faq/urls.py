"""Addresses of the knowledge base."""

from django.urls import URLPattern

app_name = "faq"
urlpatterns: list[URLPattern] = []
