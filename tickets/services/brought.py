"""What a client did before asking, as a draft remembers it: searches, articles, checklists walked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from django.utils import timezone

from faq.models import Article, Cause, Checklist, Lookup, Question, Walk
from faq.models.checklist import Answer
from faq.rules.facts import Facts
from faq.services import walk as walks
from faq.services.walk import Standing

MOST = 20
"""Lookups, articles and walks of one visit that come along; the newest ones."""


@dataclass(frozen=True)
class Walked:
    """A checklist as the client walked it up to now. `sent` is False where it is left out of the request."""

    standing: Standing
    sent: bool = True

    @property
    def walk(self) -> Walk:
        """The row."""
        return self.standing.walk

    @property
    def checklist(self) -> Checklist:
        """Which one."""
        return self.walk.version.checklist

    @cached_property
    def answers(self) -> list[tuple[Question, Answer]]:
        """What was answered, in order."""
        return self.standing.answers()

    @cached_property
    def told(self) -> Facts:
        """What the answers tell."""
        given = {question.key: answer.key for question, answer in self.answers}
        return self.standing.script.facts(given)

    @cached_property
    def known(self) -> Facts:
        """What the answers tell over what the client's words told before; an answer takes their place also
        where it is "I don't know". Yesterday's "today" is asked again."""
        asked = {question.fact for question, _ in self.answers if question.fact}
        facts = Facts.from_json(self.walk.facts_json).without(*asked).merged(self.told)
        is_today = timezone.localdate(self.walk.started) == timezone.localdate()
        return facts if is_today else facts.without("since")

    @property
    def cause(self) -> Cause | None:
        """What it probably is, by this walk."""
        return self.walk.outcome.cause if self.walk.outcome else None


@dataclass(frozen=True)
class Brought:
    """All that comes along. Walks, the oldest first: those without an answer tell nothing and stay out."""

    lookups: list[Lookup]
    articles: list[Article]
    walked: list[Walked]

    @property
    def sent(self) -> list[Walked]:
        """Walks that are part of the request."""
        return [one for one in self.walked if one.sent]

    @cached_property
    def known(self) -> Facts:
        """What the walks tell together: the later one counts."""
        facts = Facts()
        for one in self.sent:
            facts = facts.merged(one.known)
        return facts

    @property
    def suspected(self) -> Cause | None:
        """By the newest walk that came to an outcome which did not solve it."""
        causes = (one.cause for one in reversed(self.sent) if not one.walk.helped)
        return next((cause for cause in causes if cause), None)


def brought_by(visit: object) -> Brought:
    """What `Draft.visit` = {"lookups": [ids], "articles": [keys], "walks": [ids]} names, as it is now; other
    names and types are left out. At most four statements, however many walks (and two for each version of a
    checklist that this process has not read yet)."""
    found = visit if isinstance(visit, Mapping) else {}
    lookups = [pk for pk in _list(found.get("lookups")) if isinstance(pk, int)]
    keys = [key for key in _list(found.get("articles")) if isinstance(key, str)]
    return Brought(
        list(Lookup.objects.filter(pk__in=lookups).order_by("pk")) if lookups else [],
        list(Article.objects.public().filter(key__in=keys).for_display()) if keys else [],
        _walked(found),
    )


def _walked(visit: Mapping[str, object]) -> list[Walked]:
    # Drafts of before hold one walk, as "walk".
    pks = [pk for pk in [visit.get("walk"), *_list(visit.get("walks"))] if isinstance(pk, int)]
    if not pks:
        return []
    left_out = _list(visit.get("left_out"))
    rows = Walk.objects.select_related("version__checklist", "outcome__cause").prefetch_related("steps")
    found = [walks.standing(walk) for walk in rows.filter(pk__in=pks).order_by("last_step", "pk")]
    return [Walked(now, now.walk.pk not in left_out) for now in found if now.given]


def _list(value: object) -> list[object]:
    return value[-MOST:] if isinstance(value, list) else []
