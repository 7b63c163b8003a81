"""A version of a checklist as a drawing: who must act at the ends, what is broken, how many went where."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from faq.models import Outcome, Version
from faq.models.base import ACTORS
from faq.rules.graph import Fault, Graph, problems
from faq.rules.layout import STRIP, Box, Cell, Edge, Kind, Line, Node, Words, circling, layout
from faq.rules.names import Actor
from faq.services.walk import Script, script_of
from mailsupport.lib import icons

Address = Callable[[str, str], str]

_ICONS: Final = {
    Actor.CLIENT: "you",
    Actor.AGENCY: "desk",
    Actor.CORRESPONDENT: "someone",
    Actor.HOST: "server",
    Actor.REGISTRAR: "globe",
    Actor.SENDING_SERVICE: "plane",
    Actor.NOBODY: "check",
}
_AT_QUESTION: Final[dict[Fault, StrPromise]] = {
    Fault.NO_ANSWERS: _("No answers"),
    Fault.NO_UNKNOWN: _("No “I don't know”"),
    Fault.CIRCLE: _("Goes round in a circle"),
    Fault.TOO_LONG: _("More than 7 questions to here"),
}
_LOST: Final = _("No answer leads here")
_NOWHERE: Final = _("Leads nowhere")
THIN: Final = 2
THICK: Final = 14


@dataclass(frozen=True)
class Numbers:
    """How many walks: all by key, an answer by (question, answer). What is missing counts as 0."""

    asked: Mapping[str, int] = field(default_factory=dict)
    answered: Mapping[tuple[str, str], int] = field(default_factory=dict)
    outcomes: Mapping[str, int] = field(default_factory=dict)
    abandoned: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class DrawnLine:
    """From an answer to where it leads. `width` in px; `number` is None in a drawing without numbers."""

    path: str
    width: float
    tip: str
    words: str
    broken: bool
    number: int | None
    x: int
    y: int


@dataclass(frozen=True)
class DrawnBox:
    """A question, an outcome, or where an answer leads nowhere.

    `href` is "" without a link; `words` is all of the box in one sentence; `outline` the path around it.
    """

    kind: str
    key: str
    href: str
    words: str
    colour: str
    first: bool
    broken: bool
    outline: str
    marks: tuple[Mark, ...]
    lines: tuple[Line, ...]
    cells: tuple[Cell, ...]
    ways: tuple[DrawnLine, ...]


@dataclass(frozen=True)
class Mark:
    """A line of words with its icon: who acts, what is wrong, how many."""

    icon: SafeString
    x: int
    y: int
    text: str
    kind: str

    @property
    def icon_x(self) -> int:
        """Left edge of the icon."""
        return self.x - 20

    @property
    def icon_y(self) -> int:
        """Top of the icon."""
        return self.y - 13


@dataclass(frozen=True)
class Legend:
    """One look of a box, in words."""

    colour: str
    icon: SafeString
    words: str


@dataclass(frozen=True)
class Drawing:
    """What templates/admin/faq/_drawing.html draws."""

    title: str
    width: int
    height: int
    boxes: tuple[DrawnBox, ...]
    legend: tuple[Legend, ...]
    numbered: bool
    broken: bool


@dataclass(frozen=True)
class _Sign:
    """A mark before it has its place."""

    icon: str
    kind: str
    text: str


def drawing_of(
    version: Version,
    *,
    address: Address | None = None,
    numbers: Numbers | None = None,
    script: Script | None = None,
) -> Drawing:
    """Draw `version`. address("question" | "outcome", key) gives the link of a node, "" for none.

    With `numbers` lines are as wide as many went that way, and questions say how many gave up there.
    Give `script` where it was read already. Else no statement for what was published once and is known to
    this process, three to get to know it; three for a draft. One more where `version` lacks its checklist.
    """
    script = script or script_of(version)
    return _Draughtsman(version, script, outcomes_of(version, script), address or _no_link, numbers).draw()


def outcomes_of(version: Version, script: Script) -> dict[str, Outcome]:
    """By key. All outcomes of what was published are led to; those of a draft may not be yet."""
    if version.status == Version.Status.DRAFT:
        return {outcome.key: outcome for outcome in version.outcomes.select_related("cause")}
    answers = [answer for row in script.questions.values() for answer in row.answers.all()]
    return {answer.outcome.key: answer.outcome for answer in answers if answer.outcome}


def _no_link(kind: str, key: str) -> str:
    return ""


class _Draughtsman:
    """Knows the version while it is drawn."""

    def __init__(
        self,
        version: Version,
        script: Script,
        outcomes: dict[str, Outcome],
        address: Address,
        numbers: Numbers | None,
    ) -> None:
        self.version, self.script, self.outcomes = version, script, outcomes
        self.address, self.numbers = address, numbers
        self.graph: Graph = replace(script.graph, outcomes=frozenset(outcomes))
        self.circles = circling(self.graph)
        self.signs: dict[Node, list[_Sign]] = {}
        self.broken: set[Node] = set()

    def draw(self) -> Drawing:
        """All of it."""
        self._sign()
        texts = {Node(Kind.QUESTION, key): str(row) for key, row in self.script.questions.items()}
        texts |= {Node(Kind.OUTCOME, key): str(row) for key, row in self.outcomes.items()}
        answers = {
            (key, answer.key): str(answer)
            for key, row in self.script.questions.items()
            for answer in row.answers.all()
        }
        loose = [problem for problem in problems(self.graph) if problem.answer]
        for problem in loose:
            node = Node(Kind.NOWHERE, f"{problem.path[-1]}/{problem.answer}")
            texts[node] = ""
            self._add(node, _Sign("alert", "bad", str(_NOWHERE)), broken=True)
        self.texts, self.answers = texts, answers
        marks = {node: tuple(sign.text for sign in signs) for node, signs in self.signs.items()}
        drawn = layout(self.graph, Words(texts, marks, answers), strip=STRIP if self.numbers else 0)
        self.most = max((self._number(edge) or 0 for edge in drawn.edges), default=0)
        ways: dict[str, list[Edge]] = {}
        for edge in drawn.edges:
            ways.setdefault(edge.source, []).append(edge)
        boxes = tuple(self._box(box, ways.get(box.node.key, [])) for box in drawn.boxes)
        return Drawing(
            title=gettext("Drawing of the checklist %(title)s")
            % {"title": f"{self.version.checklist.title} ({self.version.number})"},
            width=drawn.width,
            height=drawn.height,
            boxes=boxes,
            legend=_legend(boxes),
            numbered=self.numbers is not None,
            broken=any(box.broken for box in boxes),
        )

    def _add(self, node: Node, sign: _Sign, *, broken: bool = False) -> None:
        signs = self.signs.setdefault(node, [])
        if sign not in signs:
            signs.append(sign)
        if broken:
            self.broken.add(node)

    def _sign(self) -> None:
        """What stands above the texts: where it begins, who acts, what is wrong, how many."""
        first = Node(Kind.QUESTION, self.graph.first)
        self._add(first, _Sign("chev", "start", gettext("Begins here")))
        for key, outcome in self.outcomes.items():
            actor = Actor(outcome.cause.actor)
            words = gettext("Acts: %(who)s") % {"who": dict(ACTORS)[actor]}
            self._add(Node(Kind.OUTCOME, key), _Sign(_ICONS[actor], "actor", words))
        for problem in problems(self.graph):
            if problem.fault in _AT_QUESTION and problem.fault != Fault.CIRCLE:
                words = str(_AT_QUESTION[problem.fault])
                self._add(Node(Kind.QUESTION, problem.path[-1]), _Sign("alert", "bad", words), broken=True)
            elif problem.fault in (Fault.LOST_QUESTION, Fault.LOST_OUTCOME):
                kind = Kind.QUESTION if problem.fault == Fault.LOST_QUESTION else Kind.OUTCOME
                self._add(Node(kind, problem.target), _Sign("alert", "bad", str(_LOST)), broken=True)
        # Of several circles problems() names one; the drawing shows all.
        for key in sorted({key for pair in self.circles for key in pair}):
            words = str(_AT_QUESTION[Fault.CIRCLE])
            self._add(Node(Kind.QUESTION, key), _Sign("alert", "bad", words), broken=True)
        if self.numbers:
            self._count(self.numbers)

    def _count(self, numbers: Numbers) -> None:
        for key in self.graph.questions:
            node = Node(Kind.QUESTION, key)
            asked, left = numbers.asked.get(key, 0), numbers.abandoned.get(key, 0)
            words = ngettext("Asked %(n)d time", "Asked %(n)d times", asked) % {"n": asked}
            self._add(node, _Sign("you", "count", words))
            if left:
                words = ngettext("%(n)d walk ended here", "%(n)d walks ended here", left) % {"n": left}
                self._add(node, _Sign("x", "left", words))
        for key in self.outcomes:
            ended = numbers.outcomes.get(key, 0)
            words = ngettext("%(n)d walk came here", "%(n)d walks came here", ended) % {"n": ended}
            self._add(Node(Kind.OUTCOME, key), _Sign("check", "count", words))

    def _box(self, box: Box, edges: list[Edge]) -> DrawnBox:
        kind, key = box.node
        broken = box.node in self.broken
        return DrawnBox(
            kind=kind.value,
            key=key,
            href="" if kind == Kind.NOWHERE else self.address(kind.value, key),
            words=self._words(box.node),
            colour=self._colour(box.node),
            first=box.node == (Kind.QUESTION, self.graph.first),
            broken=broken,
            outline=_outline(box, self._colour(box.node)),
            marks=self._marks(box),
            lines=box.lines,
            cells=box.cells,
            ways=tuple(self._way(edge) for edge in edges) if kind == Kind.QUESTION else (),
        )

    def _marks(self, box: Box) -> tuple[Mark, ...]:
        """Each with its icon at the first of its lines."""
        signs = self.signs.get(box.node, [])
        marks: list[Mark] = []
        for line in box.marks:
            sign = signs[line.begins] if line.begins >= 0 else None
            kind = sign.kind if sign else marks[-1].kind
            drawn = mark_safe(icons.PATHS[sign.icon]) if sign else SafeString("")
            marks.append(Mark(drawn, line.x, line.y, line.text, kind))
        return tuple(marks)

    def _colour(self, node: Node) -> str:
        """The class of a box: by who acts."""
        if node.kind == Kind.OUTCOME:
            return "other" if Actor(self.outcomes[node.key].cause.actor).is_other else "ours"
        return node.kind.value

    def _words(self, node: Node) -> str:
        if node.kind == Kind.NOWHERE:
            return str(_NOWHERE)
        name = gettext("Question") if node.kind == Kind.QUESTION else gettext("Outcome")
        signs = [sign.text for sign in self.signs.get(node, ())]
        texts = [f"{name} {node.key}", self.texts[node], *signs]
        return gettext(", ").join(text for text in texts if text)

    def _way(self, edge: Edge) -> DrawnLine:
        answers = gettext(", ").join(self.answers[edge.source, answer] for answer in edge.answers)
        words = gettext("Answer “%(answer)s” leads to: %(target)s") % {
            "answer": answers,
            "target": self.texts.get(edge.target) or edge.target.key
            if edge.target.kind != Kind.NOWHERE
            else _NOWHERE,
        }
        number = self._number(edge)
        if number is not None:
            words = ngettext("%(words)s, %(n)d walk", "%(words)s, %(n)d walks", number) % {
                "words": words,
                "n": number,
            }
        end, wide = edge.points[-1], self._thickness(number)
        half = round(5 + wide / 2)
        return DrawnLine(
            path=edge.path,
            width=wide,
            tip=f"M{end.x - half} {end.y - half - 4}h{2 * half}L{end.x} {end.y}z",
            words=words,
            broken=edge.target.kind == Kind.NOWHERE or (edge.source, edge.target.key) in self._pairs(edge),
            number=number,
            x=edge.points[0].x,
            y=edge.points[0].y + STRIP - 5,
        )

    def _number(self, edge: Edge) -> int | None:
        if self.numbers is None:
            return None
        return sum(self.numbers.answered.get((edge.source, answer), 0) for answer in edge.answers)

    def _pairs(self, edge: Edge) -> frozenset[tuple[str, str]]:
        return self.circles if edge.target.kind == Kind.QUESTION else frozenset()

    def _thickness(self, number: int | None) -> float:
        share = number / self.most if number and self.most else 0
        return round(THIN + (THICK - THIN) * share, 1)


def _outline(box: Box, colour: str) -> str:
    """A rectangle for questions, round ends where the client, we or nobody acts, cut corners for others."""
    x, y, right, below = box.x, box.y, box.x + box.width, box.y + box.height
    cut = 16 if colour == "ours" else 12 if colour == "other" else 5
    if colour == "other":
        corner = f"l{cut} {cut}", f"l{-cut} {cut}", f"l{-cut} {-cut}", f"l{cut} {-cut}"
    else:
        arc = f"a{cut} {cut} 0 0 1 "
        corner = f"{arc}{cut} {cut}", f"{arc}{-cut} {cut}", f"{arc}{-cut} {-cut}", f"{arc}{cut} {-cut}"
    return (
        f"M{x + cut} {y}H{right - cut}{corner[0]}V{below - cut}{corner[1]}"
        f"H{x + cut}{corner[2]}V{y + cut}{corner[3]}z"
    )


def _legend(boxes: tuple[DrawnBox, ...]) -> tuple[Legend, ...]:
    """Only what is in the drawing."""
    looks = {box.colour for box in boxes}
    rows = [
        ("question", "turn", _("A question with its answers; each answer leads down")),
        ("ours", "you", _("Outcome: the client, our desk or nobody must act (round corners, green)")),
        ("other", "server", _("Outcome: another company must act (cut corners, amber)")),
    ]
    legend = [
        Legend(look, mark_safe(icons.svg(icon)), str(words)) for look, icon, words in rows if look in looks
    ]
    if any(box.broken for box in boxes):
        words = _("Red with this sign: broken, and the words say how")
        legend.append(Legend("bad", mark_safe(icons.svg("alert")), str(words)))
    return tuple(legend)
