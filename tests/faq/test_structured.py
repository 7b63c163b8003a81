"""What pages tell search engines and messengers beside their words."""

import json
import re
from typing import Any

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client

from faq.models import ArticleText, Desk
from faq.services.structured import words
from tests.faq.test_pages import walked
from tests.faq.test_sitemap import english, head
from tests.mailsupport.html import Page

pytestmark = pytest.mark.django_db
SITE = settings.SITE_URL
FITTING = "昨日から届かない"
NASTY = "</script><script>alert(1)</script><!-- & \u2028 \"'"


def data(client: Client, path: str) -> dict[str, dict[str, Any]]:
    """Every block of the page by its type, read as a browser reads it: to the first end of the element."""
    source = client.get(path).content.decode()
    blocks = re.findall(r'<script type="application/ld\+json">(.*?)</script>', source, re.DOTALL)
    assert source.count("application/ld+json") == len(blocks)
    return {block["@type"]: block for block in map(json.loads, blocks)}


def meta(client: Client, path: str) -> dict[str, str]:
    found = Page(client.get(path).content.decode()).all("meta")
    return {tag.get("property") or tag["name"]: tag["content"] for tag in found if "content" in tag}


def test_an_article_is_a_question_with_its_answer(client: Client, knowledge: None) -> None:
    text = ArticleText.objects.get(article__key="mailbox-full", language="ja")
    page = data(client, "/faq/mailbox-full/?l=x")["FAQPage"]
    [asked] = page["mainEntity"]
    assert asked["name"] == text.title
    answer = asked["acceptedAnswer"]["text"]
    assert answer.startswith(text.summary)
    assert "使っている量を見る" in answer
    assert not re.search(r"<|&[a-z]+;|  ", answer)
    assert (page["url"], page["inLanguage"]) == (f"{SITE}/faq/mailbox-full/", "ja")
    assert page["dateModified"] == text.updated.isoformat(timespec="seconds")
    assert page["datePublished"] == text.created.isoformat(timespec="seconds")
    assert text.checked
    assert page["lastReviewed"] == text.checked.isoformat()


def test_a_page_without_english_of_its_own_names_the_japanese_one(client: Client, knowledge: None) -> None:
    ArticleText.objects.filter(language="en").delete()
    page = data(client, "/en/faq/mailbox-full/")["FAQPage"]
    assert (page["url"], page["inLanguage"]) == (f"{SITE}/faq/mailbox-full/", "ja")
    english("mailbox-full", checked=None)
    page = data(client, "/en/faq/mailbox-full/")["FAQPage"]
    assert (page["url"], page["inLanguage"]) == (f"{SITE}/en/faq/mailbox-full/", "en")
    assert "lastReviewed" not in page


def test_no_words_end_the_element(client: Client, knowledge: None) -> None:
    ArticleText.objects.filter(article__key="mailbox-full").update(
        title=NASTY, summary=NASTY, html="<p>a &lt;/script&gt;\u2029</p>"
    )
    source = client.get("/faq/mailbox-full/").content.decode()
    found = data(client, "/faq/mailbox-full/")
    assert found["FAQPage"]["mainEntity"][0]["name"] == NASTY
    assert found["BreadcrumbList"]["itemListElement"][-1]["name"] == NASTY
    assert "</script>" in found["FAQPage"]["mainEntity"][0]["acceptedAnswer"]["text"].split("\n", 1)[1]
    assert "<script>alert" not in source
    for block in re.findall(r'ld\+json">(.*?)</script>', source, re.DOTALL):
        assert not re.search("[<>&\u2028\u2029]", block)


@pytest.mark.parametrize(
    ("path", "steps"),
    [
        ("/faq/mailbox-full/", ["/", "/faq/categories/not-receiving/"]),
        ("/en/faq/categories/login/", ["/en/"]),
        ("/checklists/", ["/"]),
        ("/checklists/bounced/", ["/", "/checklists/"]),
        ("/search/?q=a", ["/"]),
        ("/en/privacy/", ["/en/"]),
    ],
)
def test_the_way_to_the_page_is_the_same_for_eyes_and_engines(
    client: Client, knowledge: None, path: str, steps: list[str]
) -> None:
    source = client.get(path).content.decode()
    [crumbs] = re.findall(r'<nav class="crumb" aria-label="[^"]+">(.*?)</nav>', source, re.DOTALL)
    page = Page(crumbs)
    assert [link["href"] for link in page.all("a")] == steps
    assert page.all("li")[-1]["aria-current"] == "page"
    assert not re.search(r'aria-current="page"[^>]*><a', crumbs)
    found = data(client, path)["BreadcrumbList"]["itemListElement"]
    assert [item["position"] for item in found] == list(range(1, len(steps) + 2))
    assert [item.get("item", "") for item in found] == [*(SITE + step for step in steps), ""]
    assert "".join(item["name"] for item in found) == page.text


