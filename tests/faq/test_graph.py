"""A checklist can be walked: what is wrong is found, and what is right never ends in a circle."""

import itertools
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faq.rules.graph import Graph, Way, fill, follow, left, problems, walks, warnings, way_of


def question(*ways: Way) -> tuple[Way, ...]:
    return (*ways, Way("unknown", outcome="end", unknown=True))


def chain(length: int) -> Graph:
    """q0 to q(length - 1), one after another."""
    questions = {f"q{n}": question(Way("on", to=f"q{n + 1}")) for n in range(length - 1)}
    return Graph("q0", questions | {f"q{length - 1}": question()}, frozenset({"end"}))


def test_five_questions_are_fine_seven_are_many_and_eight_too_many() -> None:
    assert problems(chain(5)) == warnings(chain(5)) == []
    assert problems(chain(7)) == []
    assert "q0 > q1 > q2" in str(warnings(chain(7))[0])
    assert "more than 7: q0 > q1" in str(problems(chain(8))[0])


@pytest.mark.parametrize(
    ("graph", "words"),
    [
        (Graph("x", {"q": question()}, frozenset({"end"})), "'x' does not exist"),
        (Graph("q", {"q": (Way("a", outcome="end"),)}, frozenset({"end"})), "those who do not know"),
        (Graph("q", {"q": question(Way("a"))}, frozenset({"end"})), "q = a leads neither"),
        (Graph("q", {"q": question(Way("a", to="z"))}, frozenset({"end"})), "'z', which does not exist"),
        (Graph("q", {"q": question()}, frozenset()), "'end', which does not exist"),
        (Graph("q", {"q": question(), "r": question()}, frozenset({"end"})), "the question r"),
        (Graph("q", {"q": question()}, frozenset({"end", "x"})), "the outcome x"),
        (
            Graph(
                "q", {"q": question(Way("a", to="r")), "r": question(Way("a", to="q"))}, frozenset({"end"})
            ),
            "q > r > q",
        ),
    ],
)
def test_a_problem_names_the_place(graph: Graph, words: str) -> None:
    assert any(words in str(problem) for problem in problems(graph))


KEYS = [f"q{n}" for n in range(6)]
WAYS = st.lists(
    st.one_of(
        st.sampled_from(KEYS).map(lambda to: ("to", to)), st.sampled_from("ab").map(lambda o: ("outcome", o))
    ),
    min_size=1,
    max_size=3,
)


@given(st.dictionaries(st.sampled_from(KEYS), WAYS, min_size=1))
def test_a_graph_without_problems_ends_on_every_way(drawn: dict[str, list[tuple[str, str]]]) -> None:
    questions = {
        key: tuple(Way(f"w{n}", **{kind: name}, unknown=n == 0) for n, (kind, name) in enumerate(ways))
        for key, ways in drawn.items()
    }
    ends = {way.outcome for ways in questions.values() for way in ways if way.outcome}
    graph = Graph("q0", questions, frozenset(ends))
    if problems(graph):
        return
    for ways in range(3):
        answers = {key: f"w{min(ways, len(listed) - 1)}" for key, listed in questions.items()}
        place = follow(graph, answers)
        assert place.outcome in ends
        assert 1 <= len(place.answered) <= left(graph, "q0") <= 7


def test_answers_off_the_way_are_passed_over() -> None:
    place = follow(chain(3), {"q0": "on", "q2": "unknown", "q1": "no such answer"})
    assert place.answered == ("q0",)
    assert place.question == "q1"


@given(st.dictionaries(st.sampled_from(KEYS), WAYS, min_size=1))
def test_what_is_wrong_is_told_with_its_path(drawn: dict[str, list[tuple[str, str]]]) -> None:
    questions = {
        key: tuple(
            Way(f"w{n}", to=name if kind == "to" else "", outcome=name if kind == "outcome" else "")
            for n, (kind, name) in enumerate(ways)
        )
        for key, ways in drawn.items()
    }
    graph = Graph("q0", questions, frozenset("a"))
    for problem in problems(graph):
        assert str(problem)
        for here, following in itertools.pairwise(problem.path):
            assert following in {way.to for way in questions[here]}
        if problem.answer:
            assert way_of(graph, problem.path[-1], problem.answer)


@given(st.dictionaries(st.sampled_from(KEYS), WAYS, min_size=1))
def test_every_walk_is_one_that_following_its_answers_gives(
    drawn: dict[str, list[tuple[str, str]]],
) -> None:
    questions = {
        key: tuple(Way(f"w{n}", **{kind: name}, unknown=n == 0) for n, (kind, name) in enumerate(ways))
        for key, ways in drawn.items()
    }
    ends = frozenset(way.outcome for ways in questions.values() for way in ways if way.outcome)
    graph = Graph("q0", questions, ends)
    if problems(graph):
        return
    all_walks = list(walks(graph))
    assert len({steps for steps, _outcome in all_walks}) == len(all_walks)
    assert {outcome for _steps, outcome in all_walks} == ends
    assert {question for steps, _outcome in all_walks for question, _answer in steps} == set(questions)
    assert max(len(steps) for steps, _outcome in all_walks) == left(graph, "q0")
    for steps, outcome in all_walks:
        assert follow(graph, dict(steps)).outcome == outcome


class TestAnswersGivenAhead:
    """Three questions; b is the answer that the facts speak for."""

    GRAPH = Graph(
        "one",
        {
            "one": question(Way("a", to="two"), Way("b", to="two")),
            "two": question(Way("a", to="three"), Way("b", to="three")),
            "three": question(Way("a", outcome="end"), Way("b", outcome="end")),
        },
        frozenset({"end"}),
    )
    MEANINGS: ClassVar = {key: {"a": "no", "b": "yes"} for key in ("one", "two", "three")}

    def test_what_is_known_is_answered_up_to_what_is_not(self) -> None:
        assert fill(self.GRAPH, {}, self.MEANINGS, {"one": "yes"}) == {"one": "b"}
        assert fill(self.GRAPH, {}, self.MEANINGS, {"two": "yes"}) == {}
        assert fill(self.GRAPH, {"one": "a"}, self.MEANINGS, {"two": "yes"}) == {"two": "b"}

    def test_no_cause_is_named_that_nobody_answered_for(self) -> None:
        known = dict.fromkeys(("one", "two", "three"), "yes")
        assert fill(self.GRAPH, {}, self.MEANINGS, known) == {"one": "b", "two": "b"}

    def test_two_answers_that_mean_the_same_are_asked(self) -> None:
        meanings = {**self.MEANINGS, "one": {"a": "yes", "b": "yes"}}
        assert fill(self.GRAPH, {}, meanings, {"one": "yes"}) == {}
