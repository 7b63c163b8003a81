"""The drawing of a checklist: whatever the graph, boxes keep apart and lines begin and end at them."""

import itertools
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faq.rules.graph import Graph, Way
from faq.rules.layout import STRIP, Box, Cell, Edge, Kind, Layout, Node, Words, circling, layout
from faq.rules.lines import balance, width, wrap

KEYS = [f"q{n}" for n in range(8)]
LONG = (
    "ウェブメールには、新しいメールが届いていますか（いつものメールソフトではなく、インターネットの画面で）"
)
# May lead to a question that is not there, to no place, or two ways at once.
WAY = st.tuples(st.sampled_from(["", "", *KEYS, "missing"]), st.sampled_from(["", "a", "b", "q0", "missing"]))
GRAPHS = st.builds(
    lambda first, drawn, outcomes: Graph(
        first,
        {
            key: tuple(Way(f"w{n}", way[0], way[1], n == 0) for n, way in enumerate(ways))
            for key, ways in drawn.items()
        },
        frozenset(outcomes),
    ),
    st.sampled_from(KEYS),
    st.dictionaries(st.sampled_from(KEYS), st.lists(WAY, max_size=5)),
    st.sets(st.sampled_from(["a", "b", "q0", "lost"])),
)


def big(seed: int = 1) -> Graph:
    """20 questions, 25 outcomes, 4 answers a question: as large as the issue wants it clear."""
    lot = random.Random(seed)
    keys = [f"q{n}" for n in range(20)]
    outcomes = [f"o{n}" for n in range(25)]
    ways: dict[str, list[Way]] = {key: [] for key in keys}
    for n, key in enumerate(keys[1:], 1):
        ways[keys[(n - 1) // 2]].append(Way(f"to-{key}", to=key))
    for n, outcome in enumerate(outcomes):
        ways[keys[19 - n % 15]].append(Way(f"end-{outcome}", outcome=outcome))
    for n, key in enumerate(keys):
        deeper = keys[min(19, 2 * n + 2)] if n < 9 else ""
        way = Way("unknown", unknown=True, to=deeper, outcome="" if deeper else lot.choice(outcomes))
        ways[key].append(way)
    return Graph("q0", {key: tuple(listed) for key, listed in ways.items()}, frozenset(outcomes))


def words(graph: Graph) -> Words:
    return Words(
        texts={Node(Kind.QUESTION, key): LONG for key in graph.questions},
        marks={Node(Kind.OUTCOME, key): ("対応：カート・配信サービスの会社",) for key in graph.outcomes},
        answers={
            (key, way.key): "会社のアドレス全部" for key in graph.questions for way in graph.questions[key]
        },
    )


def overlap(one: Box | Cell, other: Box | Cell) -> bool:
    return (
        one.x < other.x + other.width
        and other.x < one.x + one.width
        and one.y < other.y + other.height
        and other.y < one.y + one.height
    )


def faults(graph: Graph, drawn: Layout) -> list[str]:
    """All that is wrong with a drawing."""
    boxes = {box.node: box for box in drawn.boxes}
    found = [f"{a.node} on {b.node}" for a, b in itertools.combinations(drawn.boxes, 2) if overlap(a, b)]
    found += [f"{box.node} outside" for box in drawn.boxes if not is_inside(box, drawn)]
    for edge in drawn.edges:
        found += edge_faults(edge, boxes, drawn)
    for box in drawn.boxes:
        found += text_faults(box)
    if len(boxes) != len(drawn.boxes):
        found.append("a box twice")
    return found


def is_inside(box: Box, drawn: Layout) -> bool:
    return (
        box.x >= 0 and box.y >= 0 and box.x + box.width <= drawn.width and box.y + box.height <= drawn.height
    )


def edge_faults(edge: Edge, boxes: dict[Node, Box], drawn: Layout) -> list[str]:
    source, target = boxes[Node(Kind.QUESTION, edge.source)], boxes[edge.target]
    cell = next(cell for cell in source.cells if cell.answers == edge.answers)
    start, end = edge.points[0], edge.points[-1]
    found = []
    if not (cell.x < start.x < cell.x + cell.width and start.y == cell.y + cell.height):
        found.append(f"{edge} does not begin at its cell")
    if not (target.x < end.x < target.x + target.width and end.y == target.y):
        found.append(f"{edge} does not end at its box")
    if cell.target != edge.target:
        found.append(f"{edge} is not of its cell")
    if not all(0 <= p.x <= drawn.width and 0 <= p.y <= drawn.height for p in edge.points):
        found.append(f"{edge} outside")
    for here, to in itertools.pairwise(edge.points):
        # A bent piece stays in the rectangle of its ends.
        low, high = sorted((here.y, to.y))
        left, right = sorted((here.x, to.x))
        found += [
            f"{edge} crosses {box.node}"
            for box in boxes.values()
            if left < box.x + box.width and right > box.x and low < box.y + box.height and high > box.y
        ]
    return found


def text_faults(box: Box) -> list[str]:
    found = []
    for line in (*box.marks, *box.lines):
        if not (box.x <= line.x and line.x + width(line.text) * 7 <= box.x + box.width + 1):
            found.append(f"too wide in {box.node}: {line.text}")
        if not box.y < line.y < box.y + box.height:
            found.append(f"too high in {box.node}: {line.text}")
    for cell in box.cells:
        if not (box.x <= cell.x and cell.x + cell.width <= box.x + box.width):
            found.append(f"a cell outside {box.node}")
        for line in cell.lines:
            if width(line.text) * 6.5 > cell.width or not cell.y < line.y < cell.y + cell.height:
                found.append(f"too wide in a cell of {box.node}: {line.text}")
    return found


@given(GRAPHS, st.sampled_from([0, STRIP]))
@settings(deadline=None)
def test_any_graph_is_drawn_apart_and_joined(graph: Graph, strip: int) -> None:
    drawn = layout(graph, words(graph), strip=strip)
    assert faults(graph, drawn) == []
    assert drawn == layout(graph, words(graph), strip=strip)
    questions = {box.node.key for box in drawn.boxes if box.node.kind == Kind.QUESTION}
    outcomes = {box.node.key for box in drawn.boxes if box.node.kind == Kind.OUTCOME}
    assert questions == set(graph.questions)
    assert outcomes == set(graph.outcomes)
    answers = [(edge.source, answer) for edge in drawn.edges for answer in edge.answers]
    assert sorted(answers) == sorted((key, way.key) for key, ways in graph.questions.items() for way in ways)


@given(GRAPHS)
@settings(deadline=None)
def test_lines_run_down_unless_they_close_a_circle(graph: Graph) -> None:
    drawn = layout(graph)
    circles = circling(graph)
    tops = {box.node: box.y for box in drawn.boxes}
    for edge in drawn.edges:
        upwards = tops[Node(Kind.QUESTION, edge.source)] >= tops[edge.target]
        assert edge.back == upwards
        assert not edge.back or (edge.source, edge.target.key) in circles


@pytest.mark.parametrize("seed", range(5))
def test_twenty_questions_and_twenty_five_outcomes_stay_clear(seed: int) -> None:
    drawn = layout(big(seed), words(big(seed)), strip=STRIP)
    assert faults(big(seed), drawn) == []
    assert len(drawn.boxes) == 45
    # About three screens wide at most, and nothing that leads nowhere.
    assert drawn.width < 4000
    assert drawn.height < 2600
    assert not [box for box in drawn.boxes if box.node.kind == Kind.NOWHERE]


def test_answers_to_one_place_share_a_line() -> None:
    ways = (Way("a", outcome="end"), Way("b", outcome="end"), Way("c"), Way("d"))
    drawn = layout(Graph("q", {"q": ways}, frozenset({"end"})))
    assert [edge.answers for edge in drawn.edges] == [("a", "b"), ("c",), ("d",)]
    assert {box.node.kind for box in drawn.boxes} == set(Kind)


def test_every_circle_is_known_and_nothing_else() -> None:
    ways = {
        "a": (Way("on", to="b"),),
        "b": (Way("back", to="a"), Way("on", to="c")),
        "c": (Way("self", to="c"), Way("end", outcome="x")),
    }
    assert circling(Graph("a", ways, frozenset("x"))) == {("a", "b"), ("b", "a"), ("c", "c")}


def test_nothing_at_all_is_drawn_too() -> None:
    drawn = layout(Graph("q", {}, frozenset()))
    assert not drawn.boxes
    assert not drawn.edges
    assert drawn.width > 0


@given(st.text(alphabet="あ、。（）「」ーAb1 -@", max_size=60), st.integers(4, 30))
def test_wrapping_keeps_every_letter_and_the_width(text: str, most: int) -> None:
    lines = wrap(text, most)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(width(line) <= most for line in lines)
    assert all(len(line) <= most for line in wrap(text, most, 2))
    assert len(wrap(text, most, 2)) <= 2


def test_japanese_lines_neither_begin_with_a_full_stop_nor_end_with_a_bracket() -> None:
    assert wrap("届いていますか。はい", 14) == ("届いています", "か。はい")
    assert wrap("画面で見る（メール）", 12) == ("画面で見る", "（メール）")
    assert wrap("Google Workspace を使う", 16) == ("Google", "Workspace を使", "う")
    assert wrap("あいうえおかきくけこ", 8, 2) == ("あいうえ", "おかき…")


def test_lines_are_even() -> None:
    assert wrap("どのアドレスにも届いていません", 26) == ("どのアドレスにも届いていま", "せん")
    assert balance("どのアドレスにも届いていません", 26) == ("どのアドレスにも", "届いていません")
    assert balance("一行", 14) == ("一行",)
