"""Tests about the repository itself. Each asserts that it looked at something."""

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polib
import pytest
from django.apps import apps
from django.conf import settings
from django.db import models

ROOT = Path(settings.BASE_DIR)
APPS = ("mailsupport", "faq", "tickets")
CODE = [path for app in APPS for path in sorted((ROOT / app).rglob("*.py")) if "migrations" not in path.parts]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html")) + sorted((ROOT / "templates").rglob("*.txt"))
CATALOGUE = ROOT / "mailsupport/locale/ja/LC_MESSAGES/django.po"
# Django, axes and crispy look these up by name.
FOUND_BY_NAME = {"400", "403", "403_csrf", "404", "413", "429", "500", "503"}
LONGEST_FUNCTION = 60
LONGEST_FILE = 450


def tracked() -> Iterator[tuple[str, str]]:
    """Name and text of every text file that git keeps."""
    answer = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if answer.returncode:
        pytest.skip("not a git checkout")
    for name in answer.stdout.decode().split("\0"):
        path = ROOT / name
        if name and path.is_file() and path.suffix not in {".png", ".ico", ".mo", ".jpg", ".webp"}:
            yield name, path.read_text(encoding="utf-8", errors="ignore")


def test_no_registry_host_and_no_path_of_one_machine():
    # Spelled apart, so that this file may look for them.
    hosts = r"(?:pypi|pythonhosted|npmjs)" + r"\.(?:org|com)"
    wrong = re.compile(hosts + "|/wo" + "rk/|/ro" + "ot/")
    files = list(tracked())
    assert len(files) > 50
    # tests/bare.sh looks where pip keeps root's settings.
    found = [name for name, text in files if name != "tests/bare.sh" and wrong.search(text)]
    assert not found


def test_functions_and_files_are_small():
    long = []
    functions = 0
    for path in CODE:
        source = path.read_text()
        if source.count("\n") > LONGEST_FILE:
            long.append(str(path))
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                functions += 1
                if (node.end_lineno or 0) - node.lineno >= LONGEST_FUNCTION:
                    long.append(f"{path}: {node.name}")
    assert functions > 100
    assert not long


def test_templates_hold_no_style_script_or_handler():
    wrong = re.compile(r"\sstyle=|<style|\son[a-z]+=[\"']|javascript:|<script(?![^>]*\ssrc=)", re.IGNORECASE)
    assert len(TEMPLATES) > 20
    found = [
        (path.name, match.group())
        for path in TEMPLATES
        # JSON for a script is data, and the policy lets it be.
        for match in wrong.finditer(re.sub(r'<script type="application/json"', "", path.read_text()))
    ]
    assert not found


def test_no_file_reads_the_environment_but_env():
    # supervise.py sets the settings module, as manage.py and wsgi.py do.
    readers = [path.name for path in CODE if re.search(r"os\.environ(\.get|\[)|getenv", path.read_text())]
    assert readers == ["env.py"]


def variables() -> set[str]:
    """Names that settings.py reads from the environment."""
    source = (ROOT / "mailsupport/settings.py").read_text() + (ROOT / "mailsupport/env.py").read_text()
    readers = r"(?:env\.\w+|\btext|\bpath)\(\s*\"([A-Z_]+)\""
    return set(re.findall(readers, source)) | {"SECRET_KEY", "SECRET_KEY_FILE"}


@pytest.mark.parametrize("name", ["README.md", "README.ja.md"])
def test_every_variable_is_explained(name):
    text = (ROOT / name).read_text()
    assert len(variables()) > 10
    assert not {variable for variable in variables() if f"`{variable}`" not in text}


def plain(name: str) -> str:
    """A package's name as registries compare it."""
    return name.lower().replace("_", "-")


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_the_lock_holds_what_was_asked_for_and_no_address(name):
    lock = (ROOT / f"{name}.lock").read_text()
    asked = re.findall(r"^([A-Za-z][\w.-]*)", (ROOT / f"{name}.in").read_text(), re.MULTILINE)
    locked = {plain(word) for word in re.findall(r"^([\w.-]+)(?:\[.*\])?==", lock, re.MULTILINE)}
    assert len(asked) > 10
    assert {plain(word) for word in asked} <= locked
    assert "://" not in lock
    assert lock.count("--hash=sha256:") >= len(locked)


def test_what_we_know_never_takes_requests_with_it():
    keys = [
        field
        for model in apps.get_app_config("tickets").get_models()
        for field in model._meta.local_fields
        if isinstance(field, models.ForeignKey) and field.related_model._meta.app_label == "faq"
    ]
    assert keys
    assert not [str(key) for key in keys if key.remote_field.on_delete is models.CASCADE]


def test_behaviour_is_not_hidden_in_signals():
    assert len(CODE) > 40
    hidden = re.compile(r"^@receiver|signals? import|_(?:save|delete|commit)\.connect\(", re.MULTILINE)
    assert not [path.name for path in CODE if hidden.search(path.read_text())]


def test_every_cause_that_content_names_exists():
    causes = {cause["slug"] for cause in read_toml("causes.toml")["causes"]}
    named = set()
    articles = sorted((ROOT / "faq/content/ja").glob("*.md"))
    for path in articles:
        named |= set(tomllib.loads(path.read_text().split("+++")[1]).get("causes", []))
    for path in (ROOT / "faq/content/checklists").glob("*.toml"):
        outcomes = tomllib.loads(path.read_text()).get("outcomes", [])
        named |= {outcome["cause"] for outcome in outcomes if outcome.get("cause")}
    assert len(articles) >= 20
    assert named <= causes


def read_toml(name: str) -> dict[Any, Any]:
    return tomllib.loads((ROOT / "faq/content" / name).read_text())


class TestCatalogue:
    def test_nothing_is_missing_or_doubtful(self):
        entries = [entry for entry in polib.pofile(str(CATALOGUE)) if not entry.obsolete]
        assert len(entries) > 200
        assert [entry.msgid for entry in entries if not entry.translated() or entry.fuzzy] == []

    def test_the_compiled_file_is_of_this_source(self):
        def words(entries: polib.POFile | polib.MOFile) -> dict[Any, Any]:
            return {(e.msgctxt, e.msgid): e.msgstr or e.msgstr_plural for e in entries if not e.obsolete}

        assert words(polib.pofile(str(CATALOGUE))) == words(polib.mofile(str(CATALOGUE.with_suffix(".mo"))))


def test_every_template_is_used():
    names = {str(path.relative_to(ROOT / "templates")) for path in TEMPLATES}
    sources = "\n".join(path.read_text() for path in [*CODE, *TEMPLATES])
    # Django and other packages look these up by their own names; mail texts go by the kind of delivery.
    by_name = ("admin/", "mailsupport/", "import_export/", "simple_history/", "tickets/mail/")
    ours = {name for name in names if not name.startswith(by_name)}
    ours -= {f"{name}.html" for name in FOUND_BY_NAME}
    assert len(ours) > 10
    assert not {name for name in ours if name not in sources}
