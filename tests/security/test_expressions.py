"""Row 41: no regular expression of ours takes more than twice as long for a text twice as long."""

from __future__ import annotations

import re

import pytest

from faq.rules.clue_table import table
from faq.search import terms
from tests.security.expressions import MOST, Found, expressions, repeats, slowest

BUILT = {
    # The rest of that table: test_no_clue_repeats_without_end.
    "faq/rules/clue_table.py hiragana(source)": lambda: [table().unsure],
    "tickets/rules/secrets.py pattern": lambda: [re.compile(r"[!#$%&*+?@^]")],
    "faq/search/terms.py '|'.join(sorted(pairs, key=len, reverse=True))": lambda: [terms._kana()[0]],
}
ALL = list(expressions(BUILT))


def test_all_are_found() -> None:
    assert len(ALL) > 50


@pytest.mark.parametrize("found", ALL, ids=lambda found: found.where)
def test_twice_the_text_takes_twice_the_time(found: Found) -> None:
    ratio, text = slowest(found)
    assert ratio <= MOST, f"{found.pattern.pattern!r} {ratio:.1f} times, for {text}"


def test_no_clue_repeats_without_end() -> None:
    """The table of clues is too long to time: whatever it repeats has a small bound."""
    rules = table().rules
    clues = [found for rule in rules for found in (rule.says, rule.before, rule.after) if found]
    clues += table().where.values()
    assert len(clues) > 90
    assert [found.pattern for found in clues if max(repeats(found), default=0) > 100] == []
    assert max(repeats(re.compile("a(?=b*)"))) > 100


@pytest.mark.parametrize(
    "source",
    [
        r"(a+)+$",
        r"(a|aa)+$",
        r"\s*,?\s*$",
        r"\s+$",
        r"\[[^\]]*\]\(",
        r"^(\w+\s?)*$",
        r"(?:x|y)*z",
        r"a.*b.*c",
    ],
)
def test_a_slow_one_is_seen(source: str) -> None:
    """What the test above would let through otherwise."""
    assert slowest(Found("", re.compile(source), is_anchored=False))[0] > MOST


@pytest.mark.parametrize("source", [r"[a-z]{1,64}@", r"\d+", r"a[^a]*a", r"(?:\.[a-z]+)+", r"\s+"])
def test_a_quick_one_is_let_through(source: str) -> None:
    assert slowest(Found("", re.compile(source), is_anchored=False))[0] <= MOST
