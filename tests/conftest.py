"""Fixtures that every room shares. Read tests/settings.py for what the tests run on."""

import os
import shutil
from collections.abc import Iterator
from datetime import time
from importlib import import_module
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, User
from django.core.cache import cache
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, models
from django.test import Client
from django.utils import translation
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser, BrowserContext, Page, Route, sync_playwright

from faq.models import Desk
from faq.models.kept import NEWEST, forget
from faq.pagecache import STORE
from faq.services.walk import forget_scripts

# How fast examples are made says something about the machine, not about the code.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
# `make soak`: other texts every time, and many of them; what fails is printed with the text.
SOAK = int(os.environ.get("SOAK") or 0)
settings.register_profile("soak", settings.get_profile("house"), max_examples=SOAK or 1, print_blob=True)
settings.load_profile("soak" if SOAK else "house")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""
CHROMIUM_FLAGS = [
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 800}
DATABASE_FIXTURES = {"db", "transactional_db", "live_server", "admin_client", "admin_user"}


def is_on_ci() -> bool:
    """Nothing is left out silently there."""
    return os.environ.get("CI") == "true"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Which tests run where, before pytest-django sorts them."""
    on_postgresql = connection.vendor == "postgresql"
    kept: list[pytest.Item] = []
    dropped: list[pytest.Item] = []
    for item in items:
        names: list[str] = getattr(item, "fixturenames", [])
        mark = item.get_closest_marker("django_db")
        if (mark and mark.kwargs.get("transaction")) or {"live_server", "transactional_db"} & set(names):
            # What migrations wrote (groups, permissions) is there again after a flush.
            names.append("django_db_serialized_rollback")
        uses_database = bool(mark or DATABASE_FIXTURES & set(names))
        (kept if runs_here(item, uses_database, on_postgresql) else dropped).append(item)
    if dropped:
        config.hook.pytest_deselected(items=dropped)
        items[:] = kept


def runs_here(item: pytest.Item, uses_database: bool, on_postgresql: bool) -> bool:
    """SQLite runs all but `postgres`; PostgreSQL what touches the database, and browsers marked `both`."""
    if not on_postgresql:
        return not item.get_closest_marker("postgres")
    if item.get_closest_marker("browser"):
        return bool(item.get_closest_marker("both"))
    if item.get_closest_marker("once"):
        return False
    return uses_database or bool(item.get_closest_marker("postgres"))


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    """Rates, remembered pages and read checklists do not travel from test to test."""
    cache.clear()
    forget_scripts()
    STORE.clear()
    forget()


@pytest.fixture(autouse=True)
def _language() -> Iterator[None]:
    """A request for an English page leaves English on in its thread; no test begins with that."""
    with translation.override("ja"):
        yield


@pytest.fixture(autouse=True)
def _media(settings: Any, tmp_path: Path) -> None:
    """Uploads of one test are gone with it."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MAIL_DIR = tmp_path / "mail"


@pytest.fixture
def desk(db: None) -> Desk:
    """A desk that is set up: Monday to Friday, 9 to 18."""
    return Desk.objects.create(
        pk=1,
        name_ja="みどりデザイン サポート窓口",
        name_en="Midori Design support",
        phone="03-0000-1234",
        opens=time(9),
        closes=time(18),
    )


def groups_of_staff() -> None:
    """As migrations make them: a transactional test may have emptied the tables, and with them the groups."""
    for migration in ("0002_groups", "0003_editors_write_drafts", "0004_notes_of_hosts"):
        import_module(f"tickets.migrations.{migration}").grant(apps, None)


def member(name: str, group: str) -> User:
    """A staff user in `group`."""
    if not Group.objects.filter(name=group).exists():
        groups_of_staff()
    user = User.objects.create_user(name, f"{name}@desk.example", "a-long-password-1", is_staff=True)
    user.groups.add(Group.objects.get(name=group))
    return user


@pytest.fixture
def staff(db: None) -> User:
    """Somebody who answers tickets (group agent)."""
    return member("sato", "agent")


@pytest.fixture
def editor(db: None) -> User:
    """Somebody who writes articles (group editor)."""
    return member("suzuki", "editor")


@pytest.fixture
def boss(db: None) -> User:
    """The superuser that `make run` made."""
    return User.objects.create_superuser("boss", "boss@desk.example", "a-long-password-1")


