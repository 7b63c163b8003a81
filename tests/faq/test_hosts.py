"""Notes about server companies: by the client's host where it is known, else by choice."""

from typing import Any

import pytest
from django.test import Client

from faq.models import Article, Host
from faq.services import hosts

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("knowledge")]

PAGE = "/faq/mailbox-full/"


def test_a_reader_chooses_and_sees_what_holds_there() -> None:
    page = Client().get(PAGE).content.decode()
    assert "お使いのサーバー会社" in page
    assert '<option value="xserver"' in page
    chosen = Client().get(PAGE, {"host": "xserver"}).content.decode()
    assert "「サーバーパネル」です。" in chosen
    assert "容量変更" in chosen
    # This article does not speak of limits on sending.
    assert "1時間におよそ" not in chosen


def test_the_choice_is_remembered_for_the_next_article() -> None:
    browser = Client()
    assert browser.get(f"{PAGE}host/").status_code == 204
    browser.get(
        f"{PAGE}feedback/", HTTP_HX_REQUEST="true", HTTP_HX_CURRENT_URL=f"http://x{PAGE}?host=xserver"
    )
    note = browser.get(f"{PAGE}host/").content.decode()
    assert "「サーバーパネル」です。" in note
    assert "<html" not in note
    assert Client().get(f"{PAGE}host/").status_code == 204


def test_a_made_up_host_is_not_remembered() -> None:
    browser = Client()
    browser.get(f"{PAGE}feedback/?host=%00nobody")
    assert browser.get(f"{PAGE}host/").status_code == 204


def test_an_article_without_notes_has_no_choice() -> None:
    page = Client().get("/faq/domain-expired/")
    assert 'name="host"' not in page.content.decode()
    assert Client().get("/faq/domain-expired/host/").status_code == 204


def test_what_is_not_sure_is_said_to_be_so() -> None:
    Host.objects.create(slug="new", name_ja="新しい会社", name_en="New")
    page = Client().get(PAGE, {"host": "new"}).content.decode()
    assert page.count("確かな資料がありません") == 3


def test_english_shows_english() -> None:
    page = Client().get(f"/en{PAGE}", {"host": "xserver"}).content.decode()
    assert "With your server company" in page
    assert "for each address" in page


@pytest.mark.parametrize("written", ["xserver", "XServer", " エックスサーバー "])
def test_staff_may_write_the_host_as_they_call_it(written: str) -> None:
    assert Host.objects.named(written) == Host.objects.get(slug="xserver")


def test_nothing_written_is_nobody() -> None:
    assert Host.objects.named("") is None
    assert Host.objects.named("うちの会社") is None


def test_statements(django_assert_num_queries: Any) -> None:
    article = Article.objects.get(key="mailbox-full")
    with django_assert_num_queries(1):
        offered = hosts.choices(article)
        hosts.note_of(article, hosts.chosen(offered, "xserver"))
