"""An article as schema.org data, so that search engines know what is asked and what answers it."""

from __future__ import annotations

import html
import re
from typing import Final

from faq.models import ArticleText

# Values in quotes may hold ">"; the text is our own rendering, so that nothing is left open.
_TAG: Final = re.compile(r"""<(/?)([a-z0-9]*+)(?:[^<>"']|"[^"]*"|'[^']*')*>""")
_INLINE: Final = frozenset(
    {"a", "b", "strong", "em", "code", "span", "small", "svg", "path", "circle", "rect"}
)


def faq_page(text: ArticleText, *, url: str) -> dict[str, object]:
    """FAQPage: the title asks; the sentence of the card and the whole fix answer. `url` is absolute."""
    answer = {"@type": "Answer", "text": f"{text.summary}\n{words(text.html)}".strip()}
    page: dict[str, object] = {
        "@context": "https://schema.org",
        "@type": "FAQPage",
        "url": url,
        "inLanguage": text.language,
        "datePublished": text.created.isoformat(timespec="seconds"),
        "dateModified": text.updated.isoformat(timespec="seconds"),
        "mainEntity": [{"@type": "Question", "name": text.title, "acceptedAnswer": answer}],
    }
    return page | ({"lastReviewed": text.checked.isoformat()} if text.checked else {})


def words(rendered: str) -> str:
    """Rendered article HTML as plain text, a block a line."""
    text = html.unescape(_TAG.sub(lambda tag: "" if tag[2] in _INLINE else "\n", rendered))
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())
