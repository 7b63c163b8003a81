"""Template tags of the house: icons, who must act, dates, sizes, plain text, form controls."""

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime
from functools import cache, lru_cache
from typing import Any, Final, NamedTuple

from django import template
from django.conf import settings
from django.forms import BaseForm, BoundField
from django.template import Context
from django.template.loader_tags import BlockNode
from django.templatetags.static import static
from django.urls import reverse, translate_url
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.http import escape_leading_slashes
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from faq.models.kept import Kept
from faq.rules.names import Actor
from mailsupport.lib import dates, icons

register = template.Library()


class Face(NamedTuple):
    """How an actor appears: icon, name on the badge, short line under a search hit."""

    icon: str
    name: StrPromise
    line: StrPromise


FACES: Final[dict[Actor, Face]] = {
    Actor.CLIENT: Face("you", _("You"), _("You can put it right")),
    Actor.AGENCY: Face("desk", _("We put it right"), _("We put it right")),
    Actor.CORRESPONDENT: Face("someone", _("The other side"), _("The other side must act")),
    Actor.HOST: Face("server", _("The server company"), _("The server company must act")),
    Actor.REGISTRAR: Face("globe", _("The domain company"), _("The domain company must act")),
    Actor.SENDING_SERVICE: Face(
        "plane", _("The cart or mailing service"), _("The cart or mailing service must act")
    ),
    Actor.NOBODY: Face("check", _("Nobody needs to do anything"), _("Nobody needs to do anything")),
}


@register.simple_tag
def icon(name: str) -> SafeString:
    """`{% icon "mail" %}`: an inline SVG hidden from screen readers; put words beside it."""
    return mark_safe(icons.svg(name))


@register.inclusion_tag("components/actor.html")
def actor(key: str, note: str = "") -> dict[str, object]:
    """`{% actor cause.actor note=text.note %}`: the badge that says who must act."""
    return {"face": FACES[Actor(key)], "other": Actor(key).is_other, "note": note}


@register.simple_tag
def actor_name(key: str) -> str:
    """The actor's name as plain words."""
    return str(FACES[Actor(key)].name)


@register.inclusion_tag("components/actor_line.html")
def actor_line(key: str, minutes: int | None = None) -> dict[str, object]:
    """`{% actor_line hit.actor minutes=15 %}`: the same in one line, for rows of a list."""
    return {"face": FACES[Actor(key)], "other": Actor(key).is_other, "minutes": minutes}


@register.simple_tag
def when(moment: datetime | None) -> SafeString:
    """`{% when dt %}`: a `<time>` with 11月24日(火) 10:15; nothing for None."""
    return _time(moment, dates.when(moment)) if moment else SafeString("")


@register.simple_tag
def when_short(moment: datetime | None) -> SafeString:
    """`{% when_short dt %}`: 今日 15:00 for the days next to now, else like `when`."""
    return _time(moment, dates.when_short(moment)) if moment else SafeString("")


@register.filter(name="when")
def when_text(moment: datetime | None) -> str:
    """`{{ dt|when }}`: the same words without markup, for mails, titles and attributes."""
    return dates.when(moment) if moment else ""


@register.filter(name="when_short")
def when_short_text(moment: datetime | None) -> str:
    """`{{ dt|when_short }}`: today 15:00 without markup."""
    return dates.when_short(moment) if moment else ""


@register.filter
def day(value: date | None) -> str:
    """`{{ article.checked|day }}`: 11月24日(火)."""
    return dates.day(value) if value else ""


def _time(moment: datetime, words: str) -> SafeString:
    return format_html('<time datetime="{}">{}</time>', moment.isoformat(timespec="minutes"), words)


@register.filter
def phone_href(number: object) -> str:
    """`tel:` address of a number as people write it: 03-0000-0000, ０３（００００）００００, +81 3 ..."""
    folded = "".join(str(int(c)) if c.isdigit() else c for c in str(number or ""))
    digits = re.sub(r"[^0-9+]", "", folded.replace("＋", "+"))
    return f"tel:{digits}" if digits else ""


@register.filter
def file_size(size: int | None) -> str:
    """Bytes as people read them: 820 KB, 3.4 MB."""
    number = size or 0
    if number < 1024 * 1024:
        return f"{max(1, round(number / 1024))} KB" if number else "0 KB"
    return f"{number / 1024 / 1024:.1f} MB"


@register.filter
def menu_paths(text: object) -> list[tuple[str, list[str]]]:
    """Ways through menus, "Label: a > b > c" a line, as (label or "", the steps in order)."""
    lines = [line.strip() for line in str(text or "").splitlines() if line.strip()]
    return [_menu_path(line) for line in lines]


