"""Form fields that every app needs."""

from typing import Any

from django import forms


class Words(forms.CharField):
    """Words of several lines. A line break is one letter: browsers count so (`maxlength`), but send two."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> str | None:
        """With the line breaks of texts."""
        typed = super().to_python(value)
        return typed.replace("\r\n", "\n") if typed else typed
