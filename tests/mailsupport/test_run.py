"""`make run` for real: the supervisor, gunicorn and the worker, in a folder of its own."""

import contextlib
import gzip
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "Zm9vYmFyYmF6cXV4Zm9vYmFy"
POLICY = "default-src 'none'"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(var: Path, **more: str) -> dict[str, str]:
    """A caller who has set nothing of ours but this."""
    return {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "MAILSUPPORT_VAR": str(var), **more}


def refused(var: Path, **more: str) -> str:
    """What one line a start that is refused says."""
    command = [sys.executable, "-m", "mailsupport.supervise"]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=environment(var, **more),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    return done.stderr


class Site:
    """A running `make run`."""

    def __init__(self, var: Path) -> None:
        self.port = free_port()
        self.log = var.parent / "log"
        self.began = time.monotonic()
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "mailsupport.supervise"],
                cwd=ROOT,
                env=environment(var, PORT=str(self.port)),
                stdout=log,
                stderr=log,
            )
        self.wait_for(lambda: self.get("/healthz")[0] == 200, seconds=90)
        self.seconds = time.monotonic() - self.began

    def get(self, path: str) -> tuple[int, str]:
        """Status and policy of one page; 0 while nobody listens."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=20) as response:
                return response.status, response.headers.get("Content-Security-Policy", "")
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers.get("Content-Security-Policy", "")
        except OSError:
            return 0, ""

    def weigh(self, path: str) -> tuple[str, int]:
        """The text of an answer and its bytes on the wire, headers aside."""
        address = f"http://127.0.0.1:{self.port}{path}"
        request = urllib.request.Request(address, headers={"Accept-Encoding": "gzip, br"})
        with urllib.request.urlopen(request, timeout=20) as response:
            data = response.read()
            packed = response.headers.get("Content-Encoding") == "gzip"
        return (gzip.decompress(data) if packed else data).decode("utf-8", "replace"), len(data)

    def wait_for(self, condition, seconds: float) -> None:
        until = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < until, self.log.read_text()[-2000:]
            assert self.process.poll() is None, self.log.read_text()
            time.sleep(0.3)

    def children(self) -> dict[int, str]:
        """Process ids of the two, with their command lines."""
        ids = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return {int(pid): Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ") for pid in ids}

    def worker(self) -> int | None:
        return next((pid for pid, line in self.children().items() if "manage.py worker" in line), None)

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(30)


@pytest.fixture(scope="module")
def var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("run") / "var"


@pytest.fixture(scope="module")
def site(var: Path) -> Iterator[Site]:
    site = Site(var)
    yield site
    if site.process.poll() is None:
        site.stop()


def test_wrong_settings_are_one_line(tmp_path):
    assert "DEBUG must be True or False" in refused(tmp_path / "var", DEBUG="1")
    assert "TRUSTED_PROXIES" in refused(tmp_path / "var", TRUSTED_PROXIES="proxy")


def test_a_taken_port_is_one_line(tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        assert f"Port {port}" in refused(tmp_path / "var", PORT=port)


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path):
    # Not by its mode: root writes everywhere.
    (tmp_path / "file").touch()
    assert "file" in refused(tmp_path / "file" / "var")


def test_a_database_that_does_not_answer_is_one_line(tmp_path):
    message = refused(tmp_path / "var", DATABASE_URL="postgresql://me:hunter2@127.0.0.1:1/none")
    assert "database" in message
    assert "hunter2" not in message


def test_the_first_start_makes_secret_user_and_pages(site, var):
    assert stat.S_IMODE((var / "secret").stat().st_mode) == 0o600
    assert "First staff user: admin" in site.log.read_text()
    assert site.get("/")[0] == 200
    site.wait_for(lambda: site.get("/readyz")[0] == 200, seconds=30)


@pytest.mark.parametrize("path", ["/", "/nowhere/", "/admin/login/", "/static/css/base.css", "/healthz"])
def test_every_answer_has_the_policy(site, path):
    assert POLICY in site.get(path)[1]


@pytest.mark.parametrize(
    "path", ["/", "/faq/mailbox-full/", "/search/?q=%E5%B1%8A%E3%81%8B%E3%81%AA%E3%81%84", "/tickets/new/"]
)
def test_a_first_visit_is_light(site, path):
    """UX.md: at most 60 KB over the wire, with all that the page brings along, on a browser's first visit."""
    page, size = site.weigh(path)
    brought = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', page))
    assert len(brought) >= 4
    assert size + sum(site.weigh(address)[1] for address in brought) <= 60 * 1024


def test_no_search_and_no_token_is_written_down(site):
    site.get("/search/?q=hunter2")
    site.get(f"/tickets/{TOKEN}/?q=hunter2")
    log = site.log.read_text()
    assert "hunter2" not in log
    assert TOKEN not in log


def test_a_dead_worker_is_started_again(site):
    first = site.worker()
    assert first
    os.kill(first, signal.SIGKILL)
    site.wait_for(lambda: site.worker() not in (None, first), seconds=20)


def test_it_stops_whole_and_starts_again_with_its_data(tmp_path):
    # A site of its own: tests run in any order, and the others need theirs running.
    var = tmp_path / "var"
    site = Site(var)
    children = site.children()
    assert len(children) == 2
    assert site.stop() == 0
    for pid in children:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
    again = Site(var)
    try:
        assert "First staff user" not in again.log.read_text()
        assert again.get("/")[0] == 200
        # 5 s on a quiet machine; the other half of the tests has the second core.
        assert again.seconds < 15
        web = next(pid for pid, line in again.children().items() if "gunicorn" in line)
        os.kill(web, signal.SIGKILL)
        assert again.process.wait(30) == 1
    finally:
        with contextlib.suppress(ProcessLookupError):
            again.process.kill()
