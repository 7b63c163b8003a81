"""Row 4: a Markdown link to a script, in every disguise (CVE-2021-3994)."""

import pytest

from faq.rules.markup import MarkupError, render


@pytest.mark.parametrize(
    "text",
    [
        "[x](javascript:alert(1))",
        "[x]( javascript:alert(1))",
        "[x](<javascript:alert(1)>)",
        "[x](JaVaScRiPt:alert(1))",
        "[x](java&#115;cript:alert(1))",
        "[x](data:text/html,<script>alert(1)</script>)",
        "[x](vbscript:x)",
        "<javascript:alert(1)>",
        "[x][r]\n\n[r]: javascript:alert(1)",
        "[r]\n\n[r]:  <javascript:alert(1)>",
        "[x](//evil.example)",
        "[x](/admin/)",
        "![x](javascript:alert(1))",
    ],
)
def test_a_link_to_a_script_is_refused(text: str) -> None:
    with pytest.raises(MarkupError):
        render(text, lambda kind, name: f"/{kind}/{name}/")


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "<a href='javascript:x'>y</a>", "<img src=x onerror=y>"]
)
def test_html_is_only_text(text: str) -> None:
    html = render(text, lambda kind, name: None)
    assert html.startswith("<p>&lt;")
