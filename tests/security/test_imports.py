"""Rows 21 and 22: what goes out and comes in as a table (CVE-2026-53594, CVE-2019-14749, CVE-2026-41073)."""

import csv
import io
import tempfile
from pathlib import Path
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from import_export.admin import ImportExportModelAdmin

from faq.models import Article, Phrase
from mailsupport.lib.tables import Table
from tests.security.conftest import signed_in
from tickets.models import Client as Company

pytestmark = pytest.mark.django_db
FORMULAS = ["=HYPERLINK(1)", "+1+1", "-1+1", "@SUM(1)", "\t=1+1", "\r=1+1", "=cmd|' /C calc'!A0", "＝1+1"]
CLIENTS = "/admin/tickets/client/"


def screens() -> list[ImportExportModelAdmin]:
    found = [one for one in admin.site._registry.values() if isinstance(one, ImportExportModelAdmin)]
    assert len(found) >= 2
    return found


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_cell_of_an_export_is_a_formula(
    agent_client: Client, editor: User, knowledge: None, formula: str
) -> None:
    """Row 22, in every table that can be taken out, each column."""
    Company.objects.create(name=formula, notes=formula)
    Phrase.objects.create(article=Article.objects.earliest("pk"), language="ja", text=formula)
    for browser, path in ((agent_client, CLIENTS), (signed_in(editor), "/admin/faq/phrase/")):
        answer = browser.post(f"{path}export/", {"format": "0", "resource": ""})
        text = text_of(answer)
        cells = [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row]
        assert any(formula.strip().lstrip("=+-@") in cell for cell in cells)
        assert not [cell for cell in cells if cell.lstrip()[:1] in tuple("=+-@＝")]
        # What went out comes in again as it was.
        answer = uploaded(browser, text.encode("utf-8-sig"), path)
        confirm(browser, answer.context["confirm_form"].initial["import_file_name"], path)
    # A lone carriage return is a line break in any table.
    names = {(row.name.replace("\r", "\n"), row.notes.replace("\r", "\n")) for row in Company.objects.all()}
    assert names == {(formula.replace("\r", "\n"),) * 2}
    if "\r" not in formula:
        assert Phrase.objects.filter(text__contains=formula.strip()).count() == 1


def text_of(answer: Any) -> str:
    data = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return str(data.decode("utf-8-sig"))


def test_only_tables_of_plain_text_go_in_and_out() -> None:
    """Rows 19 and 40: a spreadsheet is an archive, and is not unpacked here."""
    for one in screens():
        assert one.get_import_formats() == one.get_export_formats() == [Table]


def uploaded(browser: Client, data: bytes, path: str = CLIENTS) -> Any:
    return browser.post(f"{path}import/", {"format": "0", "import_file": SimpleUploadedFile("a.csv", data)})


def confirm(browser: Client, name: str, path: str = CLIENTS) -> Any:
    data = {"import_file_name": name, "original_file_name": "a.csv", "format": "0", "resource": ""}
    return browser.post(f"{path}process_import/", data)


def test_an_import_in_two_steps(agent_client: Client, settings: Any, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path
    form = uploaded(agent_client, "name,notes\n山田屋,x\n".encode()).context["confirm_form"]
    waiting = list((tmp_path / "imports").iterdir())
    assert [file.stat().st_mode & 0o777 for file in waiting] == [0o600]
    assert confirm(agent_client, form.initial["import_file_name"]).status_code == 302
    assert Company.objects.get().name == "山田屋"
    assert list((tmp_path / "imports").iterdir()) == []


def test_an_import_reads_and_deletes_no_other_file(
    agent_client: Client, settings: Any, tmp_path: Path
) -> None:
    """Row 21: its second step names a file, and the package believes any name in the temporary folder."""
    settings.VAR_DIR = tmp_path / "var"
    uploaded(agent_client, b"name,notes\nx,y\n")
    with tempfile.NamedTemporaryFile("w", suffix=".csv") as other:
        other.write("name,notes\nhimitsu,x\n")
        other.flush()
        beside = tmp_path / "secret"
        beside.write_text("name,notes\nhimitsu,x\n")
        names = [other.name, Path(other.name).name, "../../secret", str(beside), "..", ".", "", "a" * 32]
        for name in names:
            assert confirm(agent_client, name).status_code in (200, 400)
        assert Path(other.name).exists()
        assert beside.exists()
    assert not Company.objects.exists()


@pytest.mark.parametrize("data", [
    b"PK\x03\x04" + b"\0" * 99, b"\xff\xfe\x00", b"\0", b"", b"name\n" + b"x" * 200_000,
    b"name,notes\n" + b'"' * 9999, b"id,name\n1,x\n", b"name,notes,domains,created\nx,y,z,2020-01-01\n",
])  # fmt: skip
def test_rubbish_is_no_table(agent_client: Client, data: bytes) -> None:
    """Staff are told what is wrong; a column that is not offered is not taken."""
    assert uploaded(agent_client, data).status_code == 200


@pytest.mark.parametrize("number", ["x", "", "-1", "99", "9" * 5000, "\0", "0x0", "[]"])
@pytest.mark.parametrize("field", ["format", "resource"])
def test_a_number_of_no_format_breaks_nothing(agent_client: Client, field: str, number: str) -> None:
    """Row 38: the package's second step takes the number from a hidden field and counts with it unseen."""
    agent_client.raise_request_exception = False
    form = uploaded(agent_client, b"name,notes\nx,y\n").context["confirm_form"]
    data = {**form.initial, "original_file_name": "a.csv", "format": "0", "resource": "", field: number}
    for step in ("process_import/", "import/", "export/"):
        answer = agent_client.post(CLIENTS + step, data)
        assert answer.status_code < 500, step
        if step == "process_import/" and number:
            assert (answer.status_code, Company.objects.count()) == (200, 0)


def test_whoever_may_not_write_imports_nothing(editor: User) -> None:
    for step in ("import/", "process_import/"):
        assert signed_in(editor).post(CLIENTS + step, {"format": "0"}).status_code == 403
