"""Where each question and outcome of a checklist stands in its drawing, and how the lines run between them.

Questions stand in rows from the top down, each below all that lead to it; what an answer leads to hangs
under the answer. A graph may be broken in any way (circles, lost questions, answers that lead nowhere):
all of it is drawn. The same graph gives the same drawing. Plain Python, no Django.

Boxes stand in rows, lines bend only between rows and pass a row beside its boxes: no line crosses a box.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, NamedTuple

from faq.rules import rows
from faq.rules.graph import Graph, Way
from faq.rules.lines import balance, width, wrap

TEXT: Final = 14
SMALL: Final = 13
TEXT_LINE: Final = 20
SMALL_LINE: Final = 18
PAD: Final = 10
MARGIN: Final = 16
ICON: Final = 20
TIP: Final = 9
"""What the head of a line takes of it."""
STRIP: Final = 20
"""Room under a box for the number on its lines."""
_NARROWEST: Final = 176
_WIDEST: Final = 264
_CELL: Final = 112
_ONE_LINE: Final = 80


class Kind(StrEnum):
    """What a box stands for."""

    QUESTION = "question"
    OUTCOME = "outcome"
    NOWHERE = "nowhere"


class Node(NamedTuple):
    """A box by name. The key of NOWHERE is `question/answer`."""

    kind: Kind
    key: str


class Point(NamedTuple):
    """In px from the top left corner."""

    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text; (x, y) is the left end of its baseline, the middle of it in a cell.

    `begins` is the number of the mark whose first line this is, -1 for all other lines.
    """

    x: int
    y: int
    text: str
    begins: int = -1


