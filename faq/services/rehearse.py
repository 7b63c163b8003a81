"""Walking a version to see how it goes: a walk that nobody keeps and nobody counts."""

from __future__ import annotations

from collections.abc import Mapping

from faq.models import Version, Walk, WalkStep
from faq.rules.graph import Place, circle, follow, foreseen, way_of
from faq.services.walk import Script, Standing, script_of


def rehearse(version: Version, answers: Mapping[str, str]) -> Standing:
    """Where a client with these answers would stand. Three statements for a draft, none are written.

    As in a walk, what earlier answers tell is answered ahead. Answers that do not lie on the way, or that the
    version does not have (any more), are passed over. Nothing is asked and nothing has ended where the last
    answer leads nowhere, or back to a question answered before.
    """
    script = script_of(version)
    walk = Walk(version=version)
    given, ahead, place = _walk_along(script, answers)
    steps = {
        key: WalkStep(walk=walk, question=script.questions[key], prefilled=key in ahead)
        for key in place.answered
    }
    return Standing(walk, script, given, place, steps)


def can_be_counted(now: Standing) -> bool:
    """Whether it can be said how many questions come at most: not where questions go round in a circle."""
    return not circle(now.script.graph)


def _walk_along(script: Script, answers: Mapping[str, str]) -> tuple[dict[str, str], set[str], Place]:
    """Answers on the way, those of them that nobody gave, and where they lead."""
    graph = script.graph
    given: dict[str, str] = {}
    ahead: set[str] = set()
    while asked := (place := follow(graph, given)).question:
        way = way_of(graph, asked, answers.get(asked, ""))
        if way is None:
            way = foreseen(graph, asked, script.meanings, script.known(script.facts(given)))
            if way is None:
                break
            ahead.add(asked)
        given[asked] = way.key
        if way.to in given:
            return given, ahead, Place((*place.answered, asked))
    return given, ahead, place
