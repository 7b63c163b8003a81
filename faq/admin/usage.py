"""What clients looked for and whether it helped: read only."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from faq.models import Lookup, Vote
from mailsupport.lib.admin import CappedPaginator, ReadOnly


@admin.register(Lookup)
class LookupAdmin(ReadOnly, admin.ModelAdmin[Lookup]):
    """Finished searches, personal data masked."""

    list_display = ["text", "none", "opened", "helped", "created"]
    list_filter = ["none", "helped", "language"]
    search_fields = ["text"]
    list_per_page = 50
    paginator = CappedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    fields = ["text", "language", "hits", "none", "opened", "helped", "created"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Lookup]:
        """With the opened articles and their texts: their titles stand in the list."""
        return super().get_queryset(request).select_related("opened").prefetch_related("opened__texts")


@admin.register(Vote)
class VoteAdmin(ReadOnly, admin.ModelAdmin[Vote]):
    """Did it help, and why not."""

    list_display = ["article", "helpful", "reason", "language", "created"]
    list_filter = ["helpful", "language"]
    search_fields = ["reason"]
    list_per_page = 50
    paginator = CappedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    fields = ["article", "language", "helpful", "reason", "created"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Vote]:
        """With the articles' texts: their titles stand in the list."""
        return super().get_queryset(request).select_related("article").prefetch_related("article__texts")