def _menu_path(line: str) -> tuple[str, list[str]]:
    first, *others = [step.strip() for step in line.split(" > ")]
    label, colon, step = first.replace("：", ": ", 1).partition(": ")
    return (label.strip(), [step.strip(), *others]) if colon else ("", [first, *others])


@register.filter
def paragraphs(text: object) -> SafeString:
    """Plain text of a person as escaped paragraphs; only addresses of our own site become links."""
    blocks = re.split(r"\n\s*\n", str(text or "").replace("\r\n", "\n").strip())
    return format_html_join("\n", "<p>{}</p>", ((_lines(block),) for block in blocks if block.strip()))


def _lines(block: str) -> SafeString:
    return mark_safe("<br>".join(_linked(line) for line in block.split("\n")))


def _linked(line: str) -> str:
    own = re.compile(rf"{re.escape(settings.SITE_URL.rstrip('/'))}(?:/[\w\-./?=&%#~]*)?(?![\w.:@\-])")
    parts: list[str] = []
    end = 0
    for match in own.finditer(line):
        address = match[0].rstrip(".")
        parts += [conditional_escape(line[end : match.start()])]
        parts += [format_html('<a href="{0}">{0}</a>', address)]
        end = match.start() + len(address)
    return "".join([*parts, conditional_escape(line[end:])])


@register.simple_tag
def split_number(number: object) -> list[str]:
    """`{% split_number ticket.number as parts %}`: 4820193756 in groups of four, to be read aloud."""
    text = re.sub(r"\s", "", str(number))
    return [text[i : i + 4] for i in range(0, len(text), 4)]


class Version(NamedTuple):
    """One language version of the page that is open.

    `written`: the page has a text of its own in this language. `canonical`: the one that search engines show
    for the page that is open, which is the Japanese one where the page falls back to it. `picture`: what a
    messenger shows beside a link to it.
    """

    code: str
    name: str
    path: str
    url: str
    current: bool
    written: bool
    canonical: bool
    picture: str


@register.simple_tag(takes_context=True)
def versions(context: Context) -> list[Version]:
    """`{% versions as pages %}`: this page in every language; empty where no request is known.

    A view whose text is not there in every language says so: `written_in` (codes).
    """
    request = context.get("request")
    if request is None:
        return []
    written = context.get("written_in") or [code for code, _name in settings.LANGUAGES]
    # Quoted as it came: a path that begins with a backslash is a link to another host, too.
    address = request.get_full_path()
    return list(_versions(address, address.partition("?")[0], written))


def _versions(full_path: str, path: str, written: Collection[str]) -> Iterator[Version]:
    names = {"ja": "日本語", "en": "English"}
    # A path that begins with two slashes would be a link to another host (SECURITY.md row 35).
    full_path, path = escape_leading_slashes(full_path), escape_leading_slashes(path)
    here = get_language()
    shown = here if here in written else settings.LANGUAGE_CODE
    for code, _name in settings.LANGUAGES:
        address = _address_in(path, code, here)
        url = settings.SITE_URL.rstrip("/") + address
        other = address + full_path.removeprefix(path) if full_path.startswith(path) else address
        picture = settings.SITE_URL + _picture(code)
        yield Version(code, names[code], other, url, code == here, code in written, code == shown, picture)


@lru_cache(maxsize=1024)
def _address_in(path: str, code: str, _here: str | None) -> str:
    """The page of that path in another language. `_here` is the active one, by which the path is read."""
    return translate_url(path, code)


@cache
def _picture(code: str) -> str:
    return static(f"social-{code}.png")


# Drawn by hand: these two stand on every page and differ with every address, and as templates they took a
# fifth of the time of a page whose other parts are kept.


@register.simple_tag
def alternates(pages: Iterable[Version]) -> SafeString:
    """`{% alternates pages %}`: what search engines and messengers read of `versions`."""
    # Without the path, which has the query: strangers would fill the memory with it.
    return mark_safe("".join(_alternate(page._replace(path="")) for page in pages))


@lru_cache(maxsize=1024)
def _alternate(page: Version) -> str:
    parts = ['<link rel="canonical" href="{url}">'] if page.canonical else []
    parts += ['<link rel="alternate" hreflang="{code}" href="{url}">'] if page.written else []
    parts += ['<link rel="alternate" hreflang="x-default" href="{url}">'] if page.code == "ja" else []
    if page.canonical:
        parts += ['<meta property="og:url" content="{url}">']
        parts += [f'<meta property="og:locale" content="{"ja_JP" if page.code == "ja" else "en_US"}">']
        parts += ['<meta property="og:image" content="{picture}">']
    return format_html("".join(f"{part}\n" for part in parts), **page._asdict())


