"""What programs read: the sitemap and the feed. Addresses in them are ours, whatever host was asked for."""

import re
from datetime import datetime
from typing import Any
from xml.sax.xmlreader import AttributesImpl

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.http import HttpRequest, HttpResponse
from django.templatetags.static import static
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed, Stylesheet
from django.utils.functional import cached_property
from django.utils.html import escape
from django.utils.translation import get_language, gettext
from django.utils.xmlutils import SimplerXMLGenerator
from django.views.decorators.http import require_safe

from faq.models import ArticleText
from faq.pagecache import shared
from faq.services.sitemap import Page, address, pages
from mailsupport.context import current_desk

_SITEMAP = {
    "xmlns": "http://www.sitemaps.org/schemas/sitemap/0.9",
    "xmlns:xhtml": "http://www.w3.org/1999/xhtml",
}
_ENTRIES = 30
_NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@require_safe
@shared
def feed(request: HttpRequest) -> HttpResponse:
    """The answers newly written or changed, in the language of the address."""
    return Changes()(request)


class _Atom(Atom1Feed):
    """With a style sheet, for somebody who opens it in a browser.

    Browsers show application/atom+xml as bare source, and Django gives style sheets to RSS only.
    """

    content_type = "application/xml; charset=utf-8"

    def write(self, outfile: Any, encoding: str) -> None:
        """As Atom1Feed, with the style sheet."""
        handler = SimplerXMLGenerator(outfile, encoding, short_empty_elements=True)
        handler.startDocument()
        handler.processingInstruction("xml-stylesheet", str(Stylesheet(static("css/feed.css"))))
        handler.startElement("feed", AttributesImpl(self.root_attributes()))
        self.add_root_elements(handler)
        self.write_items(handler)
        handler.endElement("feed")


class Changes(Feed[ArticleText, None]):
    """Atom. Every address begins with SITE_URL, so that Django adds no host of the request to it."""

    feed_type = _Atom

    @cached_property
    def site(self) -> str:
        """The desk and its site, as in the title of a page. One statement."""
        desk = current_desk()
        return _xml(f"{desk.name if desk else ''} {gettext('Mail support')}")

    def title(self) -> str:
        """What it is, and whose."""
        return gettext("%(site)s: new and changed answers") % {"site": self.site}

    def subtitle(self) -> str:
        """What to do with it, for somebody who opened it in a browser."""
        return gettext("Add the address of this page to a feed reader, and it tells you of new answers.")

    def author_name(self) -> str:
        """Atom asks for one."""
        return self.site

    def link(self) -> str:
        """The home page."""
        return settings.SITE_URL + reverse("faq:home")

    def feed_url(self) -> str:
        """Its own address."""
        return settings.SITE_URL + reverse("faq:feed")

    def feed_guid(self) -> str:
        """One a language."""
        return self.feed_url()

    def items(self) -> list[ArticleText]:
        """The newest first; those of one load in the order of the shelves."""
        texts = ArticleText.objects.public().filter(language=_language()).select_related("article")
        return list(
            texts.defer("body", "html").order_by("-updated", "article__order", "article__key")[:_ENTRIES]
        )

    def item_title(self, item: ArticleText) -> str:
        """Plain text, as Atom takes it. XML has no place for control characters."""
        return _xml(item.title)

    def item_description(self, item: ArticleText) -> str:
        """Read as HTML."""
        return escape(_xml(item.summary))

    def item_link(self, item: ArticleText) -> str:
        """The page; its entry is known by it."""
        return address("faq:article", item.article.key, language=item.language)

    def item_guid(self, item: ArticleText) -> str:
        """Stays when the text is changed."""
        return self.item_link(item)

    def item_updateddate(self, item: ArticleText) -> datetime:
        """Of the last change."""
        return item.updated


def _xml(text: str) -> str:
    """Without the characters that XML has no place for."""
    return _NOT_XML.sub("", text).strip()


def _language() -> str:
    return (get_language() or "ja")[:2]


@require_safe
@shared
def sitemap(request: HttpRequest) -> HttpResponse:
    """sitemap.xml: every public page, its other languages, and when it was changed."""
    response = HttpResponse(content_type="application/xml; charset=utf-8")
    xml = SimplerXMLGenerator(response, "utf-8")
    xml.startDocument()
    xml.startElement("urlset", AttributesImpl(_SITEMAP))
    for versions in pages():
        for page in versions:
            _entry(xml, page, versions)
    xml.endElement("urlset")
    return response


def _entry(xml: SimplerXMLGenerator, page: Page, versions: tuple[Page, ...]) -> None:
    xml.startElement("url", AttributesImpl({}))
    xml.addQuickElement("loc", page.url)
    if page.changed:
        xml.addQuickElement("lastmod", page.changed.isoformat(timespec="seconds"))
    # Japanese is what a reader of any other language is sent to.
    for code, other in [*((other.language, other) for other in versions), ("x-default", versions[0])]:
        xml.addQuickElement("xhtml:link", "", {"rel": "alternate", "hreflang": code, "href": other.url})
    xml.endElement("url")
