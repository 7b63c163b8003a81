"""What a process keeps of the knowledge says the same as the database, and is gone when something changes."""

import os
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.template import Template, TemplateSyntaxError
from django.test import Client

from faq.models import Article, ArticleText, Checklist, Desk, Host, Phrase
from faq.models import kept as module_kept
from faq.models.base import Audience
from faq.models.kept import LIFETIME, NEWEST, Kept, Noted, forget, one_edition
from faq.models.search import Posting
from faq.search import find as module
from faq.search.find import Found, find
from faq.services import edition, offer, publish

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("kept")]


@pytest.fixture
def kept(settings: Any, knowledge: None) -> Iterator[None]:
    """As in production."""
    settings.PAGE_CACHE = True
    forget()
    yield
    forget()


def seen(found: Found) -> list[tuple[object, ...]]:
    hits = [
        (hit.key, hit.language, round(hit.score, 9), hit.title_html, hit.snippet_html) for hit in found.hits
    ]
    return [*hits, (found.none, found.terms)]


def test_kept_and_asked_say_the_same_of_every_phrase(settings: Any) -> None:
    words = list(Phrase.objects.order_by("pk").values_list("text", flat=True))
    asked = [*words[::23], "", "冷蔵庫", "zzzz"]
    for staff in (False, True):
        for language in ("ja", "en"):
            settings.PAGE_CACHE = True
            kept = [seen(find(one, language=language, staff=staff)) for one in asked]
            settings.PAGE_CACHE = False
            assert [seen(find(one, language=language, staff=staff)) for one in asked] == kept


@pytest.mark.usefixtures("one_moment")
def test_a_search_asks_nothing_once_it_is_kept(django_assert_num_queries: Any) -> None:
    find("メールが来ない", language="ja")
    offer.checklist_for("メールが来ない", find("メールが来ない", language="ja"))
    with django_assert_num_queries(0):
        offer.checklist_for("送れない", find("送れない", language="ja"))


