"""The staff screens of the knowledge base."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from faq.models import Article, ArticleText, Category, Desk, Phrase
from faq.search.find import find


@pytest.fixture
def client(editor: User) -> Client:
    """An editor's browser."""
    made = Client()
    made.force_login(editor, backend="django.contrib.auth.backends.ModelBackend")
    return made


@pytest.fixture
def article(db: None) -> Article:
    """Without a text."""
    shelf = Category.objects.create(slug="x-shelf", name_ja="棚", name_en="Shelf")
    return Article.objects.create(key="x-signature", category=shelf)


def form(article: Article, **more: str) -> dict[str, str]:
    """A text as the page posts it."""
    return {
        "article": str(article.pk),
        "language": "ja",
        "title": "署名をつける",
        "summary": "設定でつけられます。",
        "body": "## 手順\n\n設定を開きます。",
        **more,
    }


def rows_of(prefix: str, rows: list[dict[str, str]]) -> dict[str, str]:
    """A formset."""
    fields = {f"{prefix}-{n}-{key}": value for n, row in enumerate(rows) for key, value in row.items()}
    return {f"{prefix}-TOTAL_FORMS": str(len(rows)), f"{prefix}-INITIAL_FORMS": "0", **fields}


def test_a_text_is_published_rendered_and_found(client: Client, article: Article, editor: User) -> None:
    client.post("/admin/faq/articletext/add/", {**form(article), "_publish": "1"})
    text = ArticleText.objects.get(article=article)
    assert text.status == "published"
    assert "<h2" in text.html
    assert [hit.key for hit in find("署名をつけたい", language="ja").hits] == ["x-signature"]
    assert text.history.latest().history_user == editor


def test_saving_without_publishing_keeps_it_away(client: Client, article: Article) -> None:
    client.post("/admin/faq/articletext/add/", {**form(article), "_continue": "1"})
    assert ArticleText.objects.get(article=article).status == "draft"
    assert not find("署名をつけたい", language="ja").hits


def test_taking_away_a_page(client: Client, article: Article) -> None:
    client.post("/admin/faq/articletext/add/", {**form(article), "_publish": "1"})
    text = ArticleText.objects.get(article=article)
    client.post(f"/admin/faq/articletext/{text.pk}/change/", {**form(article), "_archive": "1"})
    text.refresh_from_db()
    assert text.status == "archived"
    assert not find("署名をつけたい", language="ja").hits


def test_a_link_that_leads_nowhere_is_refused_and_the_text_kept(client: Client, article: Article) -> None:
    data = form(article, body="[ここ](faq:no-such-article) を見ます", _publish="1")
    html = client.post("/admin/faq/articletext/add/", data).content.decode()
    assert "faq:no-such-article" in html
    assert not ArticleText.objects.exists()


def test_preview_saves_nothing_and_is_safe(client: Client, article: Article) -> None:
    data = form(article, body="**太字** <script>alert(1)</script>")
    whole = client.post("/admin/faq/articletext/preview/", data).content.decode()
    part = client.post("/admin/faq/articletext/preview/", data, HTTP_HX_REQUEST="true").content.decode()
    assert "<h1" in whole
    assert "<h1" not in part
    for html in (whole, part):
        assert "太字</" in html
        assert "<script>alert" not in html
    assert not ArticleText.objects.exists()
    assert client.get("/admin/faq/articletext/preview/").status_code == 405


def test_preview_is_not_for_agents(staff_client: Client, article: Article) -> None:
    assert staff_client.post("/admin/faq/articletext/preview/", form(article)).status_code == 403


def test_history_is_read_and_never_written(client: Client, article: Article) -> None:
    """SECURITY.md row 39."""
    client.post("/admin/faq/articletext/add/", {**form(article), "_publish": "1"})
    text = ArticleText.objects.get(article=article)
    old = text.history.latest()
    client.post(
        f"/admin/faq/articletext/{text.pk}/change/", {**form(article, title="新しい題"), "_save": "1"}
    )
    address = f"/admin/faq/articletext/{text.pk}/history/{old.pk}/"
    assert "署名をつける" in client.get(address).content.decode()
    assert client.post(address, {**form(article), "_save": "1"}).status_code == 405
    text.refresh_from_db()
    assert text.title == "新しい題"
    assert text.history.count() == 2


def test_clients_words_become_an_article(client: Client, article: Article) -> None:
    page = client.get("/admin/faq/article/add/", {"phrase": "署名を付けたい"}).content.decode()
    assert 'value="署名を付けたい"' in page
    data = {"key": "x-new", "category": str(article.category_id), "audience": "public", "order": "0"}
    data |= (
        rows_of("texts", [])
        | rows_of("article_causes", [])
        | rows_of("phrases", [{"language": "ja", "text": "署名を付けたい"}])
    )
    response = client.post("/admin/faq/article/add/", data)
    made = Article.objects.get(key="x-new")
    assert response["Location"] == f"/admin/faq/articletext/add/?article={made.pk}&language=ja"
    assert made.phrases.get().text == "署名を付けたい"


def test_articles_are_not_deleted(client: Client, article: Article) -> None:
    assert client.post(f"/admin/faq/article/{article.pk}/delete/", {"post": "yes"}).status_code == 403
    assert Article.objects.filter(pk=article.pk).exists()


def test_list_of_articles_costs_the_same_for_many(
    client: Client, knowledge: None, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(14):
        assert client.get("/admin/faq/article/").status_code == 200


def test_phrases_come_and_go_as_csv(client: Client, article: Article) -> None:
    """SECURITY.md row 22: what begins a formula is escaped on the way out."""
    Phrase.objects.create(article=article, text="=1+1")
    sheet = client.post("/admin/faq/phrase/export/", {"format": "0", "resource": ""}).content.decode(
        "utf-8-sig"
    )
    assert sheet.splitlines()[1:] == ["x-signature,ja,'=1+1"]
    upload = SimpleUploadedFile(
        "p.csv", "article,language,text\nx-signature,ja,署名がない\n".encode("utf-8-sig")
    )
    page = client.post("/admin/faq/phrase/import/", {"import_file": upload, "format": "0", "resource": ""})
    hidden = page.context["confirm_form"].initial
    client.post("/admin/faq/phrase/process_import/", hidden)
    assert article.phrases.filter(text="署名がない").count() == 1


def test_agents_may_read_phrases_but_not_import(staff_client: Client, article: Article) -> None:
    assert staff_client.get("/admin/faq/phrase/").status_code == 200
    assert staff_client.get("/admin/faq/phrase/import/").status_code == 403


def test_the_desk_is_one_row_opened_directly(client: Client) -> None:
    assert client.get("/admin/faq/desk/")["Location"] == "/admin/faq/desk/add/"
    data = {"name_ja": "窓口", "weekdays": "12345", "answer_hours": "4", **rows_of("closed_periods", [])}
    client.post("/admin/faq/desk/add/", data)
    assert Desk.objects.get().pk == 1
    assert client.get("/admin/faq/desk/")["Location"] == "/admin/faq/desk/1/change/"
    assert client.get("/admin/faq/desk/add/").status_code == 403
