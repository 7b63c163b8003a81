"""What a client did before asking, as a draft remembers it: searches, articles, checklists walked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext, pgettext

from faq.models import Answer, Article, Cause, Lookup, Outcome, Question, Walk
from faq.models.article import ArticleQuerySet
from faq.models.kept import kept
from faq.rules.clues import SURE, facts_of_words
from faq.rules.facts import Facts
from faq.rules.names import Symptom
from faq.services import walk as walks
from faq.services.walk import Standing
from mailsupport.lib.statements import prepared
from tickets.rules.request import ASKED

HEARD = 3
"""Searches that are read for what they tell; the newest ones."""
MOST = 20
"""Lookups, articles and walks of one visit that come along; the newest ones."""


@dataclass(frozen=True)
class Walked:
    """A checklist as far as the client walked it. `sent` is False where it is left out of the request."""

    now: Standing
    sent: bool = True

    @property
    def walk(self) -> Walk:
        """The row."""
        return self.now.walk

    @property
    def title(self) -> str:
        """The checklist's, in the active language."""
        return self.walk.version.checklist.title

    @property
    def outcome(self) -> str:
        """The likely cause in a sentence, in the active language; "" where the walk has not come to one."""
        return self.walk.outcome.text("title") if self.walk.outcome else ""

    @property
    def cause(self) -> Cause | None:
        """What it probably is, by this walk."""
        return self.walk.outcome.cause if self.walk.outcome else None

    @cached_property
    def answers(self) -> list[tuple[Question, Answer]]:
        """What was answered, in order."""
        return self.now.answers()

    @cached_property
    def told(self) -> Facts:
        """What the answers tell."""
        return self.now.script.facts({question.key: answer.key for question, answer in self.answers})

    @cached_property
    def known(self) -> Facts:
        """What the answers tell, over what the client's words told before.

        An answer counts over the words also where it is "I don't know". The "today" of another day is
        unknown: it is asked again.
        """
        asked = [question.fact for question, _ in self.answers if question.fact]
        facts = Facts.from_json(self.walk.facts_json).without(*asked).merged(self.told)
        is_today = timezone.localdate(self.walk.last_step) == timezone.localdate()
        return facts if is_today else facts.without("since")

    @property
    def said(self) -> str:
        """Questions and answers as lines, in the active language, marked as what they are."""
        about = gettext("Answers to our questions: %s") % self.title
        return "\n".join(
            [
                about,
                "",
                *(f"{question}\n→ {self._word(question, answer)}" for question, answer in self.answers),
            ]
        )

    def _word(self, question: Question, answer: Answer) -> str:
        """The answer; marked where nobody gave it."""
        if question.key not in self.now.prefilled:
            return str(answer)
        return gettext("%(words)s (%(who)s)") % {"words": answer, "who": gettext("From your own words")}


@dataclass(frozen=True)
class Brought:
    """All that comes along. Walks the oldest first; those without an answer tell nothing and stay away."""

    lookups: list[Lookup]
    article_ids: list[int]
    walked: list[Walked]

    @property
    def articles(self) -> ArticleQuerySet:
        """The rows of what was read."""
        return Article.objects.filter(pk__in=self.article_ids)

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

    @cached_property
    def heard(self) -> Facts:
        """What today's searches told of what the form asks: the later one counts."""
        facts = Facts()
        for lookup in self.lookups[-HEARD:]:
            facts = facts.merged(heard_in(lookup))
        return facts

    @cached_property
    def shown(self) -> frozenset[int]:
        """Ids of the articles that the outcomes led to: the client has them before them, and asks on."""
        ends = [one.walk.outcome_id for one in self.walked if one.walk.outcome_id]
        links = Outcome.articles.through.objects.filter(outcome__in=ends)
        return frozenset(links.values_list("article", flat=True)) if ends else frozenset()

    @property
    def symptom(self) -> str:
        """Whose checklist was chosen last; also of one that is left out, whose answers only are not sent."""
        found = (one.walk.version.checklist.symptom for one in reversed(self.walked))
        return next((symptom for symptom in found if symptom not in ("", Symptom.OTHER)), "")

    def to_json(self, words: str = "") -> dict[str, str]:
        """What need not be asked again, by the names of `rules.request.Request`.

        Where the `words` in the form say anything else than a search did, it is asked.
        """
        now = _told_by(words)
        other = [
            name for name, value in self.heard.to_json().items() if getattr(now, name) not in ("", value)
        ]
        facts = self.heard.without(*other).merged(self.known)
        return {"symptom": self.symptom, **facts.to_json()}

    @property
    def suspected(self) -> Cause | None:
        """By the newest walk that came to an outcome which did not solve it."""
        causes = (one.cause for one in reversed(self.sent) if not one.walk.helped)
        return next((cause for cause in causes if cause), None)

    @property
    def subject(self) -> str:
        """For a request without words, in the active language: the newest walk and where it came to."""
        newest = self.sent[-1]
        return pgettext("after a label", ": ").join(filter(None, [newest.title, newest.outcome]))

    @property
    def said(self) -> str:
        """For a request without words, in the active language: the answers, the newest walk first."""
        return "\n\n".join(one.said for one in reversed(self.sent))


def heard_in(lookup: Lookup) -> Facts:
    """What the words of a search tell of what the form asks, as far as clues are sure of it. Of another day
    than today nothing: "today" means that day, and what stood still then may be running again."""
    if timezone.localdate(lookup.created) != timezone.localdate():
        return Facts()
    told = _told_by(lookup.text).to_json()
    return Facts.from_json({name: told[name] for name in ASKED if name in SURE and name in told})


@lru_cache(maxsize=8)
def _told_by(words: str) -> Facts:
    """One request asks for the same words several times, and is over soon."""
    return facts_of_words(words)


def brought_by(visit: object) -> Brought:
    """What `Draft.visit` names, as it is now: {"lookups": [ids], "articles": [keys], "walks": [ids],
    "left_out": [ids of walks]}. Other names and types are not looked at.

    At most three statements, however many walks; more only for versions and outcomes of checklists that this
    process has not read yet, or where anything that visitors see has changed.
    """
    found = visit if isinstance(visit, Mapping) else {}
    lookups = _ids(_list(found.get("lookups")))
    keys = dict.fromkeys(key for key in _list(found.get("articles")) if isinstance(key, str))
    return Brought(
        _lookups(lookups) if lookups else [],
        [public[key] for key in keys if key in public] if keys and (public := _public()) else [],
        _walked(found),
    )


@prepared
def _lookups(pks: Sequence[int]) -> QuerySet[Lookup]:
    return Lookup.objects.filter(pk__in=pks).order_by("pk")


@kept
def _public() -> Mapping[str, int]:
    """Ids of the articles that anybody may read, by key."""
    return dict(Article.objects.public().values_list("key", "pk"))


def _walked(visit: Mapping[str, object]) -> list[Walked]:
    # A draft of before names one walk, as "walk".
    wanted = _ids([visit.get("walk"), *_list(visit.get("walks"))])
    found = walks.standings(wanted)
    left_out = _list(visit.get("left_out"))
    return [
        Walked(found[pk], pk not in left_out)
        for pk in dict.fromkeys(wanted)
        if pk in found and found[pk].given
    ]


def _ids(values: Iterable[object]) -> list[int]:
    """Those that can be a row's: a larger number, or True, no database takes."""
    return [pk for pk in values if type(pk) is int and 0 < pk < 2**63]


def _list(value: object) -> list[object]:
    return value[-MOST:] if isinstance(value, list) else []
