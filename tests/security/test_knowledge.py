"""Rows 6, 23, 29 and 33 for the knowledge pages."""

import pytest
from django.test import Client
from django.utils import timezone

from faq.models import Article, ArticleText, Lookup, Vote, Walk
from faq.models.kept import forget
from faq.pagecache import STORE
from faq.services.related import related
from tests.security.addresses import plain, public_routes

pytestmark = pytest.mark.django_db


def hide(article: Article, how: str) -> None:
    if how == "staff":
        Article.objects.filter(pk=article.pk).update(audience="staff")
    else:
        ArticleText.objects.filter(article=article).update(status=how)


@pytest.mark.parametrize("how", ["staff", "draft", "archived"])
def test_hidden_articles_show_nowhere(client: Client, knowledge: None, how: str) -> None:
    """Row 29. The index still holds the article: pages must ask again."""
    hide(Article.objects.get(key="mailbox-full"), how)
    title = "メールサーバーがいっぱいで、新しいメールが届かない"
    for path in ("/", "/search/?q=メールサーバーがいっぱい", "/faq/categories/not-receiving/"):
        assert title not in client.get(path).content.decode()
    for path in ("/faq/mailbox-full/", "/faq/mailbox-full/feedback/", "/en/faq/mailbox-full/"):
        assert client.get(path).status_code == 404
    assert client.post("/faq/mailbox-full/feedback/", {"helpful": "yes"}).status_code == 404


@pytest.mark.parametrize("how", ["staff", "draft", "archived"])
def test_no_address_tells_of_a_hidden_article(client: Client, knowledge: None, how: str) -> None:
    """Row 29: lists for machines, data for search engines, answers beside an answer, every part of a page."""
    article = Article.objects.get(key="mailbox-full")
    titles = list(article.texts.values_list("title", flat=True))
    beside = [row.key for row in related(article).rows][:2]
    values = {"slug": "nothing-arrives", "step": "when", "token": "A" * 32, "q": titles[0]}
    paths = [plain(route) for route in public_routes()]
    for name, value in values.items():
        paths = [path.replace(f"<{name}>", value) for path in paths]
    paths = [f"/{path.replace('<key>', key)}" for path in paths for key in ("mailbox-full", *beside)]
    paths += [f"/en{path}" for path in paths if path.startswith(("/faq", "/feed", "/search"))]
    paths += [f"/faq/categories/{article.category.slug}/", f"/search/?q={titles[0]}"]

    def told() -> list[str]:
        STORE.clear()
        forget()
        pages = {path: client.get(path) for path in dict.fromkeys(paths)}
        texts = {path: b"".join(page) if page.streaming else page.content for path, page in pages.items()}
        return [path for path, text in texts.items() if any(title in text.decode() for title in titles)]

    article.texts.update(updated=timezone.now())
    assert {"/feed/", "/faq/mailbox-full/"} < set(told())
    hide(article, how)
    # What somebody typed into the search stands in its box.
    assert [path for path in told() if "?q=" not in path] == []


@pytest.mark.parametrize(
    "words", ["' OR 1=1 --", '"; DROP TABLE faq_lookup; --', "%' UNION SELECT 1 --", "\\"]
)
def test_words_never_become_sql(client: Client, knowledge: None, words: str) -> None:
    """Row 23."""
    assert client.get("/search/", {"q": words}).status_code == 200
    assert Lookup.objects.count() == 1


def test_parameters_never_reach_a_query(client: Client, knowledge: None) -> None:
    """Row 6: filters and sort orders that nobody offered change nothing."""
    plain = client.get("/faq/categories/not-receiving/").content
    asked = client.get("/faq/categories/not-receiving/?audience=staff&order_by=pk&article__audience=staff")
    rows = [part.split(b"</ul>")[0] for part in (plain.split(b"hits")[1], asked.content.split(b"hits")[1])]
    assert rows[0] == rows[1]


def test_nothing_changes_by_get_and_nothing_without_a_token(knowledge: None) -> None:
    """Row 33."""
    client = Client(enforce_csrf_checks=True)
    client.get("/checklists/nothing-arrives/?begin=1")
    assert not Walk.objects.exists()
    assert client.post("/checklists/nothing-arrives/").status_code == 403
    client.get("/faq/mailbox-full/feedback/?helpful=yes")
    assert client.post("/faq/mailbox-full/feedback/", {"helpful": "yes"}).status_code == 403
    assert not Vote.objects.exists()
    walk = Client().post("/checklists/nothing-arrives/")["Location"]
    client.get(f"{walk}?question=outage&answer=yes&helped=yes")
    assert client.post(walk, {"question": "outage", "answer": "yes"}).status_code == 403
    assert not Walk.objects.get().steps.exists()
    assert Walk.objects.get().helped is None


@pytest.mark.parametrize("forged", ["WzFd", "WzFd:1abc:sig", "", "[1]", "WzFd:" + "a" * 60])
def test_a_forged_search_is_not_believed(client: Client, knowledge: None, forged: str) -> None:
    """Row 28's cousin: nobody writes into another's search."""
    row = Lookup.objects.create(text="x", language="ja")
    client.get("/faq/mailbox-full/feedback/", {"l": forged})
    row.refresh_from_db()
    assert row.opened is None
    assert row.visit == ""
