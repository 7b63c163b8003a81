"""Row 40: what floods the server itself, sent to gunicorn as `make run` starts it."""

from __future__ import annotations

import contextlib
import os
import select
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailsupport.supervise import web_command
from tests.bench.load import HOST
from tests.bench.servers import ROOT, SECRET, Server, free_port

MEGABYTE = 1024 * 1024
GIGABYTES = 10 * 1024 * MEGABYTE
PATIENCE = 5
"""Seconds that a worker may be silent here; 120 under `make run`."""
TOKEN = "a" * 32
HEAD = (
    "POST /tickets/find/ HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    f"Cookie: csrf={TOKEN}\r\nX-CSRFToken: {TOKEN}\r\nConnection: close\r\n"
    "Content-Type: multipart/form-data; boundary=XX\r\n"
)
FILE = b'--XX\r\nContent-Disposition: form-data; name="photos"; filename="a"\r\n\r\n'
END = b"\r\n--XX--\r\n"


class Web(Server):
    """gunicorn without knowledge and mail worker, with a folder of its own for temporary files."""

    def __init__(self, folder: Path) -> None:
        port, temporary = str(free_port()), folder / "temporary"
        temporary.mkdir()
        (folder / "var").mkdir()
        given = {"--bind": f"{HOST}:{port}", "--timeout": str(PATIENCE)}
        command = web_command()
        for name, value in given.items():
            command[command.index(name) + 1] = value
        env = {"PORT": port, "MAILSUPPORT_VAR": str(folder / "var"), "TMPDIR": str(temporary)}
        self.temporary = temporary
        for words in (("migrate",), ("collectstatic", "--no-input")):
            given_env = {"PATH": os.environ["PATH"], "SECRET_KEY": SECRET, **env}
            subprocess.run([sys.executable, "manage.py", *words, "-v0"], cwd=ROOT, env=given_env, check=True)
        super().__init__("web", command, env, folder)
        self.wait("/healthz")

    def size(self) -> int:
        """Bytes of the largest worker."""
        return self.memory()["rss"] * MEGABYTE

    def on_disk(self) -> int:
        """Bytes of all files that workers have open in the temporary folder, those without a name as well."""
        found: dict[int, int] = {}
        for worker in self.workers():
            for handle in Path(f"/proc/{worker}/fd").iterdir():
                with contextlib.suppress(OSError):
                    if str(handle.readlink()).startswith(str(self.temporary)):
                        found[handle.stat().st_ino] = handle.stat().st_size
        return sum(found.values())


@pytest.fixture(scope="module")
def web() -> Iterator[Web]:
    with tempfile.TemporaryDirectory() as folder:
        web = Web(Path(folder))
        yield web
        web.stop()


class Sent:
    """What became of a body that was sent until the server had enough."""

    def __init__(self, web: Web, header: str, *, most: int, chunked: bool = False, end: bytes = b"") -> None:
        piece = b"x" * MEGABYTE
        framed = b"%x\r\n%s\r\n" % (len(piece), piece) if chunked else piece
        start = b"%x\r\n%s\r\n" % (len(FILE), FILE) if chunked else FILE
        self.bytes, self.growth, self.on_disk, before = 0, 0, 0, web.size()
        with socket.create_connection((HOST, web.port), timeout=30) as line:
            line.sendall(f"{HEAD}{header}\r\n\r\n".encode() + start)
            with contextlib.suppress(ConnectionError):
                while self.bytes < most and not _answers(line):
                    line.sendall(framed)
                    self.bytes += len(piece)
                    self.growth = max(self.growth, web.size() - before)
                    self.on_disk = max(self.on_disk, web.on_disk())
                line.sendall(end)
            self.status = _status(line)


def _answers(line: socket.socket) -> bool:
    return bool(select.select([line], [], [], 0)[0])


def _status(line: socket.socket) -> int:
    """0 where the server closed without a word."""
    with contextlib.suppress(ConnectionError):
        words = line.recv(64).split()
        return int(words[1]) if len(words) > 1 else 0
    return 0


def test_ten_gigabytes_are_refused_unread(web: Web) -> None:
    sent = Sent(web, f"Content-Length: {GIGABYTES}", most=100 * MEGABYTE)
    assert sent.status == 413
    assert sent.bytes < 10 * MEGABYTE
    assert (sent.growth < 10 * MEGABYTE, sent.on_disk, list(web.temporary.iterdir())) == (True, 0, [])


def test_a_stream_without_a_length_is_refused_unread(web: Web) -> None:
    sent = Sent(web, "Transfer-Encoding: chunked", most=100 * MEGABYTE, chunked=True)
    assert sent.status == 413
    assert sent.bytes < 10 * MEGABYTE
    assert (sent.growth < 10 * MEGABYTE, sent.on_disk, list(web.temporary.iterdir())) == (True, 0, [])


def test_a_file_of_fifty_megabytes_is_cut_at_ten(web: Web) -> None:
    size = 50 * MEGABYTE
    sent = Sent(web, f"Content-Length: {len(FILE) + size + len(END)}", most=size, end=END)
    assert (sent.bytes, sent.status < 500) == (size, True)
    assert 0 < sent.on_disk <= 10 * MEGABYTE + 1
    assert sent.growth < 20 * MEGABYTE
    # Django removes it when the answer has gone out.
    until = time.monotonic() + 10
    while list(web.temporary.iterdir()) and time.monotonic() < until:
        time.sleep(0.05)
    assert list(web.temporary.iterdir()) == []


def test_a_body_that_never_comes_holds_no_worker(web: Web) -> None:
    """Both workers wait for one; then gunicorn's patience ends. Behind Caddy, `read_body` ends it as well."""
    lines = [socket.create_connection((HOST, web.port), timeout=4 * PATIENCE) for _ in web.workers()]
    try:
        for line in lines:
            line.sendall(f"{HEAD}Content-Length: 1000\r\n\r\n".encode() + FILE)
        began = time.monotonic()
        for line in lines:
            with contextlib.suppress(ConnectionError):
                line.recv(64)
        assert time.monotonic() - began < 3 * PATIENCE + 5
    finally:
        for line in lines:
            line.close()
    web.wait("/healthz")
