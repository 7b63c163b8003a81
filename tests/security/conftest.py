"""What an attacker finds: a request with a photo, its link, and staff who look after it."""

from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.conftest import groups_of_staff
from tests.security.attack import ANSWERS, file_request
from tickets.models import AccessLink, Ticket


@pytest.fixture
def _groups(db: None) -> None:
    """As migrations make them, whatever an earlier test has flushed."""
    groups_of_staff()


@pytest.fixture
def agent(_groups: None, staff: User) -> User:
    """Answers requests, may do nothing else."""
    return staff


@pytest.fixture
def agent_client(agent: User) -> Client:
    """The agent's browser."""
    return signed_in(agent)


@pytest.fixture
def boss_client(_groups: None, boss: User) -> Client:
    """The superuser's browser: whom even everything that is allowed does not let do it."""
    return signed_in(boss)


@pytest.fixture
def victim(db: None) -> AccessLink:
    """The link of a request that somebody else filed."""
    return file_request(**ANSWERS)


@pytest.fixture
def mine(db: None) -> AccessLink:
    """The link of the attacker's own request."""
    return file_request(**{**ANSWERS, "name": "悪人", "email": "evil@evil.example", "phone": "080-6666-6666"})


@pytest.fixture
def ticket(victim: AccessLink) -> Ticket:
    """The victim's request."""
    return victim.ticket


@pytest.fixture
def here(victim: AccessLink) -> str:
    """The address of the victim's page."""
    return f"/tickets/{victim.token}/"


@pytest.fixture
def key() -> str:
    """A fresh idempotency key."""
    return str(uuid4())


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client
