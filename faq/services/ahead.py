"""What a client's own words answer before a checklist asks it: shown, and taken over where it is left."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple

from django.utils.translation import get_language

from faq.models import Checklist, Version
from faq.rules.clues import SURE, clues_of
from faq.rules.facts import Facts
from faq.rules.graph import foreseen
from faq.search.find import find
from faq.services.facts import describe
from faq.services.offer import checklist_for, contradicts
from faq.services.walk import Script, script_of


class Told(NamedTuple):
    """One fact out of the words. `code` names it with its value; `words` are the client's, as typed."""

    code: str
    label: str
    value: str
    words: str


@dataclass(frozen=True)
class Ahead:
    """What the words tell a checklist. `instead` is another one, where they are about mail going the other
    way than this one's; nothing is answered ahead then."""

    told: tuple[Told, ...] = ()
    direction: str = ""
    instead: Checklist | None = None

    def left(self, codes: Collection[str]) -> Facts:
        """The facts among `told` that the client let stand; other codes are not looked at."""
        pairs = (one.code.split("=", 1) for one in self.told if one.code in codes)
        return Facts.from_json(dict(pairs))


def read(version: Version, words: str) -> Ahead:
    """What `words` answer of this version. Without a statement, unless they fit another checklist better."""
    clues = clues_of(words)
    known = Facts.from_json({clue.fact: clue.value for clue in clues})
    if contradicts(version.checklist.symptom, known):
        found = find(words, language=(get_language() or "ja")[:2], limit=5)
        return Ahead(direction=known.direction, instead=checklist_for(words, found))
    script = script_of(version)
    return Ahead(
        tuple(
            Told(f"{clue.fact}={clue.value}", label, value, clue.words)
            for clue in clues
            if clue.fact in SURE and _answers(script, fact := Facts.from_json({clue.fact: clue.value}))
            for _, label, value in describe(fact)
        )
    )


def _answers(script: Script, fact: Facts) -> bool:
    """True where a question would be answered by the fact. One that would end the walk is asked."""
    known = script.known(fact)
    return any(foreseen(script.graph, question, script.meanings, known) for question in known)
