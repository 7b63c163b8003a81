"""Article text: Markdown to the HTML of our components. Plain Python, no Django.

Authors write Markdown and nothing else: HTML is off, every link passes one gate, and what leaves this
module went through nh3. Structure is ours: numbered steps, branch lists, tips, the route of a mail.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from html import escape
from typing import Final

import nh3
from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from mailsupport.lib import icons

Resolver = Callable[[str, str], str | None]
"""Kind ("faq", "checklist", "category", "ticket", "home") and name to an address; None if there is none."""

MOST_STEPS: Final = 7
_KINDS: Final = ("faq", "checklist", "category", "ticket", "home")
_BRANCHES: Final = {"✓": "", "↳": ' class="no"'}
_STATION: Final = re.compile(r"([!-]?)(\w+):([^|]*)\|([^|]*)")
_STATE: Final = {"": "", "!": ' class="stuck"', "-": ' class="off"'}
_ICON: Final = re.compile(r'<i class="icon-(\w+)"></i>')
_TAGS: Final = frozenset(
    {"a", "b", "br", "code", "div", "em", "h2", "h3", "hr", "i", "li", "ol", "p", "pre", "span"}
    | {"table", "tbody", "td", "th", "thead", "tr", "ul"}
)
_CLASSED: Final = ("ol", "ul", "li", "div", "i")


class MarkupError(ValueError):
    """The text cannot be published as it stands; the message says what to change."""


def render(markdown: str, resolve: Resolver) -> str:
    """Safe HTML of an article's body or of an outcome's steps.

    Raises MarkupError for a link that leads nowhere or where it may not, an image, a heading of another
    level, a broken route, a list that mixes branches and items, more than seven steps.
    """
    html = _Writer(resolve).blocks(SyntaxTreeNode(_parser().parse(markdown)).children)
    # Only our own writer makes these empty elements, from names it has checked.
    return _ICON.sub(lambda found: icons.svg(found[1]), _clean(html))


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    # Every address reaches the gate in `_Writer.link`; markdown-it alone would print a refused one as text.
    parser.validateLink = lambda url: True  # type: ignore[method-assign]  # documented way to replace it
    return parser


def _clean(html: str) -> str:
    return nh3.clean(
        html,
        tags=set(_TAGS),
        attributes={
            "a": {"href", "rel"},
            "h2": {"id"},
            **{t: {"class"} for t in ("ol", "ul", "li", "div", "i")},
        },
        url_schemes={"https"},
        link_rel=None,
    )


class _Writer:
    """One text on its way to HTML; counts headings and steps."""

    def __init__(self, resolve: Resolver) -> None:
        self._resolve = resolve
        self._headings = 0

    def blocks(self, nodes: Sequence[SyntaxTreeNode]) -> str:
        return "\n".join(self._block(node) for node in nodes)

    def _block(self, node: SyntaxTreeNode) -> str:
        plain = {"paragraph": "p", "table": "table", "thead": "thead", "tbody": "tbody", "tr": "tr"}
        writers: dict[str, Callable[[SyntaxTreeNode], str]] = {
            "heading": self._heading,
            "ordered_list": self._ordered,
            "bullet_list": self._bullets,
            "fence": self._fence,
            "inline": lambda node: self._inlines(node.children),
            "blockquote": lambda node: f'<div class="tip">{self.blocks(node.children)}</div>',
            "code_block": lambda node: f"<pre><code>{escape(node.content)}</code></pre>",
            "hr": lambda _: "<hr>",
            "th": lambda node: f"<th>{self.blocks(node.children)}</th>",
            "td": lambda node: f"<td>{self.blocks(node.children)}</td>",
        }
        if node.type in plain:
            tag = plain[node.type]
            return f"<{tag}>{self.blocks(node.children)}</{tag}>"
        if node.type not in writers:
            raise MarkupError(f"{node.type} cannot be used in a text")
        return writers[node.type](node)

    def _heading(self, node: SyntaxTreeNode) -> str:
        if node.tag not in ("h2", "h3"):
            raise MarkupError(f"headings start with ## (or ###): {_words(node)}")
        if node.tag == "h3":
            return f"<h3>{self.blocks(node.children)}</h3>"
        self._headings += 1
        return f'<h2 id="part-{self._headings}">{self.blocks(node.children)}</h2>'

    def _ordered(self, node: SyntaxTreeNode) -> str:
        named = [_has_heading(item) for item in node.children]
        if not any(named):
            return f"<ol>{''.join(self._item(item) for item in node.children)}</ol>"
        if not all(named):
            lost = node.children[named.index(False)]
            raise MarkupError(f"every step begins with a line in bold: {_words(lost)[:40]}")
        if len(named) > MOST_STEPS:
            raise MarkupError(f"{len(named)} steps are too many; at most {MOST_STEPS}")
        return f'<ol class="steps">{"".join(self._step(item) for item in node.children)}</ol>'

    def _step(self, item: SyntaxTreeNode) -> str:
        heading = next(node for node in item.children[0].children[0].children if node.type == "strong")
        rest = self.blocks(item.children[1:])
        return f"<li><h3>{self._inlines(heading.children)}</h3>{rest}</li>\n"

    def _bullets(self, node: SyntaxTreeNode) -> str:
        marks = [_branch(item) for item in node.children]
        if not any(marks):
            return f"<ul>{''.join(self._item(item) for item in node.children)}</ul>"
        if not all(marks):
            lost = node.children[marks.index("")]
            raise MarkupError(f"in a branch list every item begins with ✓ or ↳: {_words(lost)[:40]}")
        ways = zip(marks, node.children, strict=True)
        return f'<ul class="if">{"".join(self._way(mark, item) for mark, item in ways)}</ul>'

    def _way(self, mark: str, item: SyntaxTreeNode) -> str:
        """The mark is drawn by the style sheet; the words stand in one block beside it."""
        body = self._loose(item).replace(mark, "", 1).lstrip()
        return f"<li{_BRANCHES[mark]}><div>{body}</div></li>"

    def _item(self, item: SyntaxTreeNode) -> str:
        return f"<li>{self._loose(item)}</li>"

    def _loose(self, item: SyntaxTreeNode) -> str:
        """An item's content; the only paragraph of an item needs no element of its own."""
        if len(item.children) == 1 and item.children[0].type == "paragraph":
            return self.blocks(item.children[0].children)
        return self.blocks(item.children)

    def _fence(self, node: SyntaxTreeNode) -> str:
        if node.info.strip() != "route":
            return f"<pre><code>{escape(node.content)}</code></pre>"
        lines = [line.strip() for line in node.content.splitlines() if line.strip()]
        if len(lines) != 3:
            raise MarkupError(f"a route has three stations, not {len(lines)}")
        return f'<ol class="route">{"".join(_station(line) for line in lines)}</ol>'

    def _inlines(self, nodes: Sequence[SyntaxTreeNode]) -> str:
        return "".join(self._inline(node) for node in nodes)

    def _inline(self, node: SyntaxTreeNode) -> str:
        if node.type == "link":
            return self._link(node)
        if node.type in ("strong", "em"):
            tag = "b" if node.type == "strong" else "em"
            return f"<{tag}>{self._inlines(node.children)}</{tag}>"
        if node.type == "code_inline":
            return f"<code>{escape(node.content)}</code>"
        if node.type in ("softbreak", "hardbreak"):
            return "<br>" if node.type == "hardbreak" else "\n"
        if node.type not in ("text", "text_special"):
            raise MarkupError(f"{node.type} cannot be used in a text")
        return escape(node.content)

    def _link(self, node: SyntaxTreeNode) -> str:
        href = str(node.attrs.get("href", ""))
        words = self._inlines(node.children)
        if re.fullmatch(r"https://[^\s/@.]+\.[^\s@]*", href):
            return f'<a href="{escape(href)}" rel="noopener">{words}</a>'
        kind, colon, name = href.partition(":")
        if not colon or kind not in _KINDS:
            raise MarkupError(f"a link may not lead to {href[:80]!r}")
        address = self._resolve(kind, name)
        if address is None:
            raise MarkupError(f"the link {href[:80]} leads nowhere")
        return f'<a href="{escape(address)}">{words}</a>'


def _station(line: str) -> str:
    found = _STATION.fullmatch(line)
    state, icon, name, words = (part.strip() for part in found.groups()) if found else [""] * 4
    if not (name and words) or icon not in icons.PATHS:
        raise MarkupError(f"a station reads 'icon: name | line', with one of our icons: {line[:60]}")
    picture = f'<i class="icon-{icon}"></i>'
    return f"<li{_STATE[state]}>{picture}<b>{escape(name)}</b><span>{escape(words)}</span></li>"


def _words(node: SyntaxTreeNode) -> str:
    return "".join(child.content for child in node.walk() if child.type in ("text", "code_inline"))


def _has_heading(item: SyntaxTreeNode) -> bool:
    """The item's first paragraph is one run of bold words and nothing else."""
    if not item.children or item.children[0].type != "paragraph":
        return False
    inline = item.children[0].children[0].children
    return [node.type for node in inline if node.type != "text" or node.content.strip()] == ["strong"]


def _branch(item: SyntaxTreeNode) -> str:
    words = _words(item).lstrip()
    return words[0] if words and words[0] in _BRANCHES else ""
