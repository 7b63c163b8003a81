"""Boxes in rows, and ways between them (after Sugiyama): rows by the longest way, order by the mean of the
neighbours, places by least squares. Deterministic. Plain Python, no Django; names of boxes are any values
that sort.
"""

from __future__ import annotations

import itertools
from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

MARGIN: Final = 16
WIDEST: Final = 1800
"""A row takes no further ends than fit into this; its questions it takes all."""
_BETWEEN: Final = 28
_BESIDE: Final = 14
_SWEEPS: Final = 14
_LANE: Final = 16
_TURN: Final = 22
"""How far below or above a row the first line of a circle turns."""

Name = Any
Way = tuple[tuple[int, int], ...]


class Link(NamedTuple):
    """From `source`, `port` px from its left edge, to `target`."""

    source: Name
    target: Name
    port: int


class _Bend(NamedTuple):
    """Where a link passes a row that it does not end in."""

    link: int
    row: int


@dataclass(frozen=True, slots=True)
class Placed:
    """Row and left edge of each box, top of each row, the points of each link (in order), and the canvas."""

    row: dict[Name, int]
    left: dict[Name, int]
    top: list[int]
    ways: list[Way]
    width: int
    height: int


def place(sizes: Mapping[Name, tuple[int, int]], links: Sequence[Link], first: Name) -> Placed:
    """Places for all of `sizes` (name to width and height). `links` join names of `sizes`, a pair once."""
    if not sizes:
        return Placed({}, {}, [], [], 2 * MARGIN, 2 * MARGIN)
    back = _backwards(sizes, links, first)
    row = _rows(sizes, links, back, first)
    grid = _Grid(sizes, links, back, row)
    grid.sort()
    middle = grid.middles()
    return _draw(grid, middle)


def _backwards(names: Iterable[Name], links: Sequence[Link], first: Name) -> frozenset[int]:
    """Links that close a circle, for a walker who starts at `first` and takes each link in order."""
    out: dict[Name, list[int]] = {name: [] for name in names}
    for number, link in enumerate(links):
        out[link.source].append(number)
    back: set[int] = set()
    done: set[Name] = set()
    starts = [first, *out] if first in out else list(out)
    for start in starts:
        trail: list[tuple[Name, Iterator[int]]] = [] if start in done else [(start, iter(out[start]))]
        on_trail = {start}
        while trail:
            here, rest = trail[-1]
            number = next(rest, -1)
            if number < 0:
                trail.pop()
                on_trail.discard(here)
                done.add(here)
            elif links[number].target in on_trail:
                back.add(number)
            elif links[number].target not in done:
                to = links[number].target
                trail.append((to, iter(out[to])))
                on_trail.add(to)
    return frozenset(back)


def _rows(
    names: Mapping[Name, tuple[int, int]], links: Sequence[Link], back: frozenset[int], first: Name
) -> dict[Name, int]:
    """Each name below all that lead to it; what nothing leads to stands just above what it leads to."""
    ahead = [link for number, link in enumerate(links) if number not in back]
    above: dict[Name, list[Name]] = {name: [] for name in names}
    below: dict[Name, list[Name]] = {name: [] for name in names}
    for link in ahead:
        above[link.target].append(link.source)
        below[link.source].append(link.target)
    row: dict[Name, int] = {}
    waiting = list(names)
    while waiting:
        here = waiting[-1]
        missing = [name for name in above[here] if name not in row]
        if missing and here not in row:
            waiting += missing
            continue
        row.setdefault(here, max((row[name] + 1 for name in above[here]), default=0))
        waiting.pop()
    last = max(row.values())
    for name in names:
        if not above[name] and name != first:
            row[name] = max(0, min((row[to] for to in below[name]), default=last + 1) - 1)
    return _spread(row, names, [name for name in names if not below[name] and name != first])


def _spread(row: dict[Name, int], sizes: Mapping[Name, tuple[int, int]], ends: list[Name]) -> dict[Name, int]:
    """Ends that would make their row too wide go to a later one with room: a drawing grows down, not wide."""
    used = dict.fromkeys(range(max(row.values()) + 1), 0)
    for name in set(row) - set(ends):
        used[row[name]] += sizes[name][0] + _BETWEEN
    for name in sorted(ends, key=row.__getitem__):
        wide = sizes[name][0] + _BETWEEN
        while used.get(row[name], 0) and used[row[name]] + wide > WIDEST:
            row[name] += 1
        used[row[name]] = used.get(row[name], 0) + wide
    return row


