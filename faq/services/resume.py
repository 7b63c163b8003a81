"""Checklists of this visit that were begun and not walked to their end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count
from django.urls import reverse

from faq.services.walk import walks_by_token


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A walk to go on with: its address, and the number of the question where it stands."""

    url: str
    number: int


def unfinished(tokens: Sequence[str]) -> dict[int, Unfinished]:
    """Of the walks with these tokens the newest unfinished one of each checklist (by its id), if a question
    is answered already. One statement, none without tokens."""
    if not tokens:
        return {}
    walks = walks_by_token(tokens).filter(outcome=None).annotate(done=Count("steps")).filter(done__gt=0)
    return {
        walk.version.checklist_id: Unfinished(
            reverse("faq:walk", args=[walk.version.checklist.slug, walk.token]), walk.done + 1
        )
        for walk in walks.order_by("last_step", "pk")
    }