def test_texts_stay_read_for_longer_than_pages_and_go_with_a_new_index(
    monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    # What the test before has changed is known before anything is kept.
    monkeypatch.setattr(NEWEST, "_asked", 0.0)
    find("メールが来ない", language="ja")
    later = time.monotonic() + 10 * LIFETIME
    monkeypatch.setattr("faq.models.kept.time.monotonic", lambda: later)
    NEWEST.edition()
    with django_assert_num_queries(0):
        find("送れない", language="ja")
    # What an index says that was changed past all services, until it is made anew.
    Posting.objects.all().delete()
    assert find("送れない", language="ja").hits
    call_command("reindex", all=True, verbosity=0)
    Posting.objects.all().delete()
    assert not find("送れない", language="ja").hits


@pytest.mark.usefixtures("one_moment")
def test_a_large_library_is_not_kept(monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any) -> None:
    first = seen(find("メールが来ない", language="ja"))
    edition.changed()
    monkeypatch.setattr(NEWEST, "_asked", 0.0)
    monkeypatch.setattr(module, "MOST_KEPT", 3)
    assert seen(find("メールが来ない", language="ja")) == first
    with django_assert_num_queries(3):
        find("メールが来ない", language="ja")


def test_staff_only_articles_stay_with_the_staff() -> None:
    staff = [hit.key for hit in find("社内 切り分け 転送テスト", language="ja", staff=True).hits]
    assert "forwarding-test-staff" in staff
    public = [hit.key for hit in find("社内 切り分け 転送テスト", language="ja").hits]
    assert "forwarding-test-staff" not in public


def test_what_is_taken_away_is_found_no_more() -> None:
    text = ArticleText.objects.get(article__key="mailbox-full", language="ja")
    words = "昨日あたりから全然メールがきません"
    assert "mailbox-full" in [hit.key for hit in find(words, language="ja").hits]
    publish.archive(text=text, by=None)
    assert "mailbox-full" not in [hit.key for hit in find(words, language="ja").hits]


def test_what_becomes_staff_only_is_found_no_more() -> None:
    words = "昨日あたりから全然メールがきません"
    find(words, language="ja")
    article = Article.objects.get(key="mailbox-full")
    article.audience = Audience.STAFF
    publish.refresh(article=article, by=None)
    assert "mailbox-full" not in [hit.key for hit in find(words, language="ja").hits]


def test_the_desk_is_read_again_after_a_change() -> None:
    assert Desk.shown() is None
    Desk.objects.create(pk=1, name_ja="みどり窓口")
    edition.changed()
    shown = Desk.shown()
    assert shown is not None
    assert shown.name_ja == "みどり窓口"


def test_an_article_of_the_same_edition_asks_nothing_however_it_is_asked(
    client: Client, django_assert_max_num_queries: Any
) -> None:
    first = client.get("/faq/mailbox-full/?unseen=1").content
    with django_assert_max_num_queries(1) as asked:
        assert client.get("/faq/mailbox-full/?unseen=2").content == first
    assert all("faq_edition" in row["sql"] for row in asked)


def test_kept_and_drawn_anew_are_the_same_page_for_every_article(client: Client, settings: Any) -> None:
    keys = list(Article.objects.public().values_list("key", flat=True))[::5]
    asked = [f"{prefix}/faq/{key}/?{query}" for key in keys for prefix in ("", "/en") for query in QUERIES]
    settings.PAGE_CACHE = True
    # The second time from what the first one kept; another order would show a page mixed of two.
    for _ in range(2):
        kept = [client.get(address).content for address in asked]
    settings.PAGE_CACHE = False
    assert [client.get(address).content for address in asked] == kept


QUERIES = ("x=1", "x=2", "host=xserver", "host=sakura")


def test_an_article_is_another_at_once(client: Client) -> None:
    address = "/faq/mailbox-full/?unseen=1"
    assert "まったく新しい題" not in client.get(address).content.decode()
    text = ArticleText.objects.get(article__key="mailbox-full", language="ja")
    text.title = "まったく新しい題"
    text.body = "まったく新しい手順です。"
    publish.publish(text=text, by=None)
    page = client.get(address).content.decode()
    # Title, what messengers show, the trail, the heading, and what search engines read.
    assert page.count("まったく新しい題") == 6
    assert page.count("まったく新しい手順です。") == 2
    publish.archive(text=text, by=None)
    assert client.get(address).status_code == 404


def test_what_stands_below_an_article_is_another_at_once(client: Client) -> None:
    address = "/faq/mailbox-full/?unseen=1"
    checklist = offer.checklist_of(Article.objects.get(key="mailbox-full").pk)
    assert checklist is not None
    assert checklist.title in client.get(address).content.decode()
    Checklist.objects.filter(pk=checklist.pk).update(title_ja="まったく新しい質問")
    Host.objects.filter(slug="xserver").update(name_ja="まったく新しい会社")
    assert "まったく新しい" not in client.get(address).content.decode()
    edition.changed()
    page = client.get(address).content.decode()
    assert "まったく新しい質問" in page
    assert "まったく新しい会社" in page


def test_nobody_fills_the_memory_with_articles_that_are_none(client: Client) -> None:
    client.get("/faq/mailbox-full/?unseen=1")
    before = sum(len(memory._memory) for memory in module_kept._memories)
    for number in range(5):
        assert client.get(f"/faq/none-{number}/").status_code == 404
        assert client.get(f"/faq/mailbox-full/?host=none-{number}").status_code == 302
        assert client.get(f"/faq/mailbox-full/?unseen={number}").status_code == 200
    # What an error page shows besides.
    assert sum(len(memory._memory) for memory in module_kept._memories) <= before + 3


def test_a_memory_stays_within_its_size() -> None:
    memory = Kept[str](most=10, size=len)
    for name in "abc":
        assert memory.get(lambda: "12345", name) == "12345"
    assert list(memory._memory) == [("b",), ("c",)]
    assert memory.get(lambda: "1234567890123", "large") == "1234567890123"
    assert list(memory._memory) == [("large",)]
    assert memory._full == 13


def test_another_edition_takes_the_whole_memory_along() -> None:
    memory = Kept[int]()
    assert [memory.get(lambda: 1, name) for name in "ab"] == [1, 1]
    edition.changed()
    assert memory.get(lambda: 2, "a") == 2
    assert list(memory._memory) == [("a",)]


def test_what_is_made_of_kept_values_is_no_newer_than_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [1000.0]
    monkeypatch.setattr("faq.models.kept.time.monotonic", lambda: clock[0])
    inner, outer = Kept[float](), Kept[float]()

    def made() -> float:
        return outer.get(lambda: inner.get(lambda: clock[0]))

    inner.get(lambda: clock[0])
    clock[0] += LIFETIME - 1
    with Noted() as noted:
        assert made() == 1000.0
    assert noted.until == 1000.0 + LIFETIME
    clock[0] += 2
    assert made() == clock[0]
    with Noted() as noted:
        pass
    assert noted.until == clock[0] + LIFETIME


def test_a_reader_that_fails_leaves_nothing_behind() -> None:
    memory = Kept[int]()
    with pytest.raises(ZeroDivisionError):
        memory.get(lambda: 1 // 0, "a")
    assert memory.get(lambda: 1, "a") == 1


def test_a_page_is_of_one_edition_until_its_own_thread_changes_something() -> None:
    asked = NEWEST.edition()
    with one_edition(asked):
        # What another process does meanwhile.
        moved = module_kept.file()
        moved.touch()
        os.utime(moved, ns=(1, 1))
        assert NEWEST.edition() == asked
        edition.changed()
        assert NEWEST.edition() > asked
    os.utime(moved, ns=(2, 2))
    assert NEWEST.edition()[0] == 2


def test_a_request_of_one_edition_leaves_none_behind(client: Client) -> None:
    for address in ("/faq/mailbox-full/?x=1", "/faq/mailbox-full/", "/faq/none/", "/search/?q=abc"):
        client.get(address)
        edition.changed()
        assert NEWEST.edition()[0] == os.stat(module_kept.file()).st_mtime_ns


def test_a_block_is_not_kept_for_the_pages_that_fill_it_otherwise() -> None:
    text = (
        '{% load mailsupport %}{% fixed "x" %}{% if 1 %}{% block a %}{% endblock %}{% endif %}{% endfixed %}'
    )
    with pytest.raises(TemplateSyntaxError):
        Template(text)
