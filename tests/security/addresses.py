"""Every address of the site, read from the resolver, so that none is forgotten."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from django.apps import apps
from django.urls import URLPattern, URLResolver, get_resolver

STAFF = "admin/"


def routes(patterns: Any = None, before: str = "") -> Iterator[str]:
    """All of them, with their parts still to be filled in."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, before + str(pattern.pattern))
        elif isinstance(pattern, URLPattern):
            yield before + str(pattern.pattern)


def public_routes() -> list[str]:
    """Those that anybody may ask for: not the staff site, but the page where one signs in to it."""
    return [route for route in routes() if not route.startswith(STAFF) or route == "admin/login/"]


def filled(route: str, values: Mapping[str, str], rows: Mapping[str, str]) -> str:
    """The address of a route: its parts by name, and for a staff screen the id of a row of its model."""
    model = re.match(r"admin/(\w+/\w+)/", route)
    pk = rows.get(model[1], "1") if model else "1"
    path = plain(route).replace("<id>", f"<{'object_' if '([^' in route else ''}id>")
    for name, value in {**values, "object_id": pk}.items():
        path = path.replace(f"<{name}>", value)
    return "/" + path


def plain(route: str) -> str:
    """A route as people read it: only the names of its parts, no expressions and no types."""
    path = re.sub(r"\(\?P<(\w+)>[^)]*\)", r"<\1>", route).replace("([^/]+)", "<id>")
    return re.sub(r"[\\^$]", "", re.sub(r"<\w+:(\w+)>", r"<\1>", path))


def first_rows() -> dict[str, str]:
    """An id of each model that has a row, by app and name."""
    firsts = ((model._meta, model._base_manager.order_by("pk").first()) for model in apps.get_models())
    return {f"{meta.app_label}/{meta.model_name}": str(row.pk) for meta, row in firsts if row}