class _Grid:
    """The rows with their bends, being put in order."""

    def __init__(
        self,
        sizes: Mapping[Name, tuple[int, int]],
        links: Sequence[Link],
        back: frozenset[int],
        row: dict[Name, int],
    ) -> None:
        self.sizes, self.links, self.back, self.row = sizes, links, back, row
        self.rows: list[list[Name]] = [[] for _ in range(max(row.values()) + 1)]
        for name in sizes:
            self.rows[row[name]].append(name)
        # Pieces of links from row to row, as (upper, port from its middle, lower).
        self.pieces: list[tuple[Name, float, Name]] = []
        for number, link in enumerate(links):
            if number not in back:
                self._cut(number, link)

    def _cut(self, number: int, link: Link) -> None:
        upper: Name = link.source
        port = link.port - self.sizes[link.source][0] / 2
        for between in range(self.row[link.source] + 1, self.row[link.target]):
            bend = _Bend(number, between)
            self.rows[between].append(bend)
            self.pieces.append((upper, port, bend))
            upper, port = bend, 0.0
        self.pieces.append((upper, port, link.target))

    def width(self, name: Name) -> int:
        """Of a box or a bend."""
        return 2 if isinstance(name, _Bend) else self.sizes[name][0]

    def sort(self) -> None:
        """Order each row by the mean of its neighbours, to and fro; keep the order with fewest crossings."""
        place = self._positions()
        best, least = [list(names) for names in self.rows], self._crossings(place)
        for sweep in range(_SWEEPS):
            downwards = sweep % 2 == 0
            order = range(1, len(self.rows)) if downwards else range(len(self.rows) - 2, -1, -1)
            for number in order:
                means = self._means(place, downwards)
                names = self.rows[number]
                names.sort(key=lambda name: (means.get(name, place[name]), place[name]))
                place.update({name: float(n) for n, name in enumerate(names)})
            if (crossings := self._crossings(place)) < least:
                best, least = [list(names) for names in self.rows], crossings
        self.rows = best

    def _positions(self) -> dict[Name, float]:
        return {name: float(n) for names in self.rows for n, name in enumerate(names)}

    def _means(self, place: dict[Name, float], downwards: bool) -> dict[Name, float]:
        found: dict[Name, list[float]] = {}
        for upper, port, lower in self.pieces:
            # Within its box a port counts for less than one place.
            shift = port / self.width(upper) * 0.9
            if downwards:
                found.setdefault(lower, []).append(place[upper] + shift)
            else:
                found.setdefault(upper, []).append(place[lower] - shift)
        return {name: sum(values) / len(values) for name, values in found.items()}

    def _crossings(self, place: dict[Name, float]) -> int:
        ends: dict[int, list[tuple[float, float]]] = {}
        for upper, port, lower in self.pieces:
            start = place[upper] + port / self.width(upper) * 0.9
            ends.setdefault(self._row_of(lower), []).append((start, place[lower]))
        crossings = 0
        for pairs in ends.values():
            seen: list[float] = []
            for _start, end in sorted(pairs):
                # Those that began further left and end further right.
                crossings += len(seen) - bisect_left(seen, end + 0.01)
                insort(seen, end)
        return crossings

    def _row_of(self, name: Name) -> int:
        return name.row if isinstance(name, _Bend) else self.row[name]

    def middles(self) -> dict[Name, float]:
        """Where the middle of each box and bend lies: near its neighbours, in order, not touching."""
        middle: dict[Name, float] = {}
        for names in self.rows:
            self._settle(names, dict.fromkeys(names, 0.0), middle)
        for sweep in range(_SWEEPS):
            order = self.rows if sweep % 2 == 0 else list(reversed(self.rows))
            for names in order:
                both = sweep >= _SWEEPS - 6
                self._settle(names, self._wanted(names, middle, sweep % 2 == 0, both), middle)
        return middle

    def _wanted(
        self, names: list[Name], middle: dict[Name, float], from_above: bool, both: bool
    ) -> dict[Name, float]:
        here = set(names)
        found: dict[Name, list[float]] = {}
        for upper, port, lower in self.pieces:
            if lower in here and (from_above or both):
                found.setdefault(lower, []).append(middle[upper] + port)
            if upper in here and (both or not from_above):
                found.setdefault(upper, []).append(middle[lower] - port)
        return {
            name: sum(found[name]) / len(found[name]) if name in found else middle[name] for name in names
        }

    def _settle(self, names: list[Name], wanted: dict[Name, float], middle: dict[Name, float]) -> None:
        """Least squares under "keep the order and the distance": pooled neighbours take their mean."""
        offsets = [0.0]
        for left, right in itertools.pairwise(names):
            is_bend = isinstance(left, _Bend) or isinstance(right, _Bend)
            between = _BESIDE if is_bend else _BETWEEN
            offsets.append(offsets[-1] + (self.width(left) + self.width(right)) / 2 + between)
        pools: list[tuple[float, float, int]] = []
        for name, offset in zip(names, offsets, strict=True):
            # Long lines are kept straighter than boxes are kept central.
            weight = 4.0 if isinstance(name, _Bend) else 1.0
            mean, count = wanted[name] - offset, 1
            while pools and pools[-1][0] > mean:
                before, heavy, many = pools.pop()
                mean = (before * heavy + mean * weight) / (heavy + weight)
                weight, count = weight + heavy, count + many
            pools.append((mean, weight, count))
        places = [mean for mean, _weight, count in pools for _ in range(count)]
        middle.update(zip(names, map(sum, zip(places, offsets, strict=True)), strict=True))


