"""Shared pages: kept, gone when something changes, never somebody's own."""

import gzip
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from faq import pagecache
from faq.models import Article, ArticleText, Category, Cause, Checklist, Desk, Edition, Host, Outage
from faq.services import edition, publish

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("kept")]

PAGE = "/faq/mailbox-full/"


def hits(client: Client, address: str, counts: Any) -> bool:
    """Whether the page came from the cache: then nothing was drawn, and no statement asked for it."""
    with counts() as asked:
        response = client.get(address)
    assert response.status_code == 200
    # The edition is asked for once a second or so.
    stated = [row for row in asked if "faq_edition" not in row["sql"]]
    assert response.templates or not stated
    return not response.templates


@pytest.fixture
def counts() -> Any:
    """Statements of a block."""
    return lambda: CaptureQueriesContext(connection)


@pytest.mark.parametrize("address", ["/", PAGE, "/en/", "/faq/categories/not-receiving/", "/privacy/"])
def test_the_second_visitor_is_answered_without_the_database(address: str, counts: Any) -> None:
    first = Client().get(address)
    assert hits(Client(), address, counts)
    second = Client().get(address)
    assert second.content == first.content
    assert second.headers["Content-Security-Policy"] == first.headers["Content-Security-Policy"]
    assert second.headers["Content-Language"] == first.headers["Content-Language"]
    assert not first.cookies
    assert not second.cookies


def test_a_browser_that_has_the_page_is_told_so() -> None:
    tag = Client().get(PAGE).headers["ETag"]
    same = Client().get(PAGE, HTTP_IF_NONE_MATCH=f'W/"other", W/{tag}')
    assert (same.status_code, same.content, same.headers["ETag"]) == (304, b"", tag)
    assert "Content-Type" not in same.headers
    assert Client().get(PAGE, HTTP_IF_NONE_MATCH='"other"').status_code == 200
    assert Client().get(PAGE).headers["Cache-Control"] == "no-cache"


def test_browsers_get_it_compressed(counts: Any) -> None:
    plain = Client().get(PAGE)
    for _ in range(2):
        packed = Client().get(PAGE, HTTP_ACCEPT_ENCODING="br;q=1, gzip;q=0.8")
        assert packed.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(packed.content) == plain.content
        assert int(packed.headers["Content-Length"]) == len(packed.content) < len(plain.content) / 2
        assert packed.headers["Content-Security-Policy"] == plain.headers["Content-Security-Policy"]
    with counts() as asked:
        Client().get(PAGE, HTTP_ACCEPT_ENCODING="gzip")
    assert not [row for row in asked if "faq_edition" not in row["sql"]]
    # Two bodies, two tags: a proxy may keep both, and each is told from the other.
    assert packed.headers["ETag"] != plain.headers["ETag"]
    assert "Accept-Encoding" in plain.headers["Vary"]
    assert "Accept-Encoding" in packed.headers["Vary"]
    same = Client().get(PAGE, HTTP_ACCEPT_ENCODING="gzip", HTTP_IF_NONE_MATCH=packed.headers["ETag"])
    assert (same.status_code, same.content) == (304, b"")
    assert "Content-Encoding" not in same.headers


@pytest.mark.parametrize("accepted", ["", "identity", "gzip;q=0", "br, gzip; q=0.0, *;q=0", "xgzip"])
def test_who_cannot_unpack_gets_it_plain(accepted: str) -> None:
    Client().get(PAGE, HTTP_ACCEPT_ENCODING="gzip")
    page = Client().get(PAGE, HTTP_ACCEPT_ENCODING=accepted)
    assert "Content-Encoding" not in page.headers
    assert "</html>" in page.content.decode()
    assert int(page.headers["Content-Length"]) == len(page.content)


def test_a_page_made_for_one_visitor_is_not_compressed() -> None:
    """BREACH: its tokens would be given away by its length."""
    for address in (f"{PAGE}feedback/", "/search/?q=abc", "/tickets/new/"):
        page = Client().get(address, HTTP_ACCEPT_ENCODING="gzip")
        assert page.status_code == 200
        assert "Content-Encoding" not in page.headers


def test_head_is_answered_from_the_page_but_never_keeps_one() -> None:
    assert Client().head(PAGE).templates
    assert Client().head(PAGE).templates
    Client().get(PAGE)
    answer = Client().head(PAGE)
    assert (answer.status_code, answer.templates) == (200, [])


def test_the_searches_of_one_are_not_in_the_page_of_the_next() -> None:
    first = Client().get(PAGE, {"l": "signed-by-somebody"})
    assert b"signed-by-somebody" not in first.content
    assert Client().get(PAGE).content == first.content


def test_other_queries_are_not_kept(counts: Any) -> None:
    for _ in range(2):
        assert not hits(Client(), f"{PAGE}?x=1", counts)
        assert not hits(Client(), f"{PAGE}?host=xserver&x=1", counts)


def test_a_page_with_a_host_is_a_page_of_its_own(counts: Any) -> None:
    chosen = Client().get(f"{PAGE}?host=xserver&l=abc")
    assert "https://secure.xserver.ne.jp/" in chosen.content.decode()
    assert hits(Client(), f"{PAGE}?host=xserver", counts)
    assert "https://secure.xserver.ne.jp/" not in Client().get(PAGE).content.decode()
    assert Client().get(f"{PAGE}?host=nobody").headers["Location"] == PAGE


def test_a_foreign_host_name_gets_no_page() -> None:
    Client().get(PAGE)
    assert Client().get(PAGE, HTTP_HOST="evil.example").status_code == 400


def test_plain_http_is_led_to_https_although_the_page_is_kept(settings: Any) -> None:
    Client().get(PAGE)
    settings.SECURE_SSL_REDIRECT = True
    assert Client().get(PAGE).status_code == 301


