"""Tables that staff take out and bring in as CSV (django-import-export)."""

import re
import secrets
import time
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from import_export.formats.base_formats import CSV
from import_export.forms import ConfirmImportForm
from import_export.tmp_storages import TempFolderStorage
from tablib import Dataset  # type: ignore[import-untyped]

OLDEST = 24 * 3600  # seconds; who does not press the second button leaves the file behind
_FORMULA = re.compile(r"[\s\0]*[=+\-@＝＋－＠]")
_ESCAPED = re.compile(r"'(?=[\s\0]*[=+\-@＝＋－＠])")


class Table(CSV):  # type: ignore[misc]  # import_export has no types
    """CSV in which no cell is a formula: an apostrophe stands before it, and is taken away on the way in.

    The package's own escaping knows `=` only (SECURITY.md row 22: `+`, `-`, `@`, tabs do as well).
    """

    def export_data(self, dataset: Any, **kwargs: Any) -> Any:
        """As text."""
        rows = [[_calm(cell) for cell in row] for row in dataset]
        return super().export_data(Dataset(*rows, headers=dataset.headers), **kwargs)

    def create_dataset(self, in_stream: Any, **kwargs: Any) -> Any:
        """The rows as they were before they went out."""
        found = super().create_dataset(in_stream, **kwargs)
        rows = [
            [_ESCAPED.sub("", cell, count=1) if _is_escaped(cell) else cell for cell in row] for row in found
        ]
        return Dataset(*rows, headers=found.headers)


def _is_escaped(cell: Any) -> bool:
    return isinstance(cell, str) and _ESCAPED.match(cell) is not None


def _calm(cell: Any) -> Any:
    return f"'{cell}" if isinstance(cell, str) and _FORMULA.match(cell) else cell


class ConfirmForm(ConfirmImportForm):  # type: ignore[misc]  # import_export has no types
    """The second step of an import, with the one format and the one kind of row that a screen of ours has.

    The package takes both numbers from hidden fields as they come, and breaks on one that is none.
    """

    format = forms.ChoiceField(choices=[("0", "CSV")], widget=forms.HiddenInput())
    resource = forms.ChoiceField(choices=[("0", "")], widget=forms.HiddenInput(), required=False)


class ImportStorage(TempFolderStorage):  # type: ignore[misc]  # import_export has no types
    """Keeps an upload between the two steps of an import, under a name that only the first step knows.

    The package's own would read, and then delete, any file of the temporary folder that a form names
    (SECURITY.md row 21).
    """

    def save(self, data: bytes) -> None:
        """Under a new name; what was left behind goes."""
        folder = _folder()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for old in folder.iterdir():
            if old.stat().st_mtime < time.time() - OLDEST:
                old.unlink(missing_ok=True)
        self.name = secrets.token_hex(16)
        file = folder / self.name
        file.touch(mode=0o600)
        file.write_bytes(data)

    def get_full_path(self) -> str:
        """Raises SuspiciousOperation (400) for a name that is not there or not ours."""
        file = _folder() / str(self.name)
        if not re.fullmatch("[0-9a-f]{32}", str(self.name)) or not file.is_file():
            raise SuspiciousOperation("no file of an import")
        return str(file)


def _folder() -> Path:
    return Path(settings.VAR_DIR) / "imports"
