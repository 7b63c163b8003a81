"""`make run`: prepare everything, then keep gunicorn and the worker running until told to stop.

The web server's end is the end of all; a worker that dies is started again after a pause that doubles.
Whatever is wrong with the place (setting, port, folder, database) is one line on stderr and exit code 1.

Where systemd supervises, it calls the parts: `python -m mailsupport.supervise prepare`, then `… web`.
"""

import hashlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import django
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import DatabaseError, connection

from mailsupport import env

BASE = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
LONGEST_PAUSE = 60.0  # seconds between two starts of a worker that keeps dying
STOP_SECONDS = 15.0  # gunicorn lets running requests finish; then it is over


class Refused(Exception):
    """Something about this place keeps the site from starting; the message is for the operator."""


def make_secret() -> None:
    """Write a random secret, readable by us only, unless the operator or an earlier start gave one."""
    if env.text("SECRET_KEY") or env.text("SECRET_KEY_FILE"):
        return
    folder = env.path("MAILSUPPORT_VAR", BASE / "var")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        handle = os.open(folder / "secret", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_urlsafe(64))


def check_port(port: int) -> None:
    """Raise Refused where another program listens there already."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
        except OSError as error:
            raise Refused(f"Port {port} cannot be used ({error.strerror}). Try: make run PORT=8001") from None


def prepare() -> None:
    """Database, knowledge, first user, static files. Safe to run at every start."""
    # Names, addresses and words of clients are in there: nobody else on this machine reads them.
    settings.VAR_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
    call_command("migrate", interactive=False, verbosity=0)
    call_command("load_knowledge", verbosity=0)
    make_first_user()
    collect_static()
    connection.close()


def make_first_user() -> None:
    """On an empty database one superuser, whose password is printed now and never again."""
    # Models exist only after django.setup(), which must not run before the secret is there.
    from django.contrib.auth.models import User  # noqa: PLC0415

    if User.objects.exists():
        return
    password = secrets.token_urlsafe(12)
    User.objects.create_superuser("admin", password=password)
    say(f"First staff user: admin   password, shown only now: {password}")


def collect_static() -> None:
    """Collect only where a source file came, went or changed."""
    stamp = settings.STATIC_ROOT / ".stamp"
    now = static_digest()
    if stamp.is_file() and stamp.read_text() == now:
        return
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(now)


def static_digest() -> str:
    """One hash over names, sizes and times of all static source files."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            facts = os.stat(storage.path(name))
            digest.update(f"{name} {facts.st_size} {facts.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def web_command() -> list[str]:
    """gunicorn's command line, without its access log: ours writes down no query and no ticket token."""
    # SPEED.md: threads worsen the tail on SQLite; on PostgreSQL two slow uploads must not block all.
    is_sqlite = connection.vendor == "sqlite"
    kind = ["sync"] if is_sqlite else ["gthread", "--threads", "4"]
    workers = str(max(2, os.cpu_count() or 2))
    return [
        *(sys.executable, "-m", "gunicorn", "mailsupport.wsgi"),
        *("--bind", f"{HOST}:{settings.PORT}", "--workers", workers, "--worker-class", *kind),
        # Loaded once and shared by the workers: what they only read is there once.
        *("--preload", "--limit-request-line", "8190", "--timeout", "120", "--no-control-socket"),
        *("--log-level", "warning", "--logger-class", "mailsupport.serverlog.ServerLog"),
    ]


class Child:
    """A process of ours in a group of its own: Ctrl-C in the terminal reaches it only through us."""

    def __init__(self, command: list[str]) -> None:
        self.command = command
        self.start()

    def start(self) -> None:
        """Start (again)."""
        self.started = time.monotonic()
        self.process = subprocess.Popen(self.command, cwd=BASE, start_new_session=True)  # noqa: S603 # our own

    def stop(self, until: float) -> None:
        """Wait for its end until that moment (monotonic), then kill it and what it started."""
        try:
            self.process.wait(max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def watch(stop: threading.Event) -> int:
    """Run both until `stop` is set or the web server ends; returns our exit code."""
    web = Child(web_command())
    worker = Child([sys.executable, "manage.py", "worker"])
    pause, again_at = 1.0, 0.0
    try:
        while not stop.wait(0.2):
            if web.process.poll() is not None:
                say(f"The web server ended (code {web.process.returncode}); stopping.")
                return 1
            if worker.process.poll() is None:
                # It has lived for a while: the next death is a new matter.
                pause = 1.0 if time.monotonic() - worker.started > LONGEST_PAUSE else pause
                again_at = time.monotonic() + pause
            elif time.monotonic() >= again_at:
                say(f"The worker ended (code {worker.process.returncode}); started again.")
                worker.start()
                pause = min(2 * pause, LONGEST_PAUSE)
        return 0
    finally:
        end([web, worker])


def end(children: list[Child]) -> None:
    """Ask all to stop, then wait for each."""
    for child in children:
        if child.process.poll() is None:
            child.process.terminate()
    until = time.monotonic() + STOP_SECONDS
    for child in children:
        child.stop(until)


def say(line: str) -> None:
    """One line for the operator."""
    print(line, flush=True)


def main(part: str = "") -> int:
    """All of it, or one part: "prepare" ends afterwards, "web" becomes gunicorn. Returns the exit code."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mailsupport.settings")
    # For the children: glibc would give each of their threads a heap of its own.
    os.environ.setdefault("MALLOC_ARENA_MAX", "1")
    try:
        make_secret()
        django.setup()
        if part != "prepare":
            check_port(settings.PORT)
        if part != "web":
            prepare()
    except (ImproperlyConfigured, Refused) as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"Cannot use {error.filename or 'a file'}: {error.strerror}.", file=sys.stderr)
        return 1
    except DatabaseError as error:
        print(f"The database does not work: {str(error).strip().splitlines()[0]}", file=sys.stderr)
        return 1
    if part == "web":
        os.chdir(BASE)
        os.execv(sys.executable, web_command())  # noqa: S606 # our own; gunicorn is the process systemd watches
    if part == "prepare" or stop.is_set():
        return 0
    say(f"mailsupport runs at {settings.SITE_URL}   (staff: {settings.SITE_URL}/admin/   stop: Ctrl-C)")
    return watch(stop)


PARTS = ("prepare", "web")

if __name__ == "__main__":
    if len(sys.argv) > 2 or not set(sys.argv[1:]) <= set(PARTS):
        sys.exit(f"Usage: python -m mailsupport.supervise [{' | '.join(PARTS)}]")
    sys.exit(main(*sys.argv[1:]))
