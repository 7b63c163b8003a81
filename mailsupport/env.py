"""Typed readers of the environment. A wrong value stops the start with one clear line."""

import os
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def text(name: str, default: str = "") -> str:
    """The value of `name` without surrounding blanks, or `default`."""
    return os.environ.get(name, "").strip() or default


def boolean(name: str, *, default: bool = False) -> bool:
    """True or False, spelled exactly so: `DEBUG=0` once switched debugging on elsewhere.

    Raises ImproperlyConfigured on anything else.
    """
    value = text(name)
    if not value:
        return default
    if value not in ("True", "False"):
        raise ImproperlyConfigured(f"{name} must be True or False, not {value!r}.")
    return value == "True"


def integer(name: str, default: int, *, low: int, high: int) -> int:
    """A whole number between `low` and `high`. Raises ImproperlyConfigured otherwise."""
    value = text(name, str(default))
    if not value.isascii() or not value.isdigit() or not low <= int(value) <= high:
        raise ImproperlyConfigured(f"{name} must be a whole number from {low} to {high}, not {value!r}.")
    return int(value)


def choice(name: str, default: str, *others: str) -> str:
    """One of these words. Raises ImproperlyConfigured otherwise."""
    value = text(name, default)
    if value not in (default, *others):
        raise ImproperlyConfigured(f"{name} must be one of {', '.join((default, *others))}, not {value!r}.")
    return value


def token(name: str, *, least: int = 20) -> str:
    """A secret word of `least` characters or more; empty for none. Raises ImproperlyConfigured otherwise."""
    value = text(name)
    if value and (len(value) < least or not value.isascii()):
        raise ImproperlyConfigured(f"{name} needs at least {least} random characters of ASCII.")
    return value


def words(name: str) -> list[str]:
    """Comma-separated words, blanks removed."""
    return [word.strip() for word in text(name).split(",") if word.strip()]


def networks(name: str) -> list[str]:
    """Comma-separated addresses or networks. Raises ImproperlyConfigured on anything else."""
    found = words(name)
    for word in found:
        try:
            ip_network(word)
        except ValueError:
            raise ImproperlyConfigured(
                f"{name} must list addresses or networks such as 127.0.0.1,10.0.0.0/8; {word!r} is neither."
            ) from None
    return found


def _split(name: str, value: str) -> SplitResult:
    """The parts of a URL whose port is a number. The value may hold a password: never quoted back."""
    parts = urlsplit(value)
    try:
        _ = parts.port
    except ValueError:
        raise ImproperlyConfigured(f"{name} has a port that is not a number up to 65535.") from None
    return parts


def path(name: str, default: Path) -> Path:
    """An absolute path."""
    return Path(text(name, str(default))).expanduser().absolute()


def site_url(name: str, default: str) -> str:
    """`http(s)://host[:port]` without a path. Raises ImproperlyConfigured otherwise."""
    value = text(name, default).rstrip("/")
    parts = _split(name, value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path or parts.query:
        raise ImproperlyConfigured(
            f"{name} must be http:// or https:// and a host name, without a path; it is {value!r}."
        )
    return value


def secret_key(file: Path) -> str:
    """SECRET_KEY, else the content of SECRET_KEY_FILE (default `file`, made by `make run`).

    Raises ImproperlyConfigured where there is none or it has under 50 characters.
    """
    value = text("SECRET_KEY")
    where = path("SECRET_KEY_FILE", file)
    if not value:
        try:
            value = where.read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            raise ImproperlyConfigured(
                f"No secret: set SECRET_KEY, or put one into {where} (`make run` makes it)."
            ) from None
        except OSError as error:
            raise ImproperlyConfigured(f"Cannot read the secret in {where}: {error.strerror}.") from None
    if len(value) < 50:
        raise ImproperlyConfigured("The secret key needs at least 50 random characters.")
    return value


def database(name: str, sqlite: Path) -> dict[str, Any]:
    """Django's DATABASES entry from `postgresql://user:password@host:port/name?option=value`
    or `sqlite:///path`; by default the SQLite file `sqlite`.

    Raises ImproperlyConfigured on another scheme or a missing database name.
    """
    value = text(name)
    if not value:
        return _sqlite(sqlite)
    parts = _split(name, value)
    if parts.scheme == "sqlite":
        return _sqlite(Path(unquote(parts.path)))
    if parts.scheme not in ("postgres", "postgresql"):
        raise ImproperlyConfigured(f"{name} must begin with postgresql:// or sqlite:///.")
    if not parts.path.strip("/"):
        raise ImproperlyConfigured(f"{name} names no database.")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        # SPEED.md: a connection a request costs a factor of five; the pool and a kept one are level.
        "OPTIONS": {**dict(parse_qsl(parts.query)), "pool": {"min_size": 1, "max_size": 8, "timeout": 10}},
    }


def _sqlite(file: Path) -> dict[str, Any]:
    """SQLite that does not answer "database is locked" under several processes (SPEED.md)."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": file,
        # Opening it again for every request (three pragmas, thirty functions, the schema, an empty statement
        # cache) took a quarter of a filing's processor time.
        "CONN_MAX_AGE": 60,
        "OPTIONS": {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            # A filing changes about sixty pages, mostly of indexes. Copying them home every thousand took a
            # quarter of its commit: every four thousand (16 MB) many of them have become one.
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; "
            "PRAGMA wal_autocheckpoint=4000;",
        },
    }


def mail(name: str, folder: Path) -> dict[str, Any]:
    """Django's EMAIL_* settings from `smtp://user:password@host:port`, `smtp+tls://` (STARTTLS) or
    `smtps://` (TLS from the start). Without a URL mails wait as files in `folder`.

    Raises ImproperlyConfigured on another scheme or a missing host.
    """
    value = text(name)
    if not value:
        return {
            "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "EMAIL_FILE_PATH": str(folder),
        }
    parts = _split(name, value)
    if parts.scheme not in ("smtp", "smtp+tls", "smtps") or not parts.hostname:
        raise ImproperlyConfigured(f"{name} must be smtp://, smtp+tls:// or smtps:// with a host.")
    ports = {"smtp": 25, "smtp+tls": 587, "smtps": 465}
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or ports[parts.scheme],
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": parts.scheme == "smtp+tls",
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_TIMEOUT": 20,
    }
