"""The words of one answer in a list of radio buttons or check boxes."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class Label:
    """A choice's label with a small second line; the form template shows both, all else the first.

    Use it where a form takes a label: `choices=[("yes", Label(_("Yes"), _("Work has stopped")))]`.
    """

    text: "StrOrPromise"
    more: "StrOrPromise" = ""

    def __str__(self) -> str:
        return str(self.text)