def test_messengers_show_the_answer(client: Client, knowledge: None, desk: Desk) -> None:
    text = ArticleText.objects.get(article__key="mailbox-full", language="ja")
    found = meta(client, "/faq/mailbox-full/?l=x")
    assert found["og:title"] == text.title
    assert found["og:description"] == found["description"] == text.summary
    assert (found["og:type"], found["og:locale"]) == ("article", "ja_JP")
    assert found["og:url"] == f"{SITE}/faq/mailbox-full/"
    assert found["og:site_name"].startswith(desk.name)
    assert found["twitter:card"] == "summary_large_image"
    ArticleText.objects.filter(language="en").delete()
    fallen = meta(client, "/en/faq/mailbox-full/")
    assert (fallen["og:locale"], fallen["og:url"]) == ("ja_JP", f"{SITE}/faq/mailbox-full/")
    assert meta(client, "/en/")["og:locale"] == "en_US"


@pytest.mark.parametrize("path", ["/", "/en/"])
def test_the_picture_is_there_small_and_not_part_of_the_page(
    client: Client, knowledge: None, path: str
) -> None:
    address = meta(client, path)["og:image"]
    assert address.startswith(f"{SITE}/static/social-")
    file = finders.find(address.split("/static/")[1])
    assert file
    with open(file, "rb") as picture:
        content = picture.read()
    size = (int.from_bytes(content[16:20], "big"), int.from_bytes(content[20:24], "big"))
    assert size == (1200, 630)
    assert len(content) < 40 * 1024
    assert "social-" not in str(
        [a for _tag, a in Page(client.get(path).content.decode()).tags if "content" not in a]
    )


@pytest.mark.parametrize("prefix", ["", "/en"])
@pytest.mark.parametrize(
    "path", ["/", "/faq/categories/login/", "/checklists/", "/checklists/bounced/", "/privacy/"]
)
def test_every_page_says_what_it_is(client: Client, knowledge: None, prefix: str, path: str) -> None:
    found = meta(client, prefix + path)
    assert found["og:description"] == found["description"]
    assert found["description"]
    assert found["og:title"]
    assert found["og:type"] == "website"
    assert found["og:url"] == SITE + prefix + path


def test_what_nobody_should_find_says_so(client: Client, knowledge: None) -> None:
    walk = walked(client, [])
    client.post("/tickets/new/", {"symptom": "bounced", "words": "届かない"})
    paths = ["/search/?q=xyzzy", f"/en/search/?q={FITTING}+info@shop.example", "/nowhere/", walk]
    paths += [f"/search/?q={FITTING}+03-1234-5678", f"{walk}?question=outage", "/faq/mailbox-full/feedback/"]
    paths += ["/tickets/new/who/", "/tickets/find/"]
    for path in paths:
        page = client.get(path, follow=True)
        assert not page.redirect_chain, path
        source = page.content.decode()
        assert re.search(r'<meta name="robots" content="noindex[^"]*">', source), path
        # Neither an address that counts nor a picture for messengers: the address may hold a token.
        assert 'rel="canonical"' not in source, path
        assert "og:" not in source, path


@pytest.mark.parametrize("prefix", ["", "/en"])
@pytest.mark.parametrize("path", ["/search/", "/tickets/new/"])
def test_search_and_form_are_found_without_their_query(
    client: Client, knowledge: None, prefix: str, path: str
) -> None:
    """Whatever was asked, what counts is the bare page: neither words nor a signed search are in it."""
    plain = meta(client, prefix + path)
    for query in ("", f"?q={FITTING}&l=signed", "?symptom=bounced"):
        found = meta(client, prefix + path + query)
        assert "robots" not in found, query
        assert {name: found[name] for name in found if name.startswith("og:")} == {
            name: plain[name] for name in plain if name.startswith("og:")
        }
        assert found["og:url"] == SITE + prefix + path
        assert found["description"] == plain["description"]
        assert head(client, prefix + path + query)["canonical", ""] == SITE + prefix + path
    assert plain["description"] != meta(client, f"{prefix}/")["description"]


@pytest.mark.parametrize("path", ["/admin/", "/en/admin/tickets/ticket/"])
def test_the_staff_site_asks_not_to_be_found(client: Client, path: str) -> None:
    """robots.txt refuses nothing, so the sign-in page says it."""
    page = client.get(path, follow=True)
    assert page.redirect_chain
    assert '<meta name="robots" content="NONE,NOARCHIVE">' in page.content.decode()


def test_words_of_rendered_text() -> None:
    assert (
        words('<h2 id="a">一</h2><p>二<a href="/?a=1&amp;b=>">三</a> &amp; 四<br>五</p>')
        == "一\n二三 & 四\n五"
    )
