"""The feed of new and changed answers."""

from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.test import Client

from faq.models import Article, ArticleText, Desk
from faq.models.article import Status
from tests.faq.test_sitemap import english
from tests.mailsupport.html import Page

pytestmark = pytest.mark.django_db
SITE = settings.SITE_URL
NS = {"a": "http://www.w3.org/2005/Atom"}


def read(client: Client, path: str = "/feed/", **headers: str) -> ElementTree.Element:
    answer = client.get(path, headers=headers)
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("application/xml")
    assert not answer.cookies
    assert b"<?xml-stylesheet" in answer.content.split(b"<feed")[0]
    return ElementTree.fromstring(answer.content)


def keys(feed: ElementTree.Element) -> list[str]:
    return [entry.findtext("a:id", "", NS).split("/")[-2] for entry in feed.findall("a:entry", NS)]


def test_the_text_changed_last_comes_first(client: Client, knowledge: None) -> None:
    text = ArticleText.objects.get(article__key="gmail-tabs", language="ja")
    text.title, text.summary = "A & B <b>", "いち & <i>に</i>"
    text.save()
    feed = read(client)
    assert keys(feed)[0] == "gmail-tabs"
    entry = feed.findall("a:entry", NS)[0]
    assert entry.findtext("a:title", "", NS) == "A & B <b>"
    summary = entry.find("a:summary", NS)
    assert summary is not None
    assert (summary.get("type"), summary.text) == ("html", "いち &amp; &lt;i&gt;に&lt;/i&gt;")
    assert entry.findtext("a:updated", "", NS) == text.updated.isoformat()
    assert feed.findtext("a:updated", "", NS) == text.updated.isoformat()


def test_each_language_has_its_own(client: Client, knowledge: None) -> None:
    ArticleText.objects.filter(language="en").delete()
    assert keys(read(client, "/en/feed/")) == []
    english("mailbox-full")
    feed = read(client, "/en/feed/")
    assert keys(feed) == ["mailbox-full"]
    assert feed.get("{http://www.w3.org/XML/1998/namespace}lang") == "en"
    assert feed.findtext("a:id", "", NS) == f"{SITE}/en/feed/"
    ArticleText.objects.get(article__key="gmail-tabs", language="ja").save()
    assert keys(read(client))[0] == "gmail-tabs"


def test_nothing_hidden_is_in_it(client: Client, knowledge: None) -> None:
    """SECURITY.md row 29."""
    ArticleText.objects.filter(language="en").delete()
    staff = Article.objects.filter(audience="staff").first()
    assert staff
    # All of them newer than anything else.
    for key, status in [
        ("server-moved", Status.DRAFT),
        ("gmail-tabs", Status.ARCHIVED),
        (staff.key, Status.PUBLISHED),
    ]:
        text = ArticleText.objects.get(article__key=key, language="ja")
        text.status = status
        text.save()
        english(key)
    found = keys(read(client)) + keys(read(client, "/en/feed/"))
    assert found
    assert not {"server-moved", "gmail-tabs", staff.key} & set(found)


def test_every_address_is_ours(client: Client, knowledge: None, settings: object) -> None:
    settings.ALLOWED_HOSTS = ["*"]  # type: ignore[attr-defined]  # a fixture of pytest-django
    english("mailbox-full")
    for path in ("/feed/", "/en/feed/"):
        feed = read(client, path, Host="elsewhere.example")
        links = [link.get("href", "") for link in feed.iter(f"{{{NS['a']}}}link")]
        assert f"{SITE}{path}" in links
        assert all(address.startswith(f"{SITE}/") for address in [*links, feed.findtext("a:id", "", NS)])


def test_what_xml_cannot_hold_does_not_break_it(client: Client, knowledge: None, desk: Desk) -> None:
    Desk.objects.update(name_ja="こもれび\x0b")
    ArticleText.objects.filter(article__key="gmail-tabs").update(title="a\x08b\uffffc", summary="\x1b[0m")
    assert "こもれび" in read(client).findtext("a:title", "", NS)


def test_it_is_short_and_costs_two_statements(
    client: Client, knowledge: None, django_assert_num_queries: object
) -> None:
    with django_assert_num_queries(2):  # type: ignore[operator]  # a fixture of pytest-django
        feed = read(client)
    assert 0 < len(keys(feed)) <= 30


@pytest.mark.parametrize("path", ["/", "/en/", "/faq/mailbox-full/"])
def test_pages_lead_to_it(client: Client, knowledge: None, path: str) -> None:
    page = Page(client.get(path).content.decode())
    feed = "/en/feed/" if path == "/en/" else "/feed/"
    [link] = [link for link in page.all("link") if link.get("type") == "application/atom+xml"]
    assert (link["rel"], link["href"]) == ("alternate", feed)
    assert feed in [a["href"] for a in page.all("a")]
