"""Row 32: who works here is not told at the log-in (CVE-2026-45294)."""

import re
from typing import Any
from unittest.mock import patch

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.auth.models import User
from django.test import Client

pytestmark = pytest.mark.django_db
RIGHT = "a-long-password-1"


@pytest.fixture
def names(agent: User) -> list[str]:
    """One who may log in, one who left, one without a password, a client of ours, and nobody."""
    User.objects.create_user("gone", password=RIGHT, is_staff=True, is_active=False)
    User.objects.create_user("nopass", is_staff=True)
    User.objects.create_user("outside", password=RIGHT)
    return [agent.username, "gone", "nopass", "outside", "nobody", "SATO", "sato ", "", "\u200bsato"]


def try_in(name: str, password: str, **more: Any) -> tuple[int, str]:
    """What the page says, without what was typed."""
    response = Client(**more).post("/admin/login/", {"username": name, "password": password})
    return response.status_code, re.sub(r'value="[^"]*"', "", response.content.decode())


def test_every_wrong_pair_hears_the_same(names: list[str]) -> None:
    """The wrong password of somebody, and any of nobody."""
    assert len({try_in(name, "wrong") for name in names if name.strip()}) == 1


def test_even_the_right_password_of_one_who_may_not_come_in_says_nothing(names: list[str]) -> None:
    wrong = try_in("nobody", "wrong")
    for name in ("gone", "outside"):
        assert try_in(name, RIGHT) == wrong


def test_a_name_that_is_not_there_takes_as_long(names: list[str]) -> None:
    """The costly part, hashing the password, is done for everybody."""
    for name in ("sato", "nobody", "gone", "outside"):
        with patch.object(
            MD5PasswordHasher, "encode", autospec=True, side_effect=MD5PasswordHasher.encode
        ) as work:
            try_in(name, "wrong")
        assert work.call_count == 1, name


@pytest.mark.parametrize("name", ["sato", "nobody", "gone"])
def test_after_five_tries_everybody_is_shut_out_alike(names: list[str], name: str) -> None:
    """Also with another origin written into the request, and also with the right password then."""
    answers = [try_in(name, "wrong", HTTP_X_FORWARDED_FOR=f"198.51.100.{number}") for number in range(6)]
    assert [status for status, _page in answers][-1] == 429
    assert [status for status, _page in answers][:4] == [200] * 4
    assert try_in(name, RIGHT)[0] == 429
    assert name not in answers[-1][1]


def test_there_is_no_other_door(names: list[str]) -> None:
    """No reset by mail that says "no such address"."""
    for path in ("password_reset/", "reset/", "password-reset/", "signup/", "register/"):
        response = Client().get(f"/admin/{path}")
        assert response.status_code == 302
        assert response["Location"].startswith("/admin/login/")