@pytest.fixture
def staff_client(staff: User) -> Client:
    """A browser without a screen, with `staff` signed in."""
    client = Client()
    client.force_login(staff, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def kept(settings: Any, knowledge: None) -> Iterator[None]:
    """The cache is on, and each test begins without pages."""
    settings.PAGE_CACHE = True
    STORE.clear()
    yield
    STORE.clear()


@pytest.fixture
def one_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing kept grows old: for who counts statements, whatever time they take on a slow machine."""
    NEWEST.edition()
    now = monotonic()
    monkeypatch.setattr("faq.models.kept.time.monotonic", lambda: now)


@pytest.fixture(scope="session")
def knowledge_kept(django_db_setup: None, django_db_blocker: Any) -> dict[str, str]:
    """Every row that `load_knowledge` writes, in tables beside, by the table they belong to.

    Loading takes far longer than copying, and copying in the database far less than through Python: there
    are tens of thousands of postings. Django flushes its own tables only.
    """
    with django_db_blocker.unblock():
        call_command("load_knowledge", verbosity=0)
        tables = {table: f"kept_{table}" for table in knowledge_tables()}
        with connection.cursor() as cursor:
            for table, beside in tables.items():
                cursor.execute(f"CREATE TABLE {_quoted(beside)} AS SELECT * FROM {_quoted(table)}")
            for table in reversed(tables):
                cursor.execute(f"DELETE FROM {_quoted(table)}")
    return tables


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)


def knowledge_tables() -> list[str]:
    """Tables of faq, those that others point to first."""
    done: list[str] = []
    waiting = list(apps.get_app_config("faq").get_models(include_auto_created=True))

    def needs(model: type[models.Model]) -> set[str]:
        return {
            field.related_model._meta.db_table
            for field in model._meta.local_fields
            if isinstance(field.related_model, type) and field.related_model._meta.app_label == "faq"
        } - {model._meta.db_table}

    while waiting:
        ready = [model for model in waiting if needs(model) <= set(done)]
        assert ready, "a ring of foreign keys in faq"
        done += [model._meta.db_table for model in ready]
        waiting = [model for model in waiting if model not in ready]
    return done


@pytest.fixture
def knowledge(db: None, knowledge_kept: dict[str, str]) -> None:
    """Causes, categories, articles, checklists and the index, as `make run` loads them."""
    models = list(apps.get_app_config("faq").get_models(include_auto_created=True))
    with connection.cursor() as cursor:
        for table, beside in knowledge_kept.items():
            cursor.execute(f"INSERT INTO {_quoted(table)} SELECT * FROM {_quoted(beside)}")
        for statement in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's chromium, started once a session."""
    if not CHROMIUM:
        message = "no chromium: apt-get install chromium fonts-noto-cjk"
        pytest.fail(message) if is_on_ci() else pytest.skip(message)
    flags = CHROMIUM_FLAGS + (["--no-sandbox"] if os.geteuid() == 0 else [])
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield browser
        browser.close()


class Visitors:
    """Makes browser windows and keeps what went wrong in any of them."""

    def __init__(self, browser: Browser, address: str) -> None:
        self.browser = browser
        self.address = address
        self.contexts: list[BrowserContext] = []
        self.faults: list[str] = []

    def new(self, **options: Any) -> Page:
        """A page in a window of its own (own cookies); a phone in Japanese unless told otherwise."""
        options = {"locale": "ja-JP", "timezone_id": "Asia/Tokyo", "viewport": PHONE, **options}
        context = self.browser.new_context(base_url=self.address, **options)
        context.set_default_timeout(10_000)
        context.route(lambda url: not url.startswith(self.address), self.refuse)
        self.contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", lambda line: self.listen(line.text))
        return page

    def refuse(self, route: Route) -> None:
        """No page of ours asks another server."""
        self.faults.append(f"asked for {route.request.url}")
        route.abort()

    def listen(self, line: str) -> None:
        """What the policy blocked shows only on the console."""
        if "Content Security Policy" in line or "Content-Security-Policy" in line:
            self.faults.append(line)


@pytest.fixture
def visitors(browser: Browser, live_server: Any, settings: Any) -> Iterator[Visitors]:
    """`visitors.new()` opens a page; the test fails where a script or the policy complained."""
    settings.SITE_URL = live_server.url
    visitors = Visitors(browser, live_server.url)
    yield visitors
    for context in visitors.contexts:
        context.close()
    assert not visitors.faults


@pytest.fixture
def page(visitors: Visitors) -> Page:
    """A phone in Japanese."""
    return visitors.new()


@pytest.fixture
def wide_page(visitors: Visitors) -> Page:
    """A desktop window in Japanese, as staff use it."""
    return visitors.new(viewport=DESKTOP)