@register.simple_tag
def other_languages(pages: Iterable[Version]) -> SafeString:
    """`{% other_languages pages %}`: list items that link to this page in the other languages."""
    link = '<li><a href="{}" lang="{}" hreflang="{}" rel="alternate">{}</a></li>'
    others = ((page.path, page.code, page.code, page.name) for page in pages if not page.current)
    return format_html_join("", link, others)


class FixedNode(template.Node):
    """See `fixed`."""

    # Django looks through all nodes of the base for blocks, every time a page is drawn. In here are none.
    child_nodelists = ()

    def __init__(self, nodelist: template.NodeList, name: Any, given: list[Any]) -> None:
        self.nodelist, self.name, self.given = nodelist, name, given

    def render(self, context: Context) -> SafeString:
        """What was rendered before, where it still holds."""
        name = self.name.resolve(context)
        if not name:
            return self.nodelist.render(context)
        given = tuple(value.resolve(context) for value in self.given)
        return _fixed.get(lambda: self.nodelist.render(context), name, get_language(), *given)


_MOST_FIXED: Final = 4_000_000
"""Characters, of up to two bytes where they are Japanese: about 300 articles."""
_fixed: Final = Kept[SafeString](most=_MOST_FIXED, size=len)


@register.tag
def fixed(parser: template.base.Parser, token: template.base.Token) -> FixedNode:
    """`{% fixed "top" desk %}…{% endfixed %}`: rendered once a process, language and given values, and anew
    when anything of the knowledge changes. The name is unique; nothing in between may depend on more, least
    of all on who asks. With an empty name it is rendered each time.
    """
    _tag, name, *given = token.split_contents()
    nodelist = parser.parse(("endfixed",))
    parser.delete_first_token()
    if nodelist.get_nodes_by_type(BlockNode):
        raise template.TemplateSyntaxError("A block within fixed would be kept for every page that fills it.")
    return FixedNode(nodelist, parser.compile_filter(name), [parser.compile_filter(one) for one in given])


@register.inclusion_tag("components/crumbs.html")
def crumbs(here: str, *steps: str, language: str = "") -> dict[str, object]:
    """`{% crumbs text.title shelf.name url %}`: the way from the home page to this one, for eyes and engines.

    `steps` are names and addresses in turn; `here` is the open page, in `language` where it is another one.
    """
    ways = [(gettext("Home"), reverse("faq:home")), *zip(steps[::2], steps[1::2], strict=True)]
    found: list[dict[str, object]] = [
        {"@type": "ListItem", "position": place, "name": str(name), "item": settings.SITE_URL + url}
        for place, (name, url) in enumerate(ways, 1)
    ]
    found.append({"@type": "ListItem", "position": len(ways) + 1, "name": str(here)})
    data = {"@context": "https://schema.org", "@type": "BreadcrumbList", "itemListElement": found}
    return {"steps": ways, "here": here, "language": language, "data": structured(data)}


_IN_SCRIPT: Final = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}


@register.simple_tag
def structured(data: Mapping[str, object]) -> SafeString:
    """`{% structured page %}`: schema.org data in the page. No text in it can end the script element."""
    written = json.dumps(data, ensure_ascii=False, separators=(",", ":")).translate(_IN_SCRIPT)
    return format_html('<script type="application/ld+json">{}</script>', mark_safe(written))


@register.simple_tag
def control(field: BoundField) -> SafeString:
    """The input of a form field with our class; Django adds aria-invalid and aria-describedby."""
    given = field.field.widget.attrs.get("class", "")
    return field.as_widget(attrs={"class": f"in {given}".strip()})


@register.filter
def kind(field: BoundField) -> str:
    """How the template pack draws a field: text, choices, tick, file, group or hidden."""
    if field.is_hidden:
        return "hidden"
    widget: Any = field.field.widget
    kinds = {"radio": "choices", "checkbox": "tick", "file": "file"}
    if getattr(widget, "allow_multiple_selected", False) and widget.input_type == "checkbox":
        return "choices"
    if field.use_fieldset and not hasattr(widget, "input_type"):
        return "group"
    return kinds.get(getattr(widget, "input_type", ""), "text")


@register.filter
def target(field: BoundField) -> str:
    """The id an error link jumps to: the input itself, or the first of several."""
    return field.id_for_label or f"{field.auto_id}_0"


@register.simple_tag
def faults(form: BaseForm) -> str:
    """Heading of the error summary: how many places need another look."""
    count = len(form.errors)
    return ngettext("Please correct %(count)d place", "Please correct %(count)d places", count) % {
        "count": count
    }
