"""Charts as SVG, drawn by hand: bars on a card of their own, so that they read on any ground."""

from dataclasses import dataclass
from html import escape
from math import log10

PAPER, INK, QUIET, GOOD, SLOW = "#fffefb", "#1f2a26", "#5c6863", "#1d6b57", "#b4552d"
LEFT, WIDTH, ROW, RIGHT = 250, 400, 34, 80


@dataclass(frozen=True)
class Bar:
    """One row. `target` is drawn as a mark; bars that should stay below it say `below`."""

    words: str
    value: float
    target: float
    below: bool = False

    @property
    def good(self) -> bool:
        """Did it reach what is wanted?"""
        return self.value <= self.target if self.below else self.value >= self.target


def bars(rows: list[Bar], title: str) -> str:
    """A chart on a logarithmic scale: a page of 0.05 and one of 1.3 stand side by side."""
    values = [number for row in rows for number in (row.value, row.target) if number > 0]
    low, high = min(values) / 1.6, max(values) * 1.1
    height = 62 + ROW * len(rows) + 34

    def place(value: float) -> float:
        return LEFT + WIDTH * log10(max(value, low) / low) / log10(high / low)

    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {LEFT + WIDTH + RIGHT} {height}" '
            f'role="img" font-family="system-ui,sans-serif" font-size="14"><title>{escape(title)}</title>'
        ),
        f'<rect width="100%" height="100%" rx="10" fill="{PAPER}"/>',
        f'<text x="20" y="32" font-size="16" font-weight="600" fill="{INK}">{escape(title)}</text>',
    ]
    for number, row in enumerate(rows):
        y = 52 + ROW * number
        end, mark = place(row.value), place(row.target)
        parts += [
            f'<text x="{LEFT - 12}" y="{y + 18}" text-anchor="end" fill="{INK}">{escape(row.words)}</text>',
            (
                f'<rect x="{LEFT}" y="{y + 4}" width="{end - LEFT:.1f}" height="20" rx="4" '
                f'fill="{GOOD if row.good else SLOW}"/>'
            ),
            f'<line x1="{mark:.1f}" x2="{mark:.1f}" y1="{y}" y2="{y + 28}" stroke="{INK}" stroke-width="2"/>',
            f'<text x="{max(end, mark) + 8:.1f}" y="{y + 19}" fill="{INK}">{row.value:g}</text>',
        ]
    legend = "| is the target. Green reaches it, red does not. Logarithmic scale."
    parts.append(
        f'<text x="20" y="{height - 14}" font-size="13" fill="{QUIET}">{escape(legend)}</text></svg>'
    )
    return "\n".join(parts) + "\n"
