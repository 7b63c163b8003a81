"""`make bench`: rounds in turns, ratios to hello, a table, JSON and charts; ends with 1 where one failed.

    python -m tests.bench [--rounds 5] [--seconds 3] [--filings 150] [--write]

PostgreSQL is measured where TEST_DATABASE_URL answers; `--write` puts figures and charts into docs/.
"""

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count, cycle
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

from tests.bench import load, report, servers
from tests.bench.report import Figures, Measured

DATABASE = "mailsupport_bench"
Rooms = dict[str, list[str]]


class Course:
    """One site with what is asked of it; remembers every filing, to be counted afterwards."""

    def __init__(self, site: servers.Site, filings: int) -> None:
        self.site, self.filings = site, filings
        self.rooms: Rooms = site.ask("furnish")
        self.before: dict[str, int] = site.ask("count")
        self.filed: list[str] = []
        self.searched = self.drafted = 0
        self.never = count(1)
        self.articles = cycle(self.rooms["articles"])
        self.searches = cycle(self.rooms["searches"])

    def tasks(self) -> dict[str, Callable[[float], load.Outcome]]:
        """What is measured, by name; each takes the seconds of its round."""
        return {
            "article, cached": self.cached,
            "article, uncached": self.uncached,
            "search": self.search,
            "ticket form": self.form,
            "filing": self.filing,
        }

    def cached(self, seconds: float) -> load.Outcome:
        """Articles as strangers ask for them."""
        return self._get(map(load.get, self.articles), seconds)

    def uncached(self, seconds: float) -> load.Outcome:
        """The same articles, each time at an address that nobody has asked for yet."""
        paths = (f"{path}?{UNKNOWN}={next(self.never)}" for path in self.articles)
        return self._get(map(load.get, paths), seconds)

    def search(self, seconds: float) -> load.Outcome:
        """Sentences of clients, each a search of its own that is kept."""
        outcome = self._get(map(load.get, self.searches), seconds)
        self.searched += outcome.statuses[200]
        return outcome

    def form(self, seconds: float) -> load.Outcome:
        """The first page of the form, for somebody new."""
        return self._get(cycle([load.get("/tickets/new/")]), seconds)

    def filing(self, _seconds: float) -> load.Outcome:
        """The last step: a number of requests that are all but sent, as fast as they go."""
        waiting = self.site.ask("drafts", str(self.filings), str(1 + self.drafted))
        self.drafted += len(waiting)
        sends = (load.post("/tickets/new/check/", one["body"], cookies=one["cookies"]) for one in waiting)
        outcome = load.drive(self.site.port, sends)
        self.filed += [place for place in outcome.locations if place.endswith("?new=1")]
        return outcome

    def _get(self, requests: Iterator[bytes], seconds: float) -> load.Outcome:
        return load.drive(self.site.port, requests, seconds=seconds)

    def faults(self) -> list[str]:
        """What was lost, doubled or refused, in words."""
        now: dict[str, int] = self.site.ask("count")
        grown = {name: now[name] - self.before[name] for name in now}
        sent = len(self.filed)
        wanted = {
            "requests sent, receipts given": (self.drafted, sent),
            "receipts, all different": (sent, len(set(self.filed))),
            "receipts, requests stored": (sent, grown["tickets"]),
            "requests, numbers": (now["tickets"], now["numbers"]),
            "requests, first messages": (grown["tickets"], grown["messages"]),
            "requests, keys": (grown["tickets"], grown["links"]),
            # A confirmation (or a word why none), and two colleagues are told.
            "mails, three a request": (3 * sent, grown["deliveries"] + grown["unmailed"]),
            "drafts never filed": (0, grown["unfiled"]),
            # Each draft brings one along.
            "searches kept": (self.searched + self.drafted, grown["lookups"]),
            "mails given up": (0, grown["failed"]),
            "'database is locked' in the log": (0, self.site.log.read_text().count("database is locked")),
        }
        return [f"{self.site.name}: {what}: {a}, {b}" for what, (a, b) in wanted.items() if a != b]


UNKNOWN = "unseen"


@contextmanager
def postgresql(address: str) -> Iterator[str]:
    """A fresh database beside the one of `address`, dropped afterwards; "" where no server answers."""
    if not address:
        # Without an address libpq would ask a server of its own choice.
        yield ""
        return
    try:
        server = psycopg.connect(address, connect_timeout=3, autocommit=True)
    except psycopg.OperationalError:
        yield ""
        return
    with server:
        server.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        server.execute(f"CREATE DATABASE {DATABASE}")
        try:
            yield urlunsplit(urlsplit(address)._replace(path=f"/{DATABASE}"))
        finally:
            server.execute(f"DROP DATABASE {DATABASE} WITH (FORCE)")


def measure(hello: servers.Server, courses: dict[str, Course], rounds: int, seconds: float) -> Figures:
    """All tasks in turns, `rounds` times after one that is not counted."""
    figures = Figures(hello=Measured(200), pages={}, memory={}, faults=[])
    for number in range(rounds + 1):
        wanted = 0 if number == 0 else seconds
        for name, course in courses.items():
            for task, run in course.tasks().items():
                expected = 302 if task == "filing" else 200
                page = figures.pages.setdefault((name, task), Measured(expected))
                _once(page, course.site, run, wanted or 1, counts=bool(wanted))
            # Once a site: hello stands as near to each as they stand to each other.
            _once(figures.hello, hello, _hello(hello.port), wanted or 1, counts=bool(wanted))
        print(f"round {number} of {rounds}" + (" (not counted)" if not number else ""), flush=True)
    return figures


def _hello(port: int) -> Callable[[float], load.Outcome]:
    return lambda seconds: load.drive(port, cycle([load.get("/")]), seconds=seconds)


def _once(
    page: Measured,
    server: servers.Server,
    run: Callable[[float], load.Outcome],
    seconds: float,
    *,
    counts: bool,
) -> None:
    used = server.cpu()
    outcome = run(seconds)
    page.add(outcome, server.cpu() - used, counts=counts)


def main(arguments: argparse.Namespace) -> int:
    """Returns the exit code: 1 where a request failed or something was lost; slow is no failure."""
    folder = Path(tempfile.mkdtemp(prefix="mailsupport-bench-"))
    running: list[servers.Server] = []
    try:
        with postgresql(os.environ.get("TEST_DATABASE_URL", "")) as address:
            try:
                figures = _run(arguments, folder, address, running)
            finally:
                for server in running:
                    server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    report.show(figures, write=arguments.write)
    return 1 if figures.faults else 0


def _run(arguments: argparse.Namespace, folder: Path, address: str, running: list[servers.Server]) -> Figures:
    hello = servers.hello(folder / "hello")
    running.append(hello)
    courses = {}
    for name, database in {"SQLite": "", "PostgreSQL": address}.items():
        if name == "PostgreSQL" and not database:
            print("Left out: PostgreSQL. TEST_DATABASE_URL does not answer.")
            continue
        site = servers.Site(name, folder / name, database)
        running.append(site)
        courses[name] = Course(site, arguments.filings)
    figures = measure(hello, courses, arguments.rounds, arguments.seconds)
    for name, course in courses.items():
        figures.memory[name] = course.site.memory()
        figures.faults += course.faults()
    figures.faults += [
        f"{name}, {task}: {page.failures} of {page.answers} requests failed"
        for (name, task), page in {("", "hello"): figures.hello, **figures.pages}.items()
        if page.failures
    ]
    return figures


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--filings", type=int, default=150, help="requests filed in a round")
    parser.add_argument("--write", action="store_true", help="put figures and charts into docs/")
    sys.exit(main(parser.parse_args()))
