"""What a process keeps of the knowledge says the same as the database, and is gone when something changes."""

from collections.abc import Iterator
from typing import Any

import pytest

from faq.models import Article, ArticleText, Desk, Phrase
from faq.models.base import Audience
from faq.models.kept import forget
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


def test_a_search_asks_nothing_once_it_is_kept(django_assert_num_queries: Any) -> None:
    find("メールが来ない", language="ja")
    offer.checklist_for("メールが来ない", find("メールが来ない", language="ja"))
    with django_assert_num_queries(0):
        offer.checklist_for("送れない", find("送れない", language="ja"))


def test_a_large_library_is_not_kept(monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any) -> None:
    first = seen(find("メールが来ない", language="ja"))
    edition.changed()
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
