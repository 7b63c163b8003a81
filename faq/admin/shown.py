"""What staff screens of rows that visitors see have in common."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from faq.services import edition


class Shown:
    """Mixin for a ModelAdmin: whatever is saved or deleted here, kept pages are drawn anew.

    Stands before ModelAdmin. Django saves a form and its inlines in one transaction, and this at its end.
    """

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Called for every saved form, after the row and its inlines."""
        super().save_related(request, form, formsets, change)  # type: ignore[misc]  # a mixin
        edition.changed()

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """One row."""
        super().delete_model(request, obj)  # type: ignore[misc]  # a mixin
        edition.changed()

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Several at once, by the action of the list."""
        super().delete_queryset(request, queryset)  # type: ignore[misc]  # a mixin
        edition.changed()
