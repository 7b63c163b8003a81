"""A checklist can be walked: what is wrong is found, and what is right never ends in a circle."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faq.rules.graph import Graph, Way, follow, left, problems, warnings


def question(*ways: Way) -> tuple[Way, ...]:
    return (*ways, Way("unknown", outcome="end", unknown=True))


def chain(length: int) -> Graph:
    """q0 to q(length - 1), one after another."""
    questions = {f"q{n}": question(Way("on", to=f"q{n + 1}")) for n in range(length - 1)}
    return Graph("q0", questions | {f"q{length - 1}": question()}, frozenset({"end"}))


def test_five_questions_are_fine_seven_are_many_and_eight_too_many() -> None:
    assert problems(chain(5)) == warnings(chain(5)) == []
    assert problems(chain(7)) == []
    assert "q0 > q1 > q2" in warnings(chain(7))[0]
    assert "more than 7: q0 > q1" in problems(chain(8))[0]


@pytest.mark.parametrize(
    ("graph", "words"),
    [
        (Graph("x", {"q": question()}, frozenset({"end"})), "'x' does not exist"),
        (Graph("q", {"q": (Way("a", outcome="end"),)}, frozenset({"end"})), "those who do not know"),
        (Graph("q", {"q": question(Way("a"))}, frozenset({"end"})), "q = a leads to one question"),
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
    assert any(words in problem for problem in problems(graph))


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
