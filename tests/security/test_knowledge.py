"""Rows 6, 23, 29 and 33 for the knowledge pages."""

import pytest
from django.test import Client

from faq.models import Article, ArticleText, Lookup, Vote, Walk

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
