"""`make lighthouse`: four pages before Lighthouse, on a phone and on a desktop; ends with 1 below 100.

    python -m tests.bench.lighthouse [--runs 3] [--write]

The site is started as in `make bench`. Lighthouse goes into var/lighthouse by npm, once; its reports stay
there, too. What else the machine does can only lower performance, so its best run counts, as in `make bench`;
of the other categories the worst does.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tests.bench import report, servers
from tests.bench.load import HOST

VERSION = "12.8.2"
FOLDER = report.ROOT / "var/lighthouse"
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
SCREENS = ("mobile", "desktop")
TRIES = 3
PAGES = {
    "home": "/",
    "article": "/faq/mailbox-full/",
    "search with results": f"/search/?q={quote('昨日あたりから全然メールがきません')}",
    "ticket form": "/tickets/new/",
}
SEEN = {"search with results": "/faq/mailbox-full/"}
"""What must stand in a page, so that its scores are those of the page that was meant."""
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    *("--headless=new", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
    # A browser refuses to shut root in.
    *(["--no-sandbox"] if os.geteuid() == 0 else []),
]


@dataclass
class Scores:
    """One page on one screen. `runs`: points of each category, 0 to 100, one list a category."""

    page: str
    screen: str
    runs: dict[str, list[int]] = field(default_factory=lambda: {name: [] for name in CATEGORIES})
    wanting: set[str] = field(default_factory=set)

    def add(self, found: dict[str, Any]) -> None:
        """One more report. Raises RuntimeError where the page did not load."""
        if failure := found.get("runtimeError"):
            raise RuntimeError(f"{self.page}: {failure['message']}")
        for name in CATEGORIES:
            category = found["categories"][name]
            points = round((category["score"] or 0) * 100)
            self.runs[name].append(points)
            if points < 100:
                self.wanting |= {f"{name}: {words}" for words in _wanting(found, category["auditRefs"])}

    def counts(self, category: str) -> int:
        """The points that decide."""
        return (max if category == "performance" else min)(self.runs[category])

    @property
    def passed(self) -> bool:
        """100 in all four."""
        return all(self.counts(name) == 100 for name in CATEGORIES)


def _wanting(found: dict[str, Any], references: list[dict[str, Any]]) -> Iterator[str]:
    for reference in references:
        audit = found["audits"][reference["id"]]
        if reference["weight"] and audit["score"] is not None and audit["score"] < 1:
            yield f"{audit['id']} {audit.get('displayValue', '')}".strip()


def missing() -> str:
    """What has to be installed first, in words; "" where nothing is missing."""
    if not (shutil.which("node") and shutil.which("npm")):
        return "node is missing: apt-get install nodejs npm (version 18.20 or newer)"
    if not _browser():
        return "A browser is missing: apt-get install chromium (or set CHROME_PATH)"
    return ""


def _browser() -> str:
    return os.environ.get("CHROME_PATH") or next(filter(None, map(shutil.which, BROWSERS)), "")


def install() -> None:
    """Lighthouse of this version, where it is not there yet. Raises CalledProcessError without a network."""
    package = FOLDER / "node_modules/lighthouse/package.json"
    if not package.exists() or json.loads(package.read_text())["version"] != VERSION:
        FOLDER.mkdir(parents=True, exist_ok=True)
        quiet = ("--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error")
        command = ["npm", "install", "--prefix", str(FOLDER), *quiet, f"lighthouse@{VERSION}"]
        subprocess.run(command, check=True)


def look(address: str, screen: str, name: str) -> dict[str, Any]:
    """One run. The report also goes to var/lighthouse, as HTML to be opened and as JSON.

    Raises RuntimeError where it fails time after time; once happens on a busy machine (NO_NAVSTART), and
    Lighthouse asks to be run again.
    """
    path = FOLDER / f"{name.replace(' ', '-')}-{screen}"
    command = [
        *("node", str(FOLDER / "node_modules/lighthouse/cli/index.js"), address, "--quiet"),
        *("--no-enable-error-reporting", "--locale=en-US", f"--only-categories={','.join(CATEGORIES)}"),
        *("--output=json", "--output=html", f"--output-path={path}", f"--chrome-flags={' '.join(FLAGS)}"),
        *(["--preset=desktop"] if screen == "desktop" else []),
    ]
    environment = {**os.environ, "CHROME_PATH": _browser()}
    for _ in range(TRIES):
        done = subprocess.run(command, env=environment, stderr=subprocess.PIPE, text=True, check=False)
        if not done.returncode:
            found: dict[str, Any] = json.loads(path.with_name(f"{path.name}.report.json").read_text())
            return found
    raise RuntimeError(f"Lighthouse failed on {name}:\n{done.stderr[-2000:]}")


def measure(site: servers.Site, runs: int) -> list[Scores]:
    """Every page on both screens, `runs` times in turns, after a visit that is not counted."""
    base = f"http://{HOST}:{site.port}"
    for name, path in PAGES.items():
        with urllib.request.urlopen(base + path, timeout=60) as page:
            if SEEN.get(name, "") not in page.read().decode():
                raise RuntimeError(f"{name}: {SEEN[name]} is not in it")
    scores = [Scores(name, screen) for screen in SCREENS for name in PAGES]
    for number in range(runs):
        for score in scores:
            score.add(look(base + PAGES[score.page], score.screen, score.page))
        print(f"run {number + 1} of {runs}", flush=True)
    return scores


def table(scores: list[Scores]) -> str:
    """Markdown. Where the runs of a cell differ, all of them stand behind the one that counts."""
    lines = [f"| page | screen | {' | '.join(CATEGORIES)} |", "|---|---" + "|---" * len(CATEGORIES) + "|"]
    for score in scores:
        cells = [_cell(score.runs[name], score.counts(name)) for name in CATEGORIES]
        lines.append(f"| {score.page} | {score.screen} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _cell(runs: list[int], points: int) -> str:
    return str(points) if len(set(runs)) == 1 else f"{points} ({', '.join(map(str, sorted(runs)))})"


def main(arguments: argparse.Namespace) -> int:
    """Returns the exit code: 1 where something is missing or a score is below 100."""
    if words := missing():
        print(words, file=sys.stderr)
        return 1
    install()
    folder = Path(tempfile.mkdtemp(prefix="mailsupport-lighthouse-"))
    try:
        site = servers.Site("SQLite", folder, "")
        try:
            site.ask("furnish")
            scores = measure(site, arguments.runs)
        finally:
            site.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print("\n" + table(scores))
    for score in scores:
        for words in sorted(score.wanting):
            print(f"{'wanting' if score.passed else 'FAILED '}  {score.page}, {score.screen}, {words}")
    print(f"\nReports of the last run: {FOLDER.relative_to(report.ROOT)}/")
    if arguments.write:
        facts = f"{report.now()}, {report.machine()}, Lighthouse {VERSION}, {arguments.runs} runs"
        report.put("lighthouse", f"{facts}.\n\n{table(scores)}")
    return 0 if all(score.passed for score in scores) else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--write", action="store_true", help="put the table into docs/bench.md")
    sys.exit(main(parser.parse_args()))
