"""`make bench-tickets`: the staff screens at a thousand and at a million requests, in turns.

    python -m tests.bench.tickets [--large 1000000] [--rounds 7] [--keep] [--write]

Every screen is asked over HTTP by a superuser, one request at a time; the figure is the median of the rounds
at `large` over the median at a thousand, beside it the same of the fastest answers, for a busy machine.
Where a thousand requests do not fill a page that a million fill (a rare cause, a number's first digits), rows
drawn would be compared, not databases: the million is then compared with a full page at a thousand.
PostgreSQL is measured where TEST_DATABASE_URL answers. `--keep` leaves the filled databases in var/bench and
uses them the next time.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from statistics import median
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg

from tests.bench import charts, load, report, servers

FOLDER = report.ROOT / "var/bench"
SMALL = 1000
MOST = 1.5
"""How much longer a screen may take with a thousand times as many requests."""
FULL = {"contacts": "contacts", "our": "queue: ours", "mine": "queue: ours", "owner": "queue: ours"}
"""Screens that are full at any size, by a word in the name of those with rows of the same kind: what is ours
has a promise and buttons in each row."""
Key = tuple[str, str, int]
Times = dict[Key, list[float]]
Rows = dict[Key, int]


def screens(known: dict[str, str]) -> dict[str, str]:
    """Name and address of each screen; `known` is what this site has (see inside.staff)."""
    queue = "/admin/tickets/ticket/"
    views = ("ours", "mine", "overdue", "waiting", "hold", "all")
    some = ("ours", "waiting", "all")
    return {
        "staff home": "/admin/",
        **{f"queue: {view}": f"{queue}?view={view}" for view in views},
        # The very last rows of the list, which no number leads to where it is too long to count.
        **{f"last page: {view}": f"{queue}?view={view}&p=-1" for view in some},
        # As many pages from the front at both sizes; and as far as there are numbers, 20 pages against 200.
        "page 20: all": f"{queue}?view=all&p=20",
        **{f"last number: {view}": f"{queue}?view={view}&p={known[view]}" for view in some},
        "filter: status": f"{queue}?status=waiting",
        "filter: symptom and owner": f"{queue}?view=all&symptom=bounced&owner=nobody",
        "filter: symptom": f"{queue}?view=all&symptom=bounced",
        "filter: symptom and status": f"{queue}?status=closed&symptom=bounced",
        "filter: our turn and symptom": f"{queue}?view=ours&symptom=bounced",
        "filter: closed and owner": f"{queue}?status=closed&owner=me",
        "filter: cause": f"{queue}?cause={known['cause']}",
        "search: number": f"{queue}?q={known['number']}",
        "search: first digits": f"{queue}?q={known['number'][:4]}",
        "search: phone": f"{queue}?q={known['phone']}",
        "search: address": f"{queue}?q={quote(known['email'])}",
        "search: start of an address": f"{queue}?q=guest1{quote('@')}",
        "search: domain": f"{queue}?q={known['domain']}",
        "search: words": f"{queue}?q={quote('戻ってきます')}",
        "search: rare words": f"{queue}?q={quote('電話 ' + known['pk'])}",
        "search: words of nobody": f"{queue}?q={quote('りんごの皮')}",
        "a request": f"{queue}{known['pk']}/change/",
        "statistics": "/admin/checklists/",
        "statistics: a checklist": "/admin/checklists/nothing-arrives/",
        "contacts": "/admin/tickets/contact/",
        "contacts: last page": "/admin/tickets/contact/?p=-1",
        "contacts: a name": f"/admin/tickets/contact/?q={quote('見本 12')}",
        "deliveries": "/admin/tickets/delivery/",
        "deliveries: last page": "/admin/tickets/delivery/?p=-1",
        "deliveries: given up": "/admin/tickets/delivery/?state__exact=failed",
    }


def site_of(database: str, count: int, address: str) -> servers.Site:
    """A running site with so many requests, filled now unless an earlier run has left it."""
    folder = FOLDER / f"{database.lower()}-{count}"
    stamp = folder / "filled"
    if address:
        name = f"mailsupport_bench_{count}"
        if not stamp.exists():
            with psycopg.connect(address, autocommit=True) as server:
                server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
                server.execute(f"CREATE DATABASE {name}")
        address = urlunsplit(urlsplit(address)._replace(path=f"/{name}"))
    site = servers.Site(database, folder, address)
    if not stamp.exists():
        site.ask("furnish")
        subprocess.run(
            [sys.executable, "-m", "tests.bench.fill", str(count)], cwd=report.ROOT, env=site.env, check=True
        )
        stamp.touch()
    return site


def measure(sites: dict[tuple[str, int], servers.Site], rounds: int) -> tuple[Times, Rows, list[str]]:
    """Seconds of every screen of every site, in turns; rows in its tables; what did not answer with 200."""
    times: Times = {}
    rows: Rows = {}
    faults: set[str] = set()
    asks: dict[tuple[str, int], tuple[dict[str, str], str]] = {}
    for key, site in sites.items():
        known = site.ask("staff")
        asks[key] = screens(known), known["cookies"]
    names = list(next(iter(asks.values()))[0])
    for number in range(rounds + 1):
        for name in names:
            for key, site in sites.items():
                addresses, cookies = asks[key]
                where = key[0], name, key[1]
                if not number:
                    rows[where] = rows_of(site, addresses[name], cookies)
                request = load.get(addresses[name], cookies=cookies)
                # Each worker process meets it: two are not counted in the first round.
                answer = load.drive(site.port, iter([request] * 2), connections=1)
                if answer.failed(200):
                    faults.add(f"{key[0]} {key[1]}, {name}: {dict(answer.statuses)}")
                if number:
                    times.setdefault(where, []).extend(answer.times)
    return times, rows, sorted(faults)


def rows_of(site: servers.Site, address: str, cookies: str) -> int:
    """Rows of the tables on a page; 0 where it does not answer."""
    request = urllib.request.Request(f"http://{load.HOST}:{site.port}{address}", headers={"Cookie": cookies})
    try:
        with urllib.request.urlopen(request, timeout=load.TIMEOUT) as answer:
            return int(answer.read().count(b"<tr"))
    except OSError:
        return 0


def table(times: Times, rows: Rows, large: int) -> tuple[str, list[dict[str, Any]]]:
    """The table, and its rows for JSON and charts."""
    found = []
    lines = [
        f"| database | screen | ms at {SMALL} | ms at {large} | ratio | of the fastest |",
        "|---|---|---|---|---|---|",
    ]
    for database, name in dict.fromkeys((database, name) for database, name, _ in times):
        few, many = (times[database, name, count] for count in (SMALL, large))
        note = ""
        # Lists only: a home page or a request may well have a row more.
        if rows[database, name, large] > 1.2 * rows[database, name, SMALL]:
            note = f" ({rows[database, name, SMALL] - 1} rows)"
        full = next((FULL[word] for word in FULL if word in name), "queue: all")
        base = times[database, full, SMALL] if note else few
        ratio, best = median(many) / median(base), min(many) / min(base)
        few_ms, many_ms = median(few) * 1000, median(many) * 1000
        found.append(
            {
                "database": database,
                "screen": name,
                "few_ms": few_ms,
                "many_ms": many_ms,
                "ratio": ratio,
                "best": best,
                "full_page": bool(note),
            }
        )
        mark = "" if ratio <= MOST else " **"
        lines.append(
            f"| {database} | {name} | {few_ms:.0f}{note} | {many_ms:.0f} | {ratio:.2f}{mark} | {best:.2f} |"
        )
    lines += ["", f"(n rows): the page is not full at {SMALL}; the ratio is to a full one of the same kind."]
    return "\n".join(lines), found


def addresses() -> Iterator[tuple[str, str]]:
    """The databases there are: name, and the server's address ("" for SQLite)."""
    yield "SQLite", ""
    address = os.environ.get("TEST_DATABASE_URL", "")
    try:
        psycopg.connect(address, connect_timeout=3).close()
    except psycopg.OperationalError:
        print("Left out: PostgreSQL. TEST_DATABASE_URL does not answer.")
    else:
        yield "PostgreSQL", address


