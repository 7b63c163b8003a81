"""The drawing of a version: links, who acts, what is broken, numbers; never by colour alone."""

import re
from typing import Any
from xml.etree import ElementTree

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from faq.models import Answer, Cause, Checklist, Outcome, Question, Version
from faq.services.drawing import THICK, THIN, Drawing, Numbers, drawing_of

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def version(knowledge: None) -> Version:
    """The shipped one."""
    return Version.objects.select_related("checklist").get(
        checklist__slug="nothing-arrives", status=Version.Status.PUBLISHED
    )


@pytest.fixture
def draft(knowledge: None) -> Version:
    """a leads to b and back; b has a loose answer; c and one outcome are lost; no わからない in a."""
    checklist = Checklist.objects.create(slug="x", symptom="other", title_ja="試作", title_en="Trial")
    version = Version.objects.create(checklist=checklist, number=1, first="a")
    made = {
        key: Question.objects.create(version=version, key=key, text_ja=f"質問{key}", text_en="", position=n)
        for n, key in enumerate("abc")
    }
    cause = Cause.objects.get(slug="mailbox-full")
    ends = {
        key: Outcome.objects.create(version=version, key=key, cause=cause, title_ja=f"結果{key}")
        for key in ("end", "lost")
    }
    rows: list[tuple[str, str, dict[str, Any]]] = [
        ("a", "on", {"next": made["b"]}),
        ("b", "back", {"next": made["a"]}),
        ("b", "loose", {}),
        ("b", "unknown", {"outcome": ends["end"], "unknown": True}),
        ("c", "unknown", {"outcome": ends["end"], "unknown": True}),
    ]
    for question, key, more in rows:
        Answer.objects.create(question=made[question], key=key, text_ja=f"答え{key}", **more)
    return version


def address(kind: str, key: str) -> str:
    return f"/there/{kind}/{key}/"


def markup(drawing: Drawing) -> str:
    return render_to_string("admin/faq/_drawing.html", {"drawing": drawing})


def svg(drawing: Drawing) -> ElementTree.Element:
    """The picture alone, which has to be well-formed."""
    found = re.search(r"<svg width.*?</svg>(?=</div>)", markup(drawing), re.DOTALL)
    assert found
    return ElementTree.fromstring(found[0].replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1))


def box(drawing: Drawing, kind: str, key: str) -> Any:
    return next(box for box in drawing.boxes if (box.kind, box.key) == (kind, key))


def marks(drawing: Drawing, kind: str, key: str) -> str:
    return "".join(mark.text for mark in box(drawing, kind, key).marks)


def test_every_node_is_a_link_with_a_name(version: Version) -> None:
    links = svg(drawing_of(version, address=address)).findall(f".//{SVG}a")
    wanted = {address("question", key) for key in version.questions.values_list("key", flat=True)}
    wanted |= {address("outcome", key) for key in version.outcomes.values_list("key", flat=True)}
    assert {link.get("href") for link in links} == wanted
    assert len(links) == len(wanted)
    text = {link.get("href"): link.get("aria-label") or "" for link in links}
    first = version.questions.get(key=version.first)
    assert first.text_ja in text[address("question", first.key)]


def test_without_an_address_nothing_is_a_link_but_all_has_a_name(version: Version) -> None:
    picture = svg(drawing_of(version))
    assert picture.findall(f".//{SVG}a") == []
    groups = picture.findall(f"{SVG}g")
    assert len(groups) > 40
    assert all(group.get("aria-label") for group in groups)


def test_who_acts_is_told_by_words_and_shape_and_colour(version: Version) -> None:
    drawing = drawing_of(version)
    outcomes = version.outcomes.select_related("cause")
    looks: dict[str, set[str]] = {}
    for outcome in outcomes:
        drawn = box(drawing, "outcome", outcome.key)
        assert outcome.cause.get_actor_display() in marks(drawing, "outcome", outcome.key)
        assert any(mark.icon for mark in drawn.marks)
        looks.setdefault(drawn.colour, set()).add(re.sub(r"[-\d ]+", "", drawn.outline))
    assert set(looks) == {"ours", "other"}
    assert looks["ours"].isdisjoint(looks["other"])
    legend = [row.colour for row in drawing.legend]
    assert legend == ["question", "ours", "other"]
    assert not drawing.broken


def test_what_is_broken_is_red_and_says_so(draft: Version) -> None:
    drawing = drawing_of(draft, address=address)
    broken = {(b.kind, b.key) for b in drawing.boxes if b.broken}
    assert broken == {
        ("question", "a"), ("question", "b"), ("question", "c"), ("outcome", "lost"), ("nowhere", "b/loose")
    }  # fmt: skip
    assert "わからない" in marks(drawing, "question", "a")
    assert "回" in marks(drawing, "question", "b")
    lost = marks(drawing, "outcome", "lost")
    assert lost.endswith(marks(drawing, "question", "c"))
    lines = {way.words: way.broken for b in drawing.boxes for way in b.ways}
    assert sum(lines.values()) == 3
    assert any("答えloose" in words and broken for words, broken in lines.items())
    assert drawing.legend[-1].colour == "bad"
    html = markup(drawing)
    assert html.count('class="way bad"') == 3
    assert "style=" not in html
    # The end of nothing leads nowhere itself.
    assert box(drawing, "nowhere", "b/loose").href == ""


def test_an_empty_draft_says_that_it_is_empty(knowledge: None) -> None:
    checklist = Checklist.objects.create(slug="x", symptom="other", title_ja="試作", title_en="Trial")
    html = markup(drawing_of(Version.objects.create(checklist=checklist, number=1, first="")))
    assert "<svg" not in html
    assert "<p" in html


def test_numbers_stand_on_the_lines_and_make_them_wide(version: Version) -> None:
    numbers = Numbers(
        asked={"outage": 30},
        answered={("outage", "yes"): 10, ("outage", "no"): 15, ("outage", "unknown"): 5},
        outcomes={"outage": 10},
        abandoned={"webmail": 4},
    )
    drawing = drawing_of(version, numbers=numbers)
    ways = box(drawing, "question", "outage").ways
    assert sorted(way.number for way in ways) == [10, 20]
    wide = {way.number: way.width for way in ways}
    assert THIN < wide[10] < wide[20] == THICK
    assert {way.width for b in drawing.boxes for way in b.ways if not way.number} == {THIN}
    assert "30" in marks(drawing, "question", "outage")
    assert "4" in marks(drawing, "question", "webmail")
    assert "10" in marks(drawing, "outcome", "outage")
    html = markup(drawing)
    assert f'stroke-width="{wide[10]}"' in html
    assert ">20</text>" in html


def test_words_are_of_the_language(version: Version) -> None:
    with translation.override("en"):
        html = markup(drawing_of(version))
    assert "The client" in html
    assert not re.search(r"[ぁ-ん]", html)


def test_statements(version: Version, draft: Version, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(3):
        drawing_of(version)
    with django_assert_num_queries(0):
        drawing_of(version)
    with django_assert_num_queries(3):
        drawing_of(draft)
