"""What stands on the home page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from urllib.parse import urlencode

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from faq.models import Article, Checklist
from faq.rules.names import Symptom

HELPFUL: Final = 4
_DAYS: Final = 90
_TILES: Final[dict[Symptom, tuple[str, Promise, Promise]]] = {
    Symptom.NOTHING_ARRIVES: ("tray", _("No mail arrives at all"), _("It stopped suddenly")),
    Symptom.SOME_MISSING: ("someone", _("Some mail does not arrive"), _("Only from certain people")),
    Symptom.BOUNCED: ("bounce", _("Mail I sent does not arrive"), _("It came back in English")),
    Symptom.SOME_PROVIDERS: (
        "mobile",
        _("Gmail or mobile addresses do not get it"),
        _("Some customers cannot receive it"),
    ),
    Symptom.CANNOT_SEND: ("plane", _("I cannot send mail"), _("An error appears when I press Send")),
    Symptom.CANNOT_LOG_IN: ("key", _("The password is refused"), _("Asked again and again, or forgotten")),
    Symptom.SUSPICIOUS: ("doubt", _("A suspicious mail came"), _("Not sure whether to open it")),
    Symptom.OTHER: ("talk", _("None of these, or not sure"), _("Ask in your own words")),
}


@dataclass(frozen=True, slots=True)
class Tile:
    """One symptom button."""

    icon: str
    words: Promise
    more: Promise
    url: str


def symptom_links(checklists: Iterable[Checklist]) -> list[Tile]:
    """The eight buttons: to the checklist of the symptom, else to what the search says of it, else to us."""
    slugs = {checklist.symptom: checklist.slug for checklist in checklists}
    return [
        Tile(icon, words, more, _url(symptom, slugs.get(str(symptom), "")))
        for symptom, (icon, words, more) in _TILES.items()
    ]


def icon_of(symptom: str) -> str:
    """The picture on the button of the symptom."""
    return _TILES[Symptom(symptom)][0]


def helpful_articles() -> QuerySet[Article]:
    """Those that helped most often lately; where nobody voted yet, the first of each shelf."""
    since = timezone.now() - timedelta(days=_DAYS)
    helped = Count("votes", filter=Q(votes__helpful=True, votes__created__gte=since))
    articles = Article.objects.public().for_display().annotate(helped=helped)
    return articles.order_by("-helped", "category__order", "order", "key")[:HELPFUL]


def _url(symptom: Symptom, checklist: str) -> str:
    if checklist:
        return reverse("faq:checklist", args=[checklist])
    page = "tickets:new" if symptom == Symptom.OTHER else "faq:search"
    return f"{reverse(page)}?{urlencode({'symptom': str(symptom)})}"