def main(arguments: argparse.Namespace) -> int:
    """Returns the exit code: 1 where a screen did not answer; slow is no failure."""
    sizes = (SMALL, arguments.large)
    with ExitStack() as stack:
        sites = {}
        for database, address in addresses():
            for count in sizes:
                site = site_of(database, count, address)
                stack.callback(site.stop)
                sites[database, count] = site
        times, drawn, faults = measure(sites, arguments.rounds)
    text, rows = table(times, drawn, arguments.large)
    print(text, *faults, sep="\n")
    folder = report.ROOT / "docs/bench" if arguments.write else FOLDER
    (folder / "tickets.json").write_text(json.dumps(rows, indent=1) + "\n")
    bars = [
        charts.Bar(f"{row['screen']}, {row['database']}", round(row["ratio"], 2), MOST, below=True)
        for row in rows
    ]
    (folder / "tickets.svg").write_text(charts.bars(bars, "Time at a million requests / at a thousand"))
    if arguments.write:
        report.put("tickets", f"{report.now()}, {report.machine()}.\n\n{text}")
    if not arguments.keep:
        forget(sizes)
    return 1 if faults else 0


def forget(sizes: tuple[int, ...]) -> None:
    """Delete the filled databases."""
    for database, address in addresses():
        for count in sizes:
            shutil.rmtree(FOLDER / f"{database.lower()}-{count}", ignore_errors=True)
            if address:
                with psycopg.connect(address, autocommit=True) as server:
                    server.execute(f"DROP DATABASE IF EXISTS mailsupport_bench_{count} WITH (FORCE)")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--large", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--write", action="store_true", help="put figures and chart into docs/")
    sys.exit(main(parser.parse_args()))
