"""People's names as the reader's language writes them."""

from typing import Any

from django.utils.translation import get_language


def full_name(user: Any) -> str:
    """The family name first in Japanese, last in English; "" where the account holds no name (or no user)."""
    parts = [user.last_name, user.first_name] if user else []
    if (get_language() or "ja")[:2] != "ja":
        parts.reverse()
    return " ".join(part for part in parts if part)


def staff_name(user: Any) -> str:
    """The full name, else the account's; "" for nobody."""
    return (full_name(user) or user.get_username()) if user else ""
