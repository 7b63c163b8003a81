"""`manage.py rank`: a foreign corpus, ranked without the database."""

import json
import os
import subprocess
import sys
from importlib import util
from io import StringIO
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

# The measuring sets lie beside the repository, not in it: here and beside the clone of CI.
SHARED = settings.BASE_DIR.parent / "shared" / "search"
FLOOR = 0.78

Rows = list[dict[str, Any]]


def write(path: Path, rows: list[Any]) -> Path:
    path.write_text("\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows), "utf-8")
    return path


def ranked(articles: Path, queries: Path) -> Rows:
    out = StringIO()
    call_command("rank", articles=articles, queries=queries, stdout=out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_ranks_a_foreign_corpus_without_the_database(tmp_path: Path) -> None:
    # No db mark on this test: pytest-django fails it at the first statement.
    articles = write(
        tmp_path / "a.jsonl",
        [
            {"id": 7, "title": "迷惑メールが届く", "body": "フィルター"},
            "",
            {"id": "b", "title": "メールが届かない", "body": None, "phrases": ["全然来ない"]},
            {"id": None, "title": "", "body": "", "phrases": None},
        ],
    )
    queries = write(
        tmp_path / "q.jsonl",
        [{"id": 1, "text": "メールが来ません"}, "  ", {"id": "x"}, {"id": 3, "text": "プリンター"}],
    )
    rows = ranked(articles, queries)
    assert [row["id"] for row in rows] == [1, "x", 3]
    assert rows[0] == {"id": 1, "ranked": ["b", 7], "none_flag": False}
    assert rows[1] == {"id": "x", "ranked": [], "none_flag": True}
    assert rows[2]["none_flag"] is True


def test_at_most_ten(tmp_path: Path) -> None:
    articles = write(
        tmp_path / "a.jsonl", [{"id": n, "title": "メールが届かない", "body": ""} for n in range(30)]
    )
    queries = write(tmp_path / "q.jsonl", [{"id": 0, "text": "届かない"}])
    assert ranked(articles, queries)[0]["ranked"] == list(range(10))


@pytest.mark.parametrize("line", ["{", "[1]", "1"])
def test_a_bad_line_is_named(tmp_path: Path, line: str) -> None:
    good = write(tmp_path / "a.jsonl", [{"id": 1, "title": "a", "body": "b"}])
    bad = write(tmp_path / "q.jsonl", ["", line])
    with pytest.raises(CommandError, match=r"q\.jsonl, line 2"):
        ranked(good, bad)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"nowhere\.jsonl"):
        ranked(tmp_path / "nowhere.jsonl", tmp_path / "nowhere.jsonl")


def scorer() -> ModuleType:
    spec = util.spec_from_file_location("score", SHARED / "score.py")
    assert spec
    assert spec.loader
    module = util.module_from_spec(spec)
    # The folder is read-only: leave no bytecode in it.
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        spec.loader.exec_module(module)
    finally:
        sys.dont_write_bytecode = before
    return module


@pytest.mark.skipif(not SHARED.is_dir(), reason=f"the measuring sets are not at {SHARED}")
def test_floor_on_the_development_queries() -> None:
    rows = ranked(SHARED / "articles.jsonl", SHARED / "queries_dev.jsonl")
    lines = (SHARED / "queries_dev.jsonl").read_text("utf-8").splitlines()
    score = scorer().score([json.loads(line) for line in lines], {row["id"]: row for row in rows})
    assert score["n"] > 170
    assert score["MRR@10"] >= FLOOR
    assert score["hit@5"] >= 0.92
    assert score["false_none"] <= 0.05
    assert score["reject"] >= 0.8


def test_runs_before_anything_is_set_up(tmp_path: Path) -> None:
    """In a fresh clone there is neither a secret nor a database."""
    articles, queries = tmp_path / "a.jsonl", tmp_path / "q.jsonl"
    articles.write_text('{"id": "a", "title": "メールが届かない", "body": "容量"}\n', encoding="utf-8")
    queries.write_text('{"id": "q", "text": "メールが来ない"}\n', encoding="utf-8")
    command = [sys.executable, "manage.py", "rank", "--articles", str(articles), "--queries", str(queries)]
    environment = {"PATH": os.environ["PATH"], "MAILSUPPORT_VAR": str(tmp_path / "var")}
    done = subprocess.run(
        command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["ranked"] == ["a"]
    assert not (tmp_path / "var").exists()
