"""Template tags of answers: the box to ask in, and the rows of a list."""

from collections.abc import Iterable
from typing import Final

from django import template
from django.template.loader import render_to_string
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext

from faq.models.kept import Kept
from faq.services.rows import Row
from mailsupport.lib import icons
from mailsupport.templatetags.mailsupport import actor_line

register = template.Library()


@register.inclusion_tag("components/search_box.html")
def search_box(
    q: str = "", *, h1: bool = False, quiet: bool = False, live: str = "", rows: int = 1, trail: str = ""
) -> dict[str, object]:
    """`{% search_box %}`: where people type their trouble; `q` are the words so far.

    `h1`: the label is the page's heading. `quiet`: it is for screen readers only, and there is no hint.
    `live`: "#id" of what answers replace while they type. `trail`: the signed searches so far.
    """
    return {"q": q, "h1": h1, "quiet": quiet, "live": live, "rows": rows, "trail": trail}


# Drawn by hand: as a template the rows took a quarter of the time of a search.


@register.simple_tag
def hit_rows(hits: Iterable[Row]) -> SafeString:
    """`{% hit_rows hits %}`: list items of articles; one in another language than the page says so."""
    here = get_language()
    return mark_safe("".join(_hit_row(hit, here) for hit in hits))


def _hit_row(hit: Row, here: str | None) -> str:
    language, only = "", ""
    if hit.language != here:
        language = f' lang="{conditional_escape(hit.language)}"'
        only = f'<span class="m">{conditional_escape(gettext("In Japanese only"))}</span>'
    snippet = f'<span class="m">{conditional_escape(hit.snippet_html)}</span>' if hit.snippet_html else ""
    return (
        f'<li><a href="{conditional_escape(hit.url)}"><span><span{language}>'
        f'<span class="t">{conditional_escape(hit.title_html)}</span>{snippet}</span>{only}'
        f"{_who(hit.actor, hit.minutes, here)}</span>{icons.svg('chev')}</a></li>\n"
    )


_lines: Final = Kept[str]()


def _who(key: str, minutes: int | None, here: str | None) -> str:
    if not key:
        return ""
    line = "components/actor_line.html"
    return _lines.get(lambda: render_to_string(line, actor_line(key, minutes)), here, key, minutes)
