"""What the staff screens of every app share: rows nobody edits, counts that stay cheap at a million."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ORDER_VAR, PAGE_VAR, ChangeList
from django.core.paginator import InvalidPage, Paginator
from django.db.models import DateField, DateTimeField, Field, Model, QuerySet, TimeField
from django.forms import BaseInlineFormSet
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext

MOST = 10_000
"""Rows counted at most; beyond it a list says "10000+" and can still be searched and filtered."""


class DayInput(forms.DateInput):
    """A day by the browser's own means: it has a calendar, knows the language, and needs no script."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        # The one way that HTML writes it, in every language; so below.
        super().__init__(attrs, format="%Y-%m-%d")


class TimeInput(forms.TimeInput):
    """A time of the day."""

    input_type = "time"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%H:%M")


class MomentInput(forms.DateTimeInput):
    """Day and time in one field. Django's pair of fields has one label for two."""

    input_type = "datetime-local"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%dT%H:%M")


WHEN: dict[type[Field[Any, Any]], dict[str, Any]] = {
    DateField: {"widget": DayInput},
    TimeField: {"widget": TimeInput},
    DateTimeField: {"form_class": forms.DateTimeField, "widget": MomentInput},
}
"""`formfield_overrides` of a ModelAdmin or an inline where days or times are typed in."""


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

    @property
    def is_capped(self) -> bool:
        """May there be more rows than were counted?"""
        return self.count >= MOST


class CappedList(ChangeList):
    """Pages from either end: page -1 is the last one, -2 the one before it.

    Nobody knows the number of the last page of a capped list; its rows are the first ones the other way
    round, which an index gives as fast as the first page.
    """

    def get_results(self, request: HttpRequest) -> None:
        """The page's ids out of an index alone, then these rows: a late page skips ids instead of rows.

        Raises IncorrectLookupParameters for a page that is not counted.
        """
        if self.page_num < 0:
            self._count_from_the_end(request)
        else:
            super().get_results(request)
        ids = list(self.result_list.values_list("pk", flat=True))
        found = {row.pk: row for row in self.rows_of(ids)}
        ids = ids if self.page_num >= 0 else ids[::-1]
        self.result_list = [found[pk] for pk in ids if pk in found]

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[Any]:
        """As asked for, unless there are too many rows to sort them for one page."""
        # What a search finds is few.
        if ORDER_VAR in self.params and not self.query:
            pages: Any = self.model_admin.get_paginator(request, queryset, self.list_per_page)
            if pages.is_capped:
                del self.params[ORDER_VAR]
                words = gettext("%(most)s rows or more are not sorted: choose a filter or search first.")
                messages.info(request, words % {"most": MOST})
        return list(super().get_ordering(request, queryset))

    def rows_of(self, ids: list[Any]) -> QuerySet[Any]:
        """Rows of a page, in any order."""
        return self.apply_select_related(self.root_queryset.filter(pk__in=ids))

    def _count_from_the_end(self, request: HttpRequest) -> None:
        pages = self.model_admin.get_paginator(request, self.queryset.reverse(), self.list_per_page)
        try:
            self.result_list = pages.page(-self.page_num).object_list
        except InvalidPage:
            raise IncorrectLookupParameters from None
        self.paginator, self.result_count = pages, pages.count
        self.show_full_result_count, self.full_result_count = False, None
        self.show_admin_actions = True
        # No page numbers: they count from the front.
        self.can_show_all = self.multi_page = False

    @property
    def ends(self) -> list[tuple[str, str]]:
        """Links to the pages that have no number: address and words."""
        if self.page_num >= 0:
            return [(self._page(-1), gettext("Last page"))] if self.paginator.is_capped else []
        pages = [(1, gettext("First page"))]
        if -self.page_num < self.paginator.num_pages:
            pages.append((self.page_num - 1, gettext("Previous page")))
        if self.page_num < -1:
            pages.append((self.page_num + 1, gettext("Next page")))
        return [(self._page(number), words) for number, words in pages]

    def _page(self, number: int) -> str:
        return str(self.get_query_string({PAGE_VAR: number}))
