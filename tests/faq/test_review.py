"""The review list: each reason, and the button that takes one away."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from faq.models import Article, ArticleText, Vote
from faq.models.article import Status
from faq.services import review
from faq.services.review import Look, Reason

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("knowledge")]

PAGE = "/admin/faq/review/"


@pytest.fixture(autouse=True)
def _fresh(knowledge: None) -> None:
    """Everything was checked yesterday, whenever this test runs."""
    ArticleText.objects.update(checked=timezone.localdate() - timedelta(days=1))


def text_of(key: str) -> ArticleText:
    return ArticleText.objects.get(article__key=key, language="ja")


def found() -> dict[str, Look]:
    return {look.text.article.key: look for look in review.looks(timezone.now())}


def vote(key: str, yes: int, no: int) -> None:
    article = Article.objects.get(key=key)
    for number in range(yes + no):
        Vote.objects.create(article=article, language="ja", helpful=number < yes, visit=f"{key}-{number}")


def test_what_is_fresh_wants_no_look() -> None:
    assert found() == {}


@pytest.mark.parametrize(("days", "old"), [(179, False), (181, True)])
def test_old_facts(days: int, old: bool) -> None:
    day = timezone.now().date() - timedelta(days=days)
    ArticleText.objects.filter(pk=text_of("mailbox-full").pk).update(checked=day)
    assert ("mailbox-full" in found()) == old


def test_facts_nobody_ever_checked() -> None:
    ArticleText.objects.filter(pk=text_of("mailbox-full").pk).update(checked=None)
    assert found()["mailbox-full"].reasons == (Reason.OLD,)


def test_a_link_to_what_was_taken_away() -> None:
    ArticleText.objects.filter(pk=text_of("mailbox-cleanup").pk).update(status=Status.ARCHIVED)
    looks = found()
    assert "faq:mailbox-cleanup" in looks["mailbox-full"].broken
    assert looks["mailbox-full"].reasons == (Reason.BROKEN,)


@pytest.mark.parametrize(("yes", "no", "many"), [(0, 4, False), (3, 2, True), (4, 2, False), (0, 5, True)])
def test_many_no(yes: int, no: int, many: bool) -> None:
    vote("mailbox-full", yes, no)
    assert (Reason.MANY_NO in (found()["mailbox-full"].reasons if found() else ())) == many


def test_old_votes_do_not_count() -> None:
    vote("mailbox-full", 0, 5)
    Vote.objects.update(created=timezone.now() - timedelta(days=91))
    assert found() == {}


def test_an_article_of_long_ago_without_a_vote() -> None:
    ArticleText.objects.filter(pk=text_of("mailbox-full").pk).update(
        created=timezone.now() - timedelta(days=91)
    )
    assert found()["mailbox-full"].reasons == (Reason.NO_VOTES,)
    vote("mailbox-full", 1, 0)
    assert found() == {}


def test_the_most_urgent_first() -> None:
    ArticleText.objects.filter(pk=text_of("gmail-tabs").pk).update(checked=date(2020, 1, 1))
    vote("mailbox-full", 0, 5)
    assert list(found()) == ["mailbox-full", "gmail-tabs"]


def test_statements(django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(5):
        found()


def test_an_editor_looks_and_says_so(editor: User) -> None:
    browser = Client()
    browser.force_login(editor, backend="django.contrib.auth.backends.ModelBackend")
    text = text_of("mailbox-full")
    ArticleText.objects.filter(pk=text.pk).update(checked=date(2025, 1, 2))
    page = browser.get(PAGE, {"reason": "old"}).content.decode()
    assert text.title in page
    assert "2025-01-02" in page
    assert text.title not in browser.get(PAGE, {"reason": "broken"}).content.decode()
    assert text.title in browser.get(PAGE, {"reason": "no such"}).content.decode()
    browser.post(PAGE, {"checked": text.pk})
    text.refresh_from_db()
    assert text.checked == timezone.localdate()
    assert text.history.first().history_user == editor
    assert "<table" not in browser.get(PAGE, {"reason": "old"}).content.decode()


@pytest.mark.parametrize("number", ["", "0", "x", "９", "9" * 30, "-1"])
def test_a_made_up_text_is_not_found(boss: User, number: str) -> None:
    browser = Client()
    browser.force_login(boss, backend="django.contrib.auth.backends.ModelBackend")
    assert browser.post(PAGE, {"checked": number}).status_code == 404


def test_who_only_reads_may_not_say_so(staff_client: Client) -> None:
    assert staff_client.get(PAGE).status_code == 200
    assert staff_client.post(PAGE, {"checked": text_of("mailbox-full").pk}).status_code == 403


def test_strangers_are_asked_to_sign_in() -> None:
    assert Client().get(PAGE).headers["Location"].startswith("/admin/login/")
