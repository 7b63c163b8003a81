"""What the shipped articles promise: enough of them, found in clients' words, sourced, and tied to hosts."""

import re
from collections import Counter
from pathlib import Path

import pytest

from faq.rules.content import ArticleFile, parse_article, parse_hosts
from faq.services.content import SHIPPED

FILES = sorted(SHIPPED.glob("ja/*.md"))
ARTICLES = {path.stem: parse_article(path.read_text(), language="ja", file=path.name) for path in FILES}
PUBLIC = {key: article for key, article in ARTICLES.items() if article.audience == "public"}
ENGLISH = {
    path.stem: parse_article(path.read_text(), language="en", file=path.name)
    for path in sorted(SHIPPED.glob("en/*.md"))
}
NOTE = {"ja": "サーバー会社ごとの案内", "en": "With your server company"}
FROM_THE_SEED = [
    *("mailbox-full", "what-is-mail-server", "mailbox-cleanup", "delete-after-days", "address-rebuild"),
    *("reinstall-account", "one-sender-missing", "gmail-spam-folder", "gmail-tabs", "gmail-virus-removed"),
    *("shop-gmail", "domain-expired", "blacklisted", "forwarding-test", "which-destination"),
    *("other-mailbox-full", "another-program", "give-up-address", "suspicious-mail"),
]


def test_there_are_seventy() -> None:
    assert len(PUBLIC) >= 70


@pytest.mark.parametrize("article", ARTICLES.values(), ids=ARTICLES.keys())
def test_each_is_found_in_eight_ways_and_names_its_sources(article: ArticleFile) -> None:
    assert len(set(article.phrases)) >= 8
    assert article.checked
    # Articles about how we work ourselves lean on no page of others.
    assert article.sources or article.category == "not-mail" or article.audience == "staff"


def test_no_phrase_belongs_to_two() -> None:
    counted = Counter(phrase for article in ARTICLES.values() for phrase in article.phrases)
    assert not [phrase for phrase, times in counted.items() if times > 1]


@pytest.mark.parametrize("article", PUBLIC.values(), ids=PUBLIC.keys())
def test_who_speaks_of_the_note_has_one(article: ArticleFile) -> None:
    assert (NOTE["ja"] in article.body) == bool(article.hosts)
    assert "hosts" not in _comments(SHIPPED / "ja" / f"{article.key}.md")


def _comments(path: Path) -> str:
    front = path.read_text().split("+++")[1]
    return "".join(line for line in front.splitlines() if line.startswith("#"))


def test_what_the_seed_answers_is_answered_in_english_too() -> None:
    assert set(FROM_THE_SEED) <= set(ENGLISH)


@pytest.mark.parametrize("english", ENGLISH.values(), ids=ENGLISH.keys())
def test_english_has_the_same_steps_and_links(english: ArticleFile) -> None:
    japanese = ARTICLES[english.key]
    assert len(set(english.phrases)) >= 8
    assert _steps(english) == _steps(japanese)
    assert _branches(english) == _branches(japanese)
    assert _links(english) == _links(japanese)
    assert (NOTE["en"] in english.body) == bool(japanese.hosts)


def _steps(article: ArticleFile) -> int:
    return len(re.findall(r"^\d+\. +\*\*", article.body, re.MULTILINE))


def _branches(article: ArticleFile) -> list[int]:
    """How many ways on each step has."""
    return [
        part.count("- ✓ ") + part.count("- ↳ ") for part in re.split(r"^\d+\. ", article.body, flags=re.M)
    ]


def _links(article: ArticleFile) -> list[str]:
    return sorted(part.partition(")")[0] for part in article.body.split("](")[1:])


def test_every_host_has_a_note_with_its_source() -> None:
    hosts = parse_hosts((SHIPPED / "hosts.toml").read_text(), "hosts.toml")
    assert len(hosts) == 24
    for host in hosts:
        assert host.sources
        assert host.checked
        for aspect in ("panel", "webmail", "quota", "limits"):
            assert bool(getattr(host, f"{aspect}_ja")) == bool(getattr(host, f"{aspect}_en")), host.slug
