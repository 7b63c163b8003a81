"""The rows of a list of answers."""

from dataclasses import replace

import pytest
from django.utils.safestring import mark_safe
from django.utils.translation import override

from faq.services.rows import Row
from mailsupport.templatetags.answers import hit_rows
from tests.mailsupport.html import Page

ROW = Row(
    article_id=1,
    key="full",
    title="届かない",
    url="/faq/full/?l=a&b",
    title_html=mark_safe("<mark>届かない</mark> &amp; 困る"),
    snippet_html=mark_safe("容量が<mark>いっぱい</mark>"),
    actor="client",
    minutes=15,
    language="ja",
)


def drawn(row: Row, language: str = "ja") -> str:
    with override(language):
        return hit_rows([row])


def test_marks_stay_and_what_nobody_escaped_is_escaped() -> None:
    assert '<span class="t"><mark>届かない</mark> &amp; 困る</span>' in drawn(ROW)
    hostile = '"><script>alert(1)</script>'
    for row in (
        replace(ROW, title_html=hostile),
        replace(ROW, snippet_html=hostile),
        replace(ROW, url=hostile),
        replace(ROW, language=hostile),
    ):
        assert "<script>" not in drawn(row)
        assert "&lt;script&gt;" in drawn(row)


def test_a_row_says_who_must_act_and_how_long_it_takes() -> None:
    assert "15" in drawn(ROW)
    assert 'class="who' in drawn(ROW)
    assert 'class="who' not in drawn(replace(ROW, actor=""))
    assert "15" not in drawn(replace(ROW, minutes=None))


@pytest.mark.parametrize(("page", "marked"), [("ja", False), ("en", True)])
def test_another_language_than_the_page_s_is_marked(page: str, marked: bool) -> None:
    assert ("In Japanese only" in drawn(ROW, page)) is marked
    assert any(span.get("lang") == "ja" for span in Page(drawn(ROW, page)).all("span")) is marked
