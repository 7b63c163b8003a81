"""Sessions in the database, as Django keeps them."""

from typing import Any

from django.contrib.sessions.backends import db


class SessionStore(db.SessionStore):
    """Looks up only what can be a key of ours.

    A quoted cookie may hold any byte, also the zero that PostgreSQL refuses: every page would answer 500.
    """

    def _validate_session_key(self, key: Any) -> bool:
        is_key = super()._validate_session_key(key)  # type: ignore[misc]  # missing in django-stubs
        return bool(is_key) and key.isascii() and key.isalnum()
