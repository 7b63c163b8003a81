"""The two servers of a run, each a process group of its own: ours as `make run` starts it, and hello."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from tests.bench.load import HOST

ROOT = Path(__file__).resolve().parents[2]
WORKERS = max(2, os.cpu_count() or 2)
"""As many as mailsupport.supervise starts."""
START = 300.0  # seconds: the first start loads the knowledge
TICK = os.sysconf("SC_CLK_TCK")
RAISED = {"TICKETS_PER_HOUR": "1000000", "SEARCHES_PER_MINUTE": "1000000", "FORM_SECONDS": "0"}
SECRET = "only-for-the-bench-" * 4


def free_port() -> int:
    """One that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


class Server:
    """A process with children; `log` has what it printed."""

    def __init__(self, name: str, command: list[str], env: dict[str, str], folder: Path) -> None:
        self.name, self.folder = name, folder
        self.port = int(env["PORT"])
        folder.mkdir(parents=True, exist_ok=True)
        self.env = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "SECRET_KEY": SECRET, **env}
        self.log = folder / "server.log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=self.env, stdout=log, stderr=log, start_new_session=True
            )

    def wait(self, path: str) -> None:
        """Until it answers. Raises RuntimeError where it ends or keeps silent."""
        until = time.monotonic() + START
        while time.monotonic() < until and self.process.poll() is None:
            try:
                with urllib.request.urlopen(f"http://{HOST}:{self.port}{path}", timeout=20):
                    return
            except OSError:
                time.sleep(0.2)
        raise RuntimeError(f"{self.name} did not start:\n{self.log.read_text()[-2000:]}")

    def workers(self) -> list[int]:
        """Process ids of gunicorn's workers: gunicorn's children."""
        return [
            child
            for pid in [self.process.pid, *_below(self.process.pid)]
            if _is_gunicorn(pid)
            for child in _children(pid)
        ]

    def cpu(self) -> float:
        """Seconds of processor time that the workers have used so far."""
        return sum(_cpu(pid) for pid in self.workers())

    def memory(self) -> dict[str, int]:
        """MiB of the largest worker: RSS, and PSS where pages shared with others count in part."""
        sizes = [_sizes(pid) for pid in self.workers()]
        return {name: max(size[name] for size in sizes) for name in ("rss", "pss")}

    def stop(self) -> None:
        """Ask it to end, then make it."""
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def hello(folder: Path) -> Server:
    """The bare view on sync workers, as many as ours has."""
    port = str(free_port())
    command = [
        *(sys.executable, "-m", "gunicorn", "tests.bench.hello", "--bind", f"{HOST}:{port}"),
        *("--workers", str(WORKERS), "--no-control-socket", "--log-level", "warning"),
    ]
    server = Server("hello", command, {"PORT": port}, folder)
    server.wait("/")
    return server


class Site(Server):
    """Our site under its own supervisor: gunicorn with its worker settings, and the mail worker."""

    def __init__(self, name: str, folder: Path, database: str) -> None:
        env = {
            "PORT": str(free_port()),
            "MAILSUPPORT_VAR": str(folder / "var"),
            "DATABASE_URL": database,
            **RAISED,
        }
        super().__init__(name, [sys.executable, "-m", "mailsupport.supervise"], env, folder)
        self.wait("/healthz")

    def ask(self, *words: str) -> Any:
        """Run a verb of tests/bench/inside.py with this site's settings; gives what it prints as JSON."""
        command = [sys.executable, "-m", "tests.bench.inside", *words]
        done = subprocess.run(command, cwd=ROOT, env=self.env, stdout=subprocess.PIPE, check=True)
        return json.loads(done.stdout.splitlines()[-1])


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _below(pid: int) -> list[int]:
    return [found for child in _children(pid) for found in (child, *_below(child))]


def _is_gunicorn(pid: int) -> bool:
    return b"gunicorn" in Path(f"/proc/{pid}/cmdline").read_bytes() and bool(_children(pid))


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def _sizes(pid: int) -> dict[str, int]:
    rows = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:])
    return {name.lower(): int(rows[name].split()[0]) // 1024 for name in ("Rss", "Pss")}
