"""`manage.py settings_reference`: write docs/settings.md anew."""

from typing import Any

from django.core.management.base import BaseCommand

from mailsupport import reference


class Command(BaseCommand):
    """For developers, after a change to settings.py; a test holds the file against the code."""

    help = "Write docs/settings.md from what the code reads."
    requires_system_checks = ()

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Overwrites the file."""
        reference.FILE.write_text(reference.page(), encoding="utf-8")
        self.stdout.write(f"Written: {reference.FILE}")
