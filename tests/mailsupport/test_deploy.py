"""docs/deploy: units, Caddyfile and settings name only what exists, and pass their programs' own checks."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands, load_command_class

from mailsupport import env, reference, supervise

ROOT = Path(settings.BASE_DIR)
FOLDER = ROOT / "docs" / "deploy"
SERVICES = sorted(FOLDER.glob("*.service"))
TIMERS = sorted(FOLDER.glob("*.timer"))
PYTHON = "/opt/mailsupport/.venv/bin/python"
GUIDE = (ROOT / "docs" / "deploy.md").read_text()


def values(file: Path, key: str) -> list[str]:
    return re.findall(rf"^{key}=(.*)$", file.read_text(), re.MULTILINE)


def commands() -> list[tuple[str, list[str]]]:
    found = [(file.name, line) for file in SERVICES for line in values(file, "ExecStart(?:Pre)?")]
    return [(name, shlex.split(line)) for name, line in found]


def test_there_is_a_timer_for_every_job():
    assert len(SERVICES) == 4
    jobs = {file.stem for file in SERVICES if values(file, "Type") == ["oneshot"]}
    assert {file.stem for file in TIMERS} == jobs
    for name in [file.name for file in TIMERS] + ["mailsupport-web", "mailsupport-worker"]:
        assert name in GUIDE


@pytest.mark.parametrize(("unit", "words"), commands())
def test_units_start_what_exists(unit, words):
    assert words[0] == PYTHON
    if words[1] == "-m":
        assert words[2] == supervise.__name__
        assert words[3] in supervise.PARTS
        return
    assert words[1] == "manage.py"
    name, *options = words[2:]
    command = load_command_class(get_commands()[name], name)
    command.create_parser("manage.py", name).parse_args(options)


@pytest.mark.parametrize("file", SERVICES, ids=lambda file: file.stem)
def test_units_are_locked_up_alike(file):
    def locks(unit: Path) -> str:
        return unit.read_text().split("# It writes to its own folder")[1].split("[Install]")[0].strip()

    assert locks(file) == locks(SERVICES[0])
    assert "NoNewPrivileges=yes" in locks(file)
    assert "ProtectSystem=strict" in locks(file)
    assert values(file, "User") == ["mailsupport"]
    assert values(file, "WorkingDirectory") == [str(Path(PYTHON).parents[2])]
    assert values(file, "EnvironmentFile") == ["/etc/mailsupport/env"]
    assert values(file, "UMask") == ["0077"]


def test_the_settings_are_known_and_accepted(monkeypatch, tmp_path):
    lines = re.findall(r"^#?([A-Z_]+)=(.*)$", (FOLDER / "env").read_text(), re.MULTILINE)
    assert len(lines) >= 5
    for name, value in lines:
        assert name in reference.WORDS
        monkeypatch.setenv(name, value)
    folder = Path(dict(lines)["MAILSUPPORT_VAR"])
    assert values(SERVICES[0], "StateDirectory") == [folder.name]
    assert env.site_url("SITE_URL", "").startswith("https://")
    assert env.networks("TRUSTED_PROXIES") == ["127.0.0.1", "::1"]
    assert env.mail("EMAIL_URL", tmp_path)["EMAIL_HOST_USER"] == "desk@example.jp"
    assert env.database("DATABASE_URL", tmp_path)["NAME"] == "mailsupport"


def test_the_proxy_talks_to_the_web_server():
    text = (FOLDER / "Caddyfile").read_text()
    assert f"reverse_proxy {supervise.HOST}:8000" in text
    assert f"{settings.UPLOAD_FILES * settings.UPLOAD_BYTES // 1024 // 1024 + 10}MB" in text
    # Visitors do not number our requests.
    assert "header_up -X-Request-Id" in text


def test_the_guide_names_only_files_that_exist():
    named = set(re.findall(r"docs/deploy/([\w.-]+)", GUIDE)) | set(re.findall(r"\]\(([\w./-]+)\)", GUIDE))
    assert len(named) >= 4
    assert not [name for name in named if not ((FOLDER / name).exists() or (ROOT / "docs" / name).exists())]
    for name in set(re.findall(r"mailsupport_[a-z_]+", GUIDE)):
        family = name.removesuffix("_bucket").removeprefix("mailsupport_")
        assert family in (ROOT / "mailsupport" / "metrics.py").read_text()


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd-analyze: apt-get install systemd")
def test_systemd_accepts_the_units(tmp_path):
    for file in [*SERVICES, *TIMERS]:
        # Here, not under /opt, and by somebody who exists.
        text = file.read_text().replace(PYTHON, sys.executable).replace("/opt/mailsupport", str(ROOT))
        (tmp_path / file.name).write_text(re.sub("^(User|Group)=.*$", r"\1=root", text, flags=re.MULTILINE))
    units = [str(path) for path in tmp_path.iterdir()]
    command = ["systemd-analyze", "verify", "--man=no", *units]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    ours = [line for line in done.stderr.splitlines() if "mailsupport" in line]
    assert (done.returncode, ours) == (0, [])


@pytest.mark.skipif(not shutil.which("caddy"), reason="no caddy: apt-get install caddy")
def test_caddy_accepts_its_file(tmp_path):
    command = ["caddy", "validate", "--adapter", "caddyfile", "--config", str(FOLDER / "Caddyfile")]
    homes = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=homes)
    assert done.returncode == 0, done.stderr[-500:]


def test_the_helper_script_is_a_script():
    script = FOLDER / "mailsupport-manage"
    assert script.stat().st_mode & 0o111
    assert subprocess.run(["sh", "-n", str(script)], check=False).returncode == 0
