"""Figures to words: the table on the terminal and in docs/bench.md, JSON, and the charts' rows."""

import json
import os
import platform
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from tests.bench import charts
from tests.bench.load import Outcome

ROOT = Path(__file__).resolve().parents[2]
TARGETS = {
    "article, cached": (1.2, 1.2),
    "article, uncached": (0.30, 0.30),
    "search": (0.15, 0.15),
    "ticket form": (0.12, 0.12),
    "filing": (0.08, 0.06),
}
"""Requests per second / hello that the house wants, on SQLite and on PostgreSQL."""
MEMORY = 130


@dataclass
class Measured:
    """One page over all rounds. `rates` are answers a second, `cpu` seconds of the workers' processors."""

    expected: int
    rates: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    answers: int = 0
    failures: int = 0

    def add(self, outcome: Outcome, used: float, *, counts: bool) -> None:
        """One more round; of one that warms up only failures count."""
        self.answers += outcome.answers
        self.failures += outcome.failed(self.expected)
        if counts and outcome.answers:
            self.rates.append(outcome.rate)
            self.cpu.append(used / outcome.answers)
            self.times += outcome.times

    @property
    def slowest(self) -> float:
        """Milliseconds within which 99 of 100 answers came."""
        return sorted(self.times)[int(len(self.times) * 0.99)] * 1000 if self.times else 0.0


@dataclass
class Figures:
    """All that a run gave; `pages` by (database, page)."""

    hello: Measured
    pages: dict[tuple[str, str], Measured]
    memory: dict[str, dict[str, int]]
    faults: list[str]

    def rows(self) -> list[dict[str, object]]:
        """One row a page, ready for a table or JSON."""
        best, middle, used = (
            max(self.hello.rates),
            median(self.hello.rates),
            median(self.hello.cpu),
        )
        rows: list[dict[str, object]] = []
        for (database, page), found in self.pages.items():
            target = TARGETS[page][database == "PostgreSQL"]
            rows.append(
                {
                    "database": database,
                    "page": page,
                    "target": target,
                    "best": round(max(found.rates) / best, 3),
                    "median": round(median(found.rates) / middle, 3),
                    # What the processors did for it; what else ran on the machine shows less in it.
                    "by_cpu": round(used / max(median(found.cpu), 1e-6), 3),
                    "per_second": round(max(found.rates), 1),
                    "cpu_ms": round(median(found.cpu) * 1000, 2),
                    "p99_ms": round(found.slowest, 1),
                    "answers": found.answers,
                    "failures": found.failures,
                }
            )
        return rows


def show(figures: Figures, *, write: bool) -> None:
    """Print the table; JSON and charts go to var/bench, or with the table into docs/."""
    rows, table = figures.rows(), _table(figures)
    print("\n" + table)
    for fault in figures.faults:
        print(f"FAILED  {fault}")
    folder = ROOT / "docs/bench" if write else ROOT / "var/bench"
    folder.mkdir(parents=True, exist_ok=True)
    facts = {"at": now(), "machine": machine(), "memory_mib": figures.memory, "faults": figures.faults}
    text = json.dumps(
        {**facts, "hello_per_second": round(max(figures.hello.rates), 1), "pages": rows}, indent=1
    )
    (folder / "bench.json").write_text(text + "\n")
    (folder / "pages.svg").write_text(charts.bars(chart_rows(rows), "Requests per second / hello"))
    print(f"\nFigures and chart: {folder.relative_to(ROOT)}/")
    if write:
        put("pages", f"{now()}, {machine()}.\n\n{table}")


def _table(figures: Figures) -> str:
    lines = [
        "| page | database | target | best | median | by CPU | a second | CPU ms | 99 % within ms |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for row in figures.rows():
        names = ("page", "database", "target", "best", "median", "by_cpu", "per_second", "cpu_ms", "p99_ms")
        lines.append("| " + " | ".join(str(row[name]) for name in names) + " |")
    hello = f"{max(figures.hello.rates):.0f} a second, {median(figures.hello.cpu) * 1000:.2f} ms CPU"
    sizes = [f"{name} RSS {size['rss']}, PSS {size['pss']}" for name, size in figures.memory.items()]
    total = sum(page.answers for page in figures.pages.values())
    lines += [
        "",
        (
            f"hello: {hello}. Largest worker after it, MiB (target: under {MEMORY}): {'; '.join(sizes)}. "
            f"{total} requests, {len(figures.faults)} faults."
        ),
    ]
    return "\n".join(lines)


def chart_rows(rows: list[dict[str, object]]) -> list[charts.Bar]:
    """The best round of each page, with its target."""
    return [
        charts.Bar(f"{row['page']}, {row['database']}", float(str(row["best"])), float(str(row["target"])))
        for row in rows
    ]


def put(name: str, text: str) -> None:
    """Replace what stands between the two marks `name` of docs/bench.md."""
    path = ROOT / "docs/bench.md"
    start, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    pattern = re.compile(re.escape(start) + ".*?" + re.escape(end), re.DOTALL)
    path.write_text(pattern.sub(lambda _: f"{start}\n{text}\n{end}", path.read_text()))


def machine() -> str:
    """What it ran on, without a name."""
    system = f"{platform.system()} {platform.machine()}"
    return f"{os.cpu_count()} cores, {system}, Python {platform.python_version()}"


def now() -> str:
    """Date and time of the run."""
    return datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
