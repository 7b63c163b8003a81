"""Addresses of the knowledge base."""

from django.urls import path

from faq.views import checklists, feeds, pages, search

app_name = "faq"
urlpatterns = [
    path("", pages.home, name="home"),
    path("faq/categories/<slug:slug>/", pages.category, name="category"),
    path("faq/<slug:key>/", pages.article, name="article"),
    path("faq/<slug:key>/host/", pages.host_note, name="host_note"),
    path("faq/<slug:key>/feedback/", pages.feedback, name="feedback"),
    path("search/", search.search, name="search"),
    path("checklists/", checklists.checklists, name="checklists"),
    path("checklists/<slug:slug>/", checklists.checklist, name="checklist"),
    path("checklists/<slug:slug>/<slug:token>/", checklists.walk, name="walk"),
    path("feed/", feeds.feed, name="feed"),
    path("privacy/", pages.privacy, name="privacy"),
]
