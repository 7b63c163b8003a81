"""Which texts want another look: facts grown old, links that lead nowhere, nobody or too few helped."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from django.db.models import Count, Q

from faq.models import Article, ArticleText, Category, Checklist
from faq.models.article import Status
from faq.models.base import Audience
from faq.services.publish import By, save_text

OLD: Final = timedelta(days=180)
"""Menus and rules of mail services change about twice a year."""
SINCE: Final = timedelta(days=90)
"""Votes of this time count."""
FEW: Final = 5
"""With fewer votes a share says nothing."""
MANY_NO: Final = 40  # percent
_LINK: Final = re.compile(r"\]\((faq|checklist|category):([-\w]+)\)")


class Reason(StrEnum):
    """Why a text wants another look, the most urgent first."""

    BROKEN = "broken"
    MANY_NO = "many-no"
    OLD = "old"
    NO_VOTES = "no-votes"


@dataclass(frozen=True, slots=True)
class Look:
    """One text with its reasons; `broken` are links as written, as "faq:mailbox-full"."""

    text: ArticleText
    reasons: tuple[Reason, ...]
    broken: tuple[str, ...]
    yes: int
    no: int


def looks(now: datetime) -> list[Look]:
    """Published texts with a reason, the most urgent first. Four statements however many there are."""
    votes = Q(article__votes__created__gte=now - SINCE)
    texts = (
        ArticleText.objects.filter(status=Status.PUBLISHED)
        .select_related("article__category")
        .prefetch_related("article__texts")
        .annotate(
            yes=Count("article__votes", filter=votes & Q(article__votes__helpful=True)),
            no=Count("article__votes", filter=votes & Q(article__votes__helpful=False)),
        )
        .order_by("article__category__order", "article__order", "pk")
    )
    targets = _targets()
    found = [_look(text, targets, now) for text in texts]
    return sorted((look for look in found if look.reasons), key=_urgency)


def mark_checked(*, text: ArticleText, day: date, by: By) -> ArticleText:
    """Somebody has followed the steps on that day, and they are right."""
    text.checked = day
    return save_text(text=text, by=by)


def _urgency(look: Look) -> tuple[int, date]:
    return list(Reason).index(look.reasons[0]), look.text.checked or date.min


def _look(text: ArticleText, targets: dict[str, Collection[str]], now: datetime) -> Look:
    # Annotated by `looks`.
    yes, no = int(getattr(text, "yes")), int(getattr(text, "no"))  # noqa: B009
    staff = text.article.audience == Audience.STAFF
    broken = () if staff else _broken(text.body, targets)
    reasons = {
        Reason.BROKEN: bool(broken),
        Reason.MANY_NO: yes + no >= FEW and no * 100 >= MANY_NO * (yes + no),
        Reason.OLD: text.checked is None or text.checked < (now - OLD).date(),
        # A new article has had no time to help anybody.
        Reason.NO_VOTES: not staff and not yes + no and text.created < now - SINCE,
    }
    return Look(text, tuple(reason for reason, holds in reasons.items() if holds), broken, yes, no)


def _targets() -> dict[str, Collection[str]]:
    """What a client can open."""
    return {
        "faq": set(Article.objects.public().order_by().values_list("key", flat=True)),
        "checklist": set(Checklist.objects.public().order_by().values_list("slug", flat=True)),
        "category": set(Category.objects.with_public_articles().order_by().values_list("slug", flat=True)),
    }


def _broken(body: str, targets: dict[str, Collection[str]]) -> tuple[str, ...]:
    """Links to what was taken away or never published; publishing refuses what does not exist at all."""
    return tuple(f"{kind}:{name}" for kind, name in _LINK.findall(body) if name not in targets[kind])
