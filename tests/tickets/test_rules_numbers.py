"""Receipt numbers, phone numbers, domains."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.rules import domains, numbers, phones

numbers_ = st.builds(numbers.new_number)


@given(numbers_)
def test_a_new_number_is_valid_and_does_not_begin_with_zero(number):
    assert numbers.is_valid(number)
    assert number[0] != "0"


@given(numbers_, st.integers(0, 9), st.integers(1, 9))
def test_every_single_wrong_digit_is_noticed(number, place, shift):
    wrong = str((int(number[place]) + shift) % 10)
    assert not numbers.is_valid(number[:place] + wrong + number[place + 1 :])


@given(numbers_, st.integers(0, 8))
def test_every_swap_of_neighbours_is_noticed(number, place):
    a, b = number[place], number[place + 1]
    swapped = number[:place] + b + a + number[place + 2 :]
    assert numbers.is_valid(swapped) == (a == b)


@given(st.text())
def test_normalise_and_is_valid_take_any_text(text):
    assert numbers.normalise(text).isascii()
    assert isinstance(numbers.is_valid(text), bool)


@given(numbers_)
def test_a_number_survives_grouping_and_full_width(number):
    wide = number.translate({ord(str(d)): ord("０") + d for d in range(10)})
    assert numbers.normalise(numbers.group(number)) == number
    assert numbers.normalise(f"番号は{wide[:4]}－{wide[4:]}です") == number


def test_unicode_digits_are_no_number():
    assert not numbers.is_valid("１２３４５６７８９０")


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("03-0000-1234", "0300001234"),
        ("０９０ー００００ー１２３４", "09000001234"),
        ("+81 90-0000-1234", "09000001234"),
        ("+81 (0)90 0000 1234", "09000001234"),
        ("0081 3 0000 1234", "0300001234"),
        ("", ""),
        ("内線なし", ""),
    ],
)
def test_phone_numbers_are_compared_as_dialled(text, digits):
    assert phones.digits(text) == digits


@given(st.text())
def test_any_text_gives_at_most_so_many_digits(text):
    found = phones.digits(text)
    assert len(found) <= phones.LONGEST
    assert found == "" or (found.isascii() and found.isdigit())


@pytest.mark.parametrize(
    ("address", "domain"),
    [
        ("Info@Yamadaya.EXAMPLE.", "yamadaya.example"),
        ("<a@b.example>", "b.example"),
        ("b.example", "b.example"),
        ("ｉｎｆｏ＠例え。テスト", "xn--r8jz45g.xn--zckzah"),
        ("a@b@c.example", "c.example"),
        ("", ""),
        ("two words", ""),
    ],
)
def test_domain_of_an_address(address, domain):
    assert domains.domain_of(address) == domain


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("a@x.example", "b@X.example.", True),
        ("a@mail.x.example", "b@x.example", True),
        ("a@xx.example", "b@x.example", False),
        ("", "", False),
        ("a@x.example", "", False),
    ],
)
def test_domains_that_stand_or_fall_together(a, b, same):
    assert domains.same_domain(a, b) is domains.same_domain(b, a) is same


@given(st.text(), st.text())
def test_domains_take_any_text(a, b):
    assert domains.same_domain(a, b) == domains.same_domain(b, a)