@dataclass(frozen=True, slots=True)
class Words:
    """What stands in the boxes. Nodes and answers without an entry show their key."""

    texts: Mapping[Node, str] = field(default_factory=dict)
    marks: Mapping[Node, tuple[str, ...]] = field(default_factory=dict)
    answers: Mapping[tuple[str, str], str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Cell:
    """Answers of a question that lead to the same place: a part of its box, where the line begins."""

    answers: tuple[str, ...]
    target: Node
    x: int
    y: int
    width: int
    height: int
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Box:
    """A question with its answers, an outcome, or the end of an answer that leads nowhere."""

    node: Node
    x: int
    y: int
    width: int
    height: int
    marks: tuple[Line, ...]
    lines: tuple[Line, ...]
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Edge:
    """A line from a cell of `source` to the top of `target`. `back`: it runs up again, in a circle."""

    source: str
    answers: tuple[str, ...]
    target: Node
    points: tuple[Point, ...]
    back: bool = False

    @property
    def path(self) -> str:
        """As the `d` of an SVG path: straight in a row, bent between rows; short of its end by TIP."""
        *rest, last = self.points[1:]
        here = self.points[0]
        drawn = [f"M{here.x} {here.y}"]
        for to in (*rest, Point(last.x, last.y - TIP)):
            if here.x == to.x or here.y == to.y:
                drawn.append(f"L{to.x} {to.y}")
            else:
                middle = (here.y + to.y) // 2
                drawn.append(f"C{here.x} {middle} {to.x} {middle} {to.x} {to.y}")
            here = to
        return "".join(drawn)


@dataclass(frozen=True, slots=True)
class Layout:
    """The whole drawing. Boxes in the order of reading: row by row from the left."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    edges: tuple[Edge, ...]


def target_of(graph: Graph, question: str, way: Way) -> Node:
    """Where an answer leads: NOWHERE where that does not exist."""
    if way.to in graph.questions:
        return Node(Kind.QUESTION, way.to)
    if way.outcome in graph.outcomes:
        return Node(Kind.OUTCOME, way.outcome)
    return Node(Kind.NOWHERE, f"{question}/{way.key}")


def circling(graph: Graph) -> frozenset[tuple[str, str]]:
    """All pairs of questions that lie one after the other on some circle."""
    nexts = {key: {w.to for w in ways if w.to in graph.questions} for key, ways in graph.questions.items()}
    reached = {key: _reached(nexts, key) for key in nexts}
    return frozenset((here, to) for here, tos in nexts.items() for to in tos if here in reached[to])


def _reached(nexts: Mapping[str, set[str]], start: str) -> set[str]:
    found = {start}
    waiting = [start]
    for here in waiting:
        new = sorted(nexts[here] - found)
        found.update(new)
        waiting += new
    return found


@dataclass(slots=True)
class _Plan:
    """A box before it has its place: sizes, and cells as (answers, target, labels, width)."""

    node: Node
    width: int
    marks: tuple[tuple[str, ...], ...]
    lines: tuple[str, ...]
    cells: list[tuple[tuple[str, ...], Node, tuple[tuple[str, ...], ...], int]] = field(default_factory=list)

    @property
    def head(self) -> int:
        """Height of all but the cells."""
        lines = len(self.lines) * TEXT_LINE + sum(map(len, self.marks)) * SMALL_LINE
        return lines + 2 * PAD + (4 if self.marks and self.lines else 0)

    @property
    def foot(self) -> int:
        """Height of the cells, all as high as the highest."""
        return max((_cell_height(labels) for *_rest, labels, _width in self.cells), default=0)

    @property
    def ports(self) -> list[int]:
        """Where the lines leave, from the left edge."""
        ports, left = [], 0
        for *_rest, wide in self.cells:
            ports.append(left + wide // 2)
            left += wide
        return ports


def _cell_height(labels: tuple[tuple[str, ...], ...]) -> int:
    return sum(len(label) * SMALL_LINE for label in labels) + 5 * (len(labels) - 1) + PAD + 4


def layout(graph: Graph, words: Words | None = None, *, strip: int = 0) -> Layout:
    """Draw `graph`. `strip` (px) is kept free under each box, for a number on the line."""
    words = words or Words()
    plans = _plans(graph, words)
    links = [
        rows.Link(plan.node, target, port)
        for plan in plans.values()
        for (_answers, target, _labels, _width), port in zip(plan.cells, plan.ports, strict=True)
    ]
    first = Node(Kind.QUESTION, graph.first)
    placed = rows.place(
        {node: (plan.width, plan.head + plan.foot + strip) for node, plan in plans.items()}, links, first
    )
    boxes = [
        _box(plans[node], placed.left[node], placed.top[placed.row[node]])
        for node in sorted(plans, key=lambda n: (placed.row[n], placed.left[n]))
    ]
    answers = {(cell.target, box.node): cell.answers for box in boxes for cell in box.cells}
    starts = {(box.node, cell.target): cell for box in boxes for cell in box.cells}
    edges = []
    for link, way in zip(links, placed.ways, strict=True):
        cell = starts[link.source, link.target]
        start = Point(way[0][0], cell.y + cell.height)
        points = tuple(dict.fromkeys((start, *(Point(*point) for point in way))))
        back = placed.row[link.source] >= placed.row[link.target]
        edges.append(Edge(link.source.key, answers[link.target, link.source], link.target, points, back))
    return Layout(placed.width, placed.height, tuple(boxes), tuple(edges))


def _plans(graph: Graph, words: Words) -> dict[Node, _Plan]:
    """All boxes, in the order of the file: questions, outcomes as they are named, then loose ends."""
    plans: dict[Node, _Plan] = {}
    ends: dict[Node, None] = {}
    for key, ways in graph.questions.items():
        node = Node(Kind.QUESTION, key)
        groups: dict[Node, list[str]] = {}
        for way in ways:
            groups.setdefault(target_of(graph, key, way), []).append(way.key)
        ends |= dict.fromkeys(groups)
        labels = {
            to: [words.answers.get((key, answer)) or answer for answer in group]
            for to, group in groups.items()
        }
        plans[node] = _question(node, words, groups, labels)
    listed = [*ends, *(Node(Kind.OUTCOME, key) for key in sorted(graph.outcomes))]
    for node in dict.fromkeys(node for node in listed if node.kind != Kind.QUESTION):
        plans[node] = _plain(node, words, 0)
    return plans


def _plain(node: Node, words: Words, least: int) -> _Plan:
    text = words.texts.get(node, node.key)
    marks = words.marks.get(node, ())
    # As wide as fits the text into about three lines, and room for the icon before a mark.
    room = max(
        width(text) * TEXT / 2 / 3,
        *(width(mark) * SMALL / 2 + ICON for mark in marks),
        _NARROWEST - 2 * PAD,
    )
    wide = max(least, min(_WIDEST, _even(room + TEXT) + 2 * PAD))
    inner = wide - 2 * PAD
    lines = balance(text, inner / (TEXT / 2), 5)
    wrapped = tuple(wrap(mark, (inner - ICON) / (SMALL / 2), 2) for mark in marks)
    return _Plan(node, wide, wrapped, lines)


def _question(
    node: Node, words: Words, groups: dict[Node, list[str]], labels: dict[Node, list[str]]
) -> _Plan:
    cells = []
    for target, group in groups.items():
        longest = max(width(label) for label in labels[target]) * SMALL / 2
        # A longer label takes two equal lines, or more where they are too long for a cell.
        wanted = longest if longest <= _ONE_LINE else longest / 2 + SMALL
        wide = max(64, min(_CELL, _even(wanted) + PAD + 4))
        wrapped = tuple(balance(label, (wide - PAD) / (SMALL / 2), 4) for label in labels[target])
        cells.append((tuple(group), target, wrapped, wide))
    plan = _plain(node, words, sum(wide for *_rest, wide in cells))
    if cells and (spare := plan.width - sum(wide for *_rest, wide in cells)):
        # Cells fill the box: the last one takes what does not divide.
        each = spare // len(cells)
        widened = [each] * (len(cells) - 1) + [spare - each * (len(cells) - 1)]
        cells = [(*cell[:3], cell[3] + more) for cell, more in zip(cells, widened, strict=True)]
    plan.cells = cells
    return plan


def _even(number: float) -> int:
    return int(number + 1.99) // 2 * 2


def _box(plan: _Plan, left: int, top: int) -> Box:
    y = top + PAD
    marks = []
    for number, mark in enumerate(plan.marks):
        for row, line in enumerate(mark):
            marks.append(Line(left + PAD + ICON, y + SMALL, line, number if row == 0 else -1))
            y += SMALL_LINE
    y += 4 if plan.marks and plan.lines else 0
    lines = tuple(
        Line(left + PAD, y + TEXT + 1 + number * TEXT_LINE, line) for number, line in enumerate(plan.lines)
    )
    return Box(
        plan.node, left, top, plan.width, plan.head + plan.foot, tuple(marks), lines, _cells(plan, left, top)
    )


def _cells(plan: _Plan, left: int, top: int) -> tuple[Cell, ...]:
    cells = []
    y, foot = top + plan.head, plan.foot
    for answers, target, labels, wide in plan.cells:
        below = y + PAD // 2 + 1
        lines = []
        for label in labels:
            for line in label:
                lines.append(Line(left + wide // 2, below + SMALL, line))
                below += SMALL_LINE
            below += 5
        cells.append(Cell(answers, target, left, y, wide, foot, tuple(lines)))
        left += wide
    return tuple(cells)
