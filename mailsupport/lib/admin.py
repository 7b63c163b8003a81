"""What the staff screens of every app share: rows nobody edits, counts that stay cheap at a million."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Model
from django.forms import BaseInlineFormSet
from django.http import HttpRequest
from django.utils.functional import cached_property

MOST = 10_000
"""Rows counted at most; beyond it a list says "10000+" and can still be searched and filtered."""


class ReadOnly:
    """Mixin for a ModelAdmin or an inline: staff look, nobody adds, changes or deletes."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Rows are written by services only."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody edits what happened."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nor removes it."""
        return False


class Kept:
    """Mixin for a ModelAdmin: rows others point to are changed, never deleted."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody deletes here."""
        return False


class Labelled(BaseInlineFormSet[Any, Any, Any]):
    """Rows in a table have no labels of their own: each field says what stands above its column."""

    def add_fields(self, form: Any, index: int | None) -> None:
        """With the label as its name for screen readers."""
        super().add_fields(form, index)
        for field in form.fields.values():
            # A choice with an "add" button beside it is wrapped; the wrapper draws no attributes.
            widget = getattr(field.widget, "widget", field.widget)
            if not widget.is_hidden:
                widget.attrs["aria-label"] = str(field.label)


class CappedPaginator(Paginator[Model]):
    """Counts at most MOST rows: the database stops there instead of walking a million."""

    @cached_property
    def count(self) -> int:
        """Rows, MOST where there are more."""
        rows: Any = self.object_list
        return int(rows.order_by()[:MOST].count())
