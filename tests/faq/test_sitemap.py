"""The sitemap, and what pages say of themselves to search engines."""

from datetime import datetime
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.test import Client

from faq.models import Article, ArticleText, Checklist
from faq.models.article import Status
from tests.mailsupport.html import Page

pytestmark = pytest.mark.django_db
SITE = settings.SITE_URL
NS = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}


def english(key: str, **values: object) -> ArticleText:
    text = {
        "title": "Mailbox full",
        "summary": "Delete old mail.",
        "body": "Delete.",
        "html": "<p>Delete.</p>",
    }
    article = Article.objects.get(key=key)
    ArticleText.objects.filter(article=article, language="en").delete()
    return ArticleText.objects.create(
        article=article, language="en", **{**text, "status": Status.PUBLISHED, **values}
    )


def sitemap(client: Client, **headers: str) -> dict[str, tuple[str, dict[str, str]]]:
    """Address to (last change, language to address)."""
    answer = client.get("/sitemap.xml", headers=headers)
    assert answer["Content-Type"].startswith("application/xml")
    assert not answer.cookies
    found = {}
    for url in ElementTree.fromstring(answer.content).findall("s:url", NS):
        others = {link.get("hreflang", ""): link.get("href", "") for link in url.findall("x:link", NS)}
        found[url.findtext("s:loc", "", NS)] = (url.findtext("s:lastmod", "", NS), others)
    return found


def head(client: Client, path: str) -> dict[tuple[str, str], str]:
    """(rel, hreflang) to address, of the links in the head."""
    page = Page(client.get(path).content.decode())
    return {
        (link["rel"], link.get("hreflang", "")): link["href"]
        for link in page.all("link")
        if link["rel"] in ("canonical", "alternate") and "type" not in link
    }


def test_it_names_every_public_page_once_in_each_language(client: Client, knowledge: None) -> None:
    found = sitemap(client)
    public = set(Article.objects.public().values_list("key", flat=True))
    assert {
        address.split("/")[-2] for address in found if "/faq/" in address and "/categories/" not in address
    } == public
    shelves = ["/checklists/", "/checklists/nothing-arrives/", "/faq/categories/login/"]
    for path in ["/", "/search/", "/tickets/new/", "/privacy/", *shelves]:
        assert f"{SITE}{path}" in found
        assert f"{SITE}/en{path}" in found
    for address in found:
        page = client.get(address.removeprefix(SITE))
        assert page.status_code == 200
        assert "noindex" not in page.content.decode()
        assert "?" not in address


def test_an_english_address_only_where_there_is_english(client: Client, knowledge: None) -> None:
    ArticleText.objects.filter(language="en").delete()
    english("mailbox-full")
    english("server-moved", status=Status.DRAFT)
    found = sitemap(client)
    here, there = f"{SITE}/faq/mailbox-full/", f"{SITE}/en/faq/mailbox-full/"
    assert found[here][1] == found[there][1] == {"ja": here, "en": there, "x-default": here}
    alone = f"{SITE}/faq/server-moved/"
    assert found[alone][1] == {"ja": alone, "x-default": alone}
    assert f"{SITE}/en/faq/server-moved/" not in found


def test_the_last_change_is_that_of_the_text(client: Client, knowledge: None) -> None:
    text = ArticleText.objects.get(article__key="mailbox-full", language="ja")
    text.save()
    found = sitemap(client)
    moment = text.updated.replace(microsecond=0)
    for path in ("/faq/mailbox-full/", "/faq/categories/not-receiving/"):
        assert datetime.fromisoformat(found[SITE + path][0]) == moment
    assert datetime.fromisoformat(found[f"{SITE}/faq/server-moved/"][0]) < moment


def test_nothing_hidden_is_in_it(client: Client, knowledge: None) -> None:
    """SECURITY.md row 29."""
    assert Article.objects.filter(audience="staff").exists()
    ArticleText.objects.filter(article__key="server-moved").update(status=Status.DRAFT)
    ArticleText.objects.filter(article__key="gmail-tabs", language="ja").update(status=Status.ARCHIVED)
    english("gmail-tabs")
    Checklist.objects.filter(slug="nothing-arrives").update(audience="staff")
    found = " ".join(sitemap(client))
    staff = Article.objects.filter(audience="staff").values_list("key", flat=True)
    for key in [*staff, "server-moved", "gmail-tabs", "nothing-arrives"]:
        assert f"/{key}/" not in found


def test_it_believes_no_host_header(client: Client, knowledge: None, settings: object) -> None:
    settings.ALLOWED_HOSTS = ["*"]  # type: ignore[attr-defined]  # a fixture of pytest-django
    assert all(address.startswith(f"{SITE}/") for address in sitemap(client, Host="elsewhere.example"))


def test_it_costs_two_statements(client: Client, knowledge: None, django_assert_num_queries: object) -> None:
    with django_assert_num_queries(2):  # type: ignore[operator]  # a fixture of pytest-django
        sitemap(client)


def test_robots_leads_to_it(client: Client) -> None:
    assert f"Sitemap: {SITE}/sitemap.xml" in client.get("/robots.txt").content.decode().splitlines()


def test_an_article_without_english_points_to_the_japanese_one(client: Client, knowledge: None) -> None:
    ArticleText.objects.filter(language="en").delete()
    japanese = f"{SITE}/faq/mailbox-full/"
    expected = {
        ("canonical", ""): japanese,
        ("alternate", "ja"): japanese,
        ("alternate", "x-default"): japanese,
    }
    assert head(client, "/en/faq/mailbox-full/?l=x") == expected
    assert head(client, "/faq/mailbox-full/?l=x") == expected
    english("mailbox-full")
    there = f"{SITE}/en/faq/mailbox-full/"
    expected[("alternate", "en")] = there
    assert head(client, "/faq/mailbox-full/") == expected
    expected[("canonical", "")] = there
    assert head(client, "/en/faq/mailbox-full/?l=x") == expected


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/faq/mailbox-full/",
        "/faq/categories/login/",
        "/checklists/",
        "/checklists/bounced/",
        "/privacy/",
    ],
)
def test_the_address_that_counts_has_no_query(client: Client, knowledge: None, path: str) -> None:
    links = head(client, f"{path}?l=x&q=%E3%81%82")
    assert links["canonical", ""] == SITE + path
    assert links["alternate", "x-default"] == SITE + path
    assert "noindex" not in client.get(path).content.decode()
