"""Row 7: receipt number and phone number together are guessable, so guesses are few."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from tests.security.attack import ANSWERS
from tickets.models import AccessLink, Attempt

pytestmark = pytest.mark.django_db


def guess(number: str, phone: str, **more: Any) -> bool:
    """One guess in a fresh browser, at another process (each has a cache of its own): was it right?"""
    cache.clear()
    answer = Client(**more).post("/tickets/find/", {"number": number, "phone": phone})
    assert answer.status_code in (200, 302)
    return answer.status_code == 302


def test_five_guesses_of_a_phone_number_from_as_many_places_as_one_likes(victim: AccessLink) -> None:
    number = victim.ticket.number
    for place in range(5):
        assert not guess(number, f"090000000{place:02}", REMOTE_ADDR=f"203.0.113.{place}")
    assert not guess(number, ANSWERS["phone"], REMOTE_ADDR="203.0.113.99")


@pytest.mark.parametrize("written", ["{}", "  {} ", "No. {}", "-{}-", "{}\t"])
def test_another_way_to_write_the_number_is_no_fresh_start(victim: AccessLink, written: str) -> None:
    number = victim.ticket.number
    for place in range(5):
        guess(number, f"090000000{place:02}", REMOTE_ADDR=f"203.0.113.{place}")
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in number)
    for form in (number, wide):
        assert not guess(written.format(form), ANSWERS["phone"], REMOTE_ADDR="203.0.113.99")


def test_five_guesses_of_a_number_from_one_place(victim: AccessLink) -> None:
    for other in range(5):
        assert not guess(f"111111111{other}", ANSWERS["phone"])
    assert not guess(victim.ticket.number, ANSWERS["phone"])


def test_one_place_is_a_whole_network_where_everybody_has_one(victim: AccessLink) -> None:
    """A single line has 2 to the 64 addresses of IPv6."""
    for other in range(5):
        assert not guess(f"111111111{other}", ANSWERS["phone"], REMOTE_ADDR=f"2001:db8:1:2:{other}::1")
    assert not guess(victim.ticket.number, ANSWERS["phone"], REMOTE_ADDR="2001:db8:1:2:ffff::1")
    assert guess(victim.ticket.number, ANSWERS["phone"], REMOTE_ADDR="2001:db8:1:3::1")


def test_an_invented_origin_is_no_other_place(victim: AccessLink) -> None:
    for other in range(5):
        assert not guess(f"111111111{other}", ANSWERS["phone"], HTTP_X_FORWARDED_FOR=f"198.51.100.{other}")
    assert not guess(victim.ticket.number, ANSWERS["phone"], HTTP_X_FORWARDED_FOR="198.51.100.99")


def test_ones_own_request_does_not_wash_the_guesses_away(victim: AccessLink, mine: AccessLink) -> None:
    for other in range(5):
        assert not guess(f"111111111{other}", ANSWERS["phone"])
        guess(mine.ticket.number, "08066666666")
    assert not guess(victim.ticket.number, ANSWERS["phone"])


def test_after_an_hour_it_is_forgotten(victim: AccessLink) -> None:
    for place in range(6):
        guess(victim.ticket.number, f"090000000{place:02}")
    Attempt.objects.update(expires=timezone.now() - timedelta(seconds=1))
    assert guess(victim.ticket.number, ANSWERS["phone"])


@pytest.mark.parametrize("phone", ["", "-", "0", "0000000", "%", "090", "%%%%%%%%%%%", "null"])
def test_a_request_without_a_phone_number_is_found_by_none(victim: AccessLink, phone: str) -> None:
    victim.contact.phone, victim.contact.phone_digits = "", ""
    victim.contact.save()
    assert not guess(victim.ticket.number, phone)