def _draw(grid: _Grid, middle: dict[Name, float]) -> Placed:
    start = min(middle[name] - grid.width(name) / 2 for name in middle)
    left = {name: round(middle[name] - grid.width(name) / 2 - start) + MARGIN for name in middle}
    right = max(left[name] + grid.width(name) for name in middle)
    lanes = sorted(grid.back)
    entries = _entries(grid, left)
    top, bottom, height = _heights(grid, left)
    ways: list[Way] = []
    for number, link in enumerate(grid.links):
        x = left[link.source] + link.port
        end = (entries[number], top[grid.row[link.target]])
        if number in grid.back:
            lane = right + _LANE * (lanes.index(number) + 1)
            below = bottom[grid.row[link.source]] + _TURN
            above = end[1] - _TURN
            ways.append(((x, below), (lane, below), (lane, above), (end[0], above), end))
            continue
        way = [(x, bottom[grid.row[link.source]])]
        for row in range(grid.row[link.source] + 1, grid.row[link.target]):
            bend = left[_Bend(number, row)] + 1
            way += [(bend, top[row]), (bend, bottom[row])]
        ways.append((*way, end))
    boxes = {name: left[name] for name in grid.sizes}
    return Placed(grid.row, boxes, top, ways, right + _LANE * len(lanes) + MARGIN, height)


def _entries(grid: _Grid, left: dict[Name, int]) -> dict[int, int]:
    """Where each link arrives at the top of its target: side by side, in the order they come from."""
    coming: dict[Name, list[tuple[float, int]]] = {}
    for number, link in enumerate(grid.links):
        rows_between = grid.row[link.target] - grid.row[link.source]
        bend = left.get(_Bend(number, grid.row[link.target] - 1)) if rows_between > 1 else None
        x = float("inf") if number in grid.back else bend or left[link.source] + link.port
        coming.setdefault(link.target, []).append((x, number))
    entries = {}
    for target, found in coming.items():
        wide = grid.width(target)
        step = min(24, (wide - 24) / len(found))
        for n, (_x, number) in enumerate(sorted(found)):
            entries[number] = round(left[target] + wide / 2 + (n - (len(found) - 1) / 2) * step)
    return entries


def _heights(grid: _Grid, left: dict[Name, int]) -> tuple[list[int], list[int], int]:
    """Top and bottom of each row. Rows stand further apart where lines run further sideways between them."""
    tops, bottoms = [], []
    y = MARGIN + (2 * _TURN if grid.back else 0)
    for number, names in enumerate(grid.rows):
        tops.append(y)
        y += max((grid.sizes[name][1] for name in names if not isinstance(name, _Bend)), default=0)
        bottoms.append(y)
        sideways = [
            abs(left[upper] + grid.width(upper) / 2 + port - left[lower] - grid.width(lower) / 2)
            for upper, port, lower in grid.pieces
            if grid._row_of(lower) == number + 1
        ]
        y += min(150, max(60, round(36 + max(sideways, default=0) / 8)))
    return tops, bottoms, bottoms[-1] + MARGIN + (2 * _TURN if grid.back else 0)
