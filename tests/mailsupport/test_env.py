"""A wrong value stops the start with one clear line."""

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from mailsupport import env


@pytest.mark.parametrize("value", ["1", "true", "yes", "on", "0", "TRUE"])
def test_debug_is_never_on_by_a_spelling(monkeypatch, value):
    monkeypatch.setenv("DEBUG", value)
    with pytest.raises(ImproperlyConfigured, match="DEBUG must be True or False"):
        env.boolean("DEBUG")


def test_debug_is_off_by_itself(monkeypatch):
    monkeypatch.delenv("DEBUG", raising=False)
    assert env.boolean("DEBUG") is False


@pytest.mark.parametrize("value", ["0", "65536", "-1", "8000x", "８０００", "1.5"])
def test_wrong_ports(monkeypatch, value):
    monkeypatch.setenv("PORT", value)
    with pytest.raises(ImproperlyConfigured, match="PORT"):
        env.integer("PORT", 8000, low=1, high=65535)


@pytest.mark.parametrize("value", ["desk.example", "ftp://desk.example", "https://", "https://a.example/x"])
def test_wrong_site_urls(monkeypatch, value):
    monkeypatch.setenv("SITE_URL", value)
    with pytest.raises(ImproperlyConfigured, match="SITE_URL"):
        env.site_url("SITE_URL", "http://127.0.0.1")


@pytest.mark.parametrize("value", ["10.0.0.1/8", "proxy", "10.0.0.300", "127.0.0.1,,x"])
def test_wrong_proxies(monkeypatch, value):
    monkeypatch.setenv("TRUSTED_PROXIES", value)
    with pytest.raises(ImproperlyConfigured, match="TRUSTED_PROXIES"):
        env.networks("TRUSTED_PROXIES")


def test_proxies_are_addresses_or_networks(monkeypatch):
    monkeypatch.setenv("TRUSTED_PROXIES", " 127.0.0.1, 10.0.0.0/8,::1 ")
    assert env.networks("TRUSTED_PROXIES") == ["127.0.0.1", "10.0.0.0/8", "::1"]


@pytest.mark.parametrize("value", ["mysql://a/b", "postgresql://host", "postgresql://host:port/name", "x"])
def test_wrong_databases(monkeypatch, value):
    monkeypatch.setenv("DATABASE_URL", value)
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL"):
        env.database("DATABASE_URL", Path("x"))


def test_a_database_url_is_decoded(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://user:p%40ss@db.example:5433/help?sslmode=require")
    found = env.database("DATABASE_URL", Path("x"))
    assert (found["USER"], found["PASSWORD"], found["PORT"]) == ("user", "p@ss", "5433")
    assert found["OPTIONS"]["sslmode"] == "require"


@pytest.mark.parametrize("value", ["http://a", "smtp://", "smtp://host:port"])
def test_wrong_mail_urls(monkeypatch, value):
    monkeypatch.setenv("EMAIL_URL", value)
    with pytest.raises(ImproperlyConfigured, match="EMAIL_URL"):
        env.mail("EMAIL_URL", Path("x"))


def test_mail_waits_as_files_without_a_url(monkeypatch):
    monkeypatch.delenv("EMAIL_URL", raising=False)
    assert env.mail("EMAIL_URL", Path("x"))["EMAIL_BACKEND"].endswith("filebased.EmailBackend")


def test_short_and_missing_secrets(monkeypatch, tmp_path):
    monkeypatch.setenv("SECRET_KEY", "short")
    with pytest.raises(ImproperlyConfigured, match="50"):
        env.secret_key(tmp_path / "secret")
    monkeypatch.delenv("SECRET_KEY")
    with pytest.raises(ImproperlyConfigured, match="No secret"):
        env.secret_key(tmp_path / "secret")
