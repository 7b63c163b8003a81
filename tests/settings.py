"""Settings of the tests: the real ones, in a folder of their own, and stricter about templates.

Nothing from the caller's environment gets in, but for TEST_DATABASE_URL (`make test` sets it for the
second round; without it the tests run on SQLite).
"""

import atexit
import os
import shutil
import sys
import tempfile
from copy import copy
from pathlib import Path
from types import FrameType
from typing import Any

from django.template.base import Node

_var = Path(tempfile.mkdtemp(prefix="mailsupport-tests-"))
atexit.register(shutil.rmtree, _var, ignore_errors=True)
_ours = ("SECRET_KEY_FILE", "SITE_URL", "PORT", "TRUSTED_PROXIES", "EMAIL_URL", "MEDIA_ROOT", "DEBUG")
for _name in (*_ours, "LOG_FORMAT", "METRICS_TOKEN"):
    os.environ.pop(_name, None)
os.environ |= {
    "SECRET_KEY": "only-for-tests-" * 5,
    "MAILSUPPORT_VAR": str(_var),
    "DATABASE_URL": os.environ.get("TEST_DATABASE_URL", ""),
    "FORM_SECONDS": "0",
    "TICKETS_PER_HOUR": "100000",
    "SEARCHES_PER_MINUTE": "100000",
    # Pages of one test are not those of the next; tests of the cache switch it on.
    "PAGE_CACHE": "False",
    # Playwright's sync interface runs a loop in our thread, which Django takes for async code.
    "DJANGO_ALLOW_ASYNC_UNSAFE": "true",
}

from mailsupport.settings import *  # noqa: E402, F403
from mailsupport.settings import DATABASES, STATIC_ROOT, STORAGES, TEMPLATES  # noqa: E402

STATIC_ROOT.mkdir()
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Straight from static/, so that no test depends on a collected folder. tests/mailsupport/test_run.py
# starts the real server with the real manifest.
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True

_database: dict[str, Any] = DATABASES["default"]
if "sqlite3" in _database["ENGINE"]:
    # A file, not memory: the live server's threads get connections of their own, as in production.
    _database["TEST"] = {"NAME": str(_var / "test.sqlite3")}
    _database["OPTIONS"]["init_command"] += "PRAGMA synchronous=OFF;"
else:
    # The pool keeps connections open, and PostgreSQL drops no database that somebody is connected to.
    _database["OPTIONS"].pop("pool")


class UndefinedVariable(Exception):
    """A template of ours used a name that its context does not have."""


class Undefined(str):
    """Django's `string_if_invalid` that raises, in templates of ours only.

    Django asks `"%s" in it` and then for `it % name`. Templates of Django's admin and of other packages
    lean on undefined names being empty, so the nearest template node on the stack tells whose it is.
    `{{ name|default:... }}` says that the name may be missing, and is let through everywhere.
    """

    __slots__ = ()

    def __contains__(self, key: object) -> bool:
        return key == "%s"

    def __mod__(self, name: object) -> Any:
        frame = sys._getframe(1)
        expression = copy(frame.f_locals["self"])
        origin = _template_file(frame)
        is_foreign = "site-packages" in origin
        may_be_missing = expression.filters and expression.filters[0][0].__name__ == "default"
        if not is_foreign and not may_be_missing:
            raise UndefinedVariable(f"{name} in {origin or 'a template string'}")
        # As with Django's own default: the filters run over an empty text.
        expression.is_var, expression.var = False, ""
        return expression.resolve(frame.f_locals["context"])


def _template_file(frame: FrameType | None) -> str:
    """The file of the innermost template node being rendered; empty for a template from a string."""
    while frame:
        node = frame.f_locals.get("self")
        if isinstance(node, Node) and hasattr(node, "origin"):
            name = str(node.origin.name)
            return "" if name.startswith("<") else name
        frame = frame.f_back
    return ""


TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = Undefined("undefined: %s")  # type: ignore[index] # a plain dict of objects