def test_staff_and_visitors_get_the_same_page_and_no_cookie(staff_client: Client) -> None:
    staff_page = staff_client.get(PAGE)
    assert Client().get(PAGE).content == staff_page.content
    assert "sato" not in staff_page.content.decode()


def test_what_touches_a_session_is_never_kept(counts: Any) -> None:
    for address in ("/checklists/nothing-arrives/", f"{PAGE}feedback/", "/search/?q=abc", "/tickets/new/"):
        Client().get(address, follow=True)
    assert not pagecache.STORE._pages


def test_gone_at_once_in_the_process_that_changed_it_and_in_its_neighbours() -> None:
    text = ArticleText.objects.get(article__key="mailbox-full", language="ja")
    assert "まったく新しい題" not in Client().get(PAGE).content.decode()
    text.title = "まったく新しい題"
    publish.publish(text=text, by=None)
    assert "まったく新しい題" in Client().get(PAGE).content.decode()


def test_another_process_of_this_machine_sees_the_file_move() -> None:
    other = edition.Newest()
    before = other.edition()
    # It does not ask for the number however long the change takes.
    other._asked = float("inf")
    publish.refresh(article=Article.objects.get(key="mailbox-full"), by=None)
    after = other.edition()
    assert after[0] > before[0]
    assert after[1] == before[1]


def test_another_machine_sees_the_number_within_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    other = edition.Newest()
    before = other.edition()
    Edition.move()
    assert other.edition() == before
    later = other._asked + edition.SECONDS + 0.01
    monkeypatch.setattr("faq.services.edition.time.monotonic", lambda: later)
    assert other.edition()[1] == before[1] + 1


def test_a_page_made_while_something_changed_is_not_kept_as_the_new_one() -> None:
    store = pagecache.Store()
    page = pagecache.Kept(b"old", {}, "", float("inf"))
    store.put("a", (1, 1), page)
    store.put("a", (2, 2), page)
    assert store.get("a", (1, 1)) is None
    assert store.get("a", (2, 2)) is page


def test_the_store_stays_within_its_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pagecache, "MOST_BYTES", 10)
    store = pagecache.Store()
    for name in "abc":
        store.put(name, (1, 1), pagecache.Kept(b"12345", {}, "", float("inf")))
    assert store.get("a", (1, 1)) is None
    assert store.get("b", (1, 1))
    assert store.get("c", (1, 1))


def test_a_page_is_drawn_anew_after_its_lifetime() -> None:
    store = pagecache.Store()
    store.put("a", (1, 1), pagecache.Kept(b"x", {}, "", 0.0))
    assert store.get("a", (1, 1)) is None


def test_a_change_that_is_rolled_back_moves_nothing() -> None:
    before = edition.Newest().edition()
    with transaction.atomic():
        edition.changed()
        transaction.set_rollback(True)
    assert edition.Newest().edition() == before


def test_where_the_file_cannot_be_written_the_number_still_moves(settings: Any, tmp_path: Any) -> None:
    settings.VAR_DIR = tmp_path / "gone"
    before = Edition.newest()
    edition.changed()
    assert Edition.newest() == before + 1
    assert not (tmp_path / "gone").exists()


SHOWN: dict[type[Any], dict[str, Any]] = {
    Cause: {"slug": "mailbox-full", "field": "name_ja"},
    Category: {"slug": "not-receiving", "field": "name_ja"},
    Checklist: {"slug": "nothing-arrives", "field": "title_ja"},
    Host: {"slug": "xserver", "field": "name_ja"},
}


@pytest.mark.parametrize("model", SHOWN)
def test_every_staff_screen_of_what_visitors_see_moves_the_edition(boss: User, model: type[Any]) -> None:
    browser = Client()
    browser.force_login(boss, backend="django.contrib.auth.backends.ModelBackend")
    row = model.objects.get(slug=SHOWN[model]["slug"])
    address = f"/admin/faq/{model._meta.model_name}/{row.pk}/change/"
    form = browser.get(address).context["adminform"].form
    typed = {name: form[name].value() for name in form.fields}
    typed = {name: "" if value is None else value for name, value in typed.items()}
    before = Edition.newest()
    answer = browser.post(address, typed | {SHOWN[model]["field"]: "別の名前"})
    assert answer.status_code == 302, answer.context and answer.context["adminform"].form.errors
    assert Edition.newest() == before + 1


def test_the_desk_and_an_outage_show_at_once(boss: User) -> None:
    browser = Client()
    browser.force_login(boss, backend="django.contrib.auth.backends.ModelBackend")
    Client().get("/")
    rows = {f"closed_periods-{name}": 0 for name in ("TOTAL_FORMS", "INITIAL_FORMS")}
    typed = {"name_ja": "みどり窓口", "phone": "03-0000-9999", "weekdays": "12345", "answer_hours": 4}
    assert browser.post("/admin/faq/desk/add/", typed | rows).status_code == 302
    assert "03-0000-9999" in Client().get("/").content.decode()
    begins = timezone.localtime()
    outage = {"title_ja": "サーバーの障害", "text_ja": "消えていません", "begins": f"{begins:%Y-%m-%d}T00:00"}
    outage |= {"ended": ""}
    assert browser.post("/admin/faq/outage/add/", outage).status_code == 302
    assert "サーバーの障害" in Client().get("/").content.decode()
    gone = Outage.objects.get()
    assert browser.post(f"/admin/faq/outage/{gone.pk}/delete/", {"post": "yes"}).status_code == 302
    assert "サーバーの障害" not in Client().get("/").content.decode()
    assert Desk.current() is not None
