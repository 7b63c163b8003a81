"""What programs read: the sitemap and the feed. Addresses in it are ours, whatever host was asked for."""

from django.http import HttpRequest, HttpResponse
from django.utils.xmlutils import SimplerXMLGenerator
from django.views.decorators.http import require_safe

from faq.services.sitemap import Page, pages

_SITEMAP = {
    "xmlns": "http://www.sitemaps.org/schemas/sitemap/0.9",
    "xmlns:xhtml": "http://www.w3.org/1999/xhtml",
}


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """sitemap.xml: every public page, its other languages, and when it was changed."""
    response = HttpResponse(content_type="application/xml; charset=utf-8")
    xml = SimplerXMLGenerator(response, "utf-8")
    xml.startDocument()
    xml.startElement("urlset", _SITEMAP)
    for versions in pages():
        for page in versions:
            _entry(xml, page, versions)
    xml.endElement("urlset")
    return response


def _entry(xml: SimplerXMLGenerator, page: Page, versions: tuple[Page, ...]) -> None:
    xml.startElement("url", {})
    xml.addQuickElement("loc", page.url)
    if page.changed:
        xml.addQuickElement("lastmod", page.changed.isoformat(timespec="seconds"))
    # Japanese is what a reader of any other language is sent to.
    for code, other in [*((other.language, other) for other in versions), ("x-default", versions[0])]:
        xml.addQuickElement("xhtml:link", "", {"rel": "alternate", "hreflang": code, "href": other.url})
    xml.endElement("url")
