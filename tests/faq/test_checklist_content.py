"""The shipped checklists, text by text: who must act, what fixes it, the same said in both languages."""

import re
from collections.abc import Iterator
from dataclasses import fields
from typing import NamedTuple

import pytest

from faq.rules.content import ArticleFile, ChecklistFile, OutcomeRow
from faq.rules.graph import walks
from faq.rules.names import Actor
from faq.services.checklists import graph_of
from faq.services.content import SHIPPED, read

KNOWN = read(SHIPPED)
ACTORS = {cause.slug: Actor(cause.actor) for cause in KNOWN.causes}
NAMES_OF = {cause.slug: cause.name_ja for cause in KNOWN.causes}
ARTICLES: dict[str, ArticleFile] = {a.key: a for a in KNOWN.articles if a.language == "ja"}
LISTS = {checklist.slug: checklist for checklist in KNOWN.checklists}

WITHOUT_ARTICLE = {
    "to-investigate": "nothing to follow: what it is has yet to be found out",
}
"""Causes that no linked article has to name, and why."""

SECOND = {
    "cannot-log-in/moved": "after a move the article about moves comes first",
    "some-providers/from-service": "services are explained with proof of sender, carts in that of this cause",
    "staff-sheet/ask-host": "staff first look at the tests that led here",
    "staff-sheet/rebuild": "read before an address is deleted",
    "staff-sheet/rebuilt-works": "what was just done, for the ticket",
    "suspicious/domain-check": "the true date of renewal tells whether the mail is a fraud",
}
"""Outcomes where the article that names the cause is not the first one, and why."""

FILL_IN = "◯◯"
SIGNS = "◯■◆✓↳→"
"""Gaps to fill in and the marks of steps: no language."""
JAPANESE = re.compile(r"[\u3001-\u30ff\u3400-\u9fff\uff01-\uffee]")
HALF_KANA = re.compile(r"[\uff61-\uff9f]")
WIDE_LATIN = re.compile(r"[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a]")
LINK = re.compile(r"\]\(([^)]*)\)")
STEP = re.compile(r"^\d+\. ", re.MULTILINE)
WORDS = {5: "five", 6: "six"}


class Text(NamedTuple):
    """One text of the files in one language."""

    place: str
    field: str
    words: str


def texts(language: str) -> Iterator[Text]:
    rows: list[tuple[str, object]] = [(f"causes/{row.slug}", row) for row in KNOWN.causes]
    rows += [(f"categories/{row.slug}", row) for row in KNOWN.categories]
    for slug, checklist in LISTS.items():
        rows.append((slug, checklist))
        for question in checklist.questions:
            rows.append((f"{slug}/{question.key}", question))
            rows += [(f"{slug}/{question.key}={answer.key}", answer) for answer in question.answers]
        rows += [(f"{slug}/{outcome.key}", outcome) for outcome in checklist.outcomes]
    for place, row in rows:
        for field in fields(row):  # type: ignore[arg-type]
            if field.name.endswith(f"_{language}") and (words := str(getattr(row, field.name))).strip():
                yield Text(place, field.name, words)


def outcomes() -> Iterator[tuple[str, OutcomeRow]]:
    for slug, checklist in LISTS.items():
        for outcome in checklist.outcomes:
            yield f"{slug}/{outcome.key}", outcome


OUTCOMES = [pytest.param(row, id=place) for place, row in outcomes()]


@pytest.mark.parametrize("row", OUTCOMES)
def test_whoever_else_must_act_gets_words_to_fill_in(row: OutcomeRow) -> None:
    if ACTORS[row.cause].is_other:
        assert row.letter_ja.strip()
    assert bool(row.letter_ja.strip()) == bool(row.letter_en.strip())
    for letter in (row.letter_ja, row.letter_en):
        assert not letter.strip() or FILL_IN in letter


@pytest.mark.parametrize(("place", "row"), [pytest.param(*pair, id=pair[0]) for pair in outcomes()])
def test_the_first_article_fixes_what_the_outcome_names(place: str, row: OutcomeRow) -> None:
    named = [key for key in row.articles if row.cause in ARTICLES[key].causes]
    if row.cause in WITHOUT_ARTICLE:
        assert row.articles
        assert not named
    elif place in SECOND:
        assert named
        assert named[0] != row.articles[0]
    else:
        assert named[:1] == list(row.articles[:1])


def test_exceptions_are_needed() -> None:
    assert set(WITHOUT_ARTICLE) <= {row.cause for _place, row in outcomes()}
    assert set(SECOND) <= {place for place, _row in outcomes()}


def test_every_actor_acts_somewhere() -> None:
    acting = {ACTORS[row.cause] for _place, row in outcomes()}
    # Carts and mailing services are asked by letter; their causes are put right in the domain, by us.
    assert acting == set(Actor) - {Actor.SENDING_SERVICE}


@pytest.mark.parametrize("row", OUTCOMES)
def test_both_languages_take_the_same_steps(row: OutcomeRow) -> None:
    for mark in ("✓", "↳"):
        assert row.steps_ja.count(mark) == row.steps_en.count(mark), mark
    assert len(STEP.findall(row.steps_ja)) == len(STEP.findall(row.steps_en)) <= 5
    assert sorted(LINK.findall(row.steps_ja)) == sorted(LINK.findall(row.steps_en))
    assert row.letter_ja.count("\n・") == row.letter_en.count("\n- ")


@pytest.mark.parametrize("slug", LISTS)
def test_both_languages_show_the_same_menus_and_tests(slug: str) -> None:
    for question in LISTS[slug].questions:
        paths = [question.path_ja.split("\n"), question.path_en.split("\n")]
        assert len(paths[0]) == len(paths[1]), question.key
        assert len(STEP.findall(question.test_ja)) == len(STEP.findall(question.test_en)), question.key
        for answer in question.answers:
            assert bool(answer.more_ja) == bool(answer.more_en), f"{question.key}={answer.key}"


def test_english_has_no_japanese_but_quoted_labels() -> None:
    left = [text for text in texts("en") if JAPANESE.search(re.sub(rf"「[^」]*」|[{SIGNS}]", "", text.words))]
    assert not left


def test_japanese_is_spelt_one_way() -> None:
    for pattern in (HALF_KANA, WIDE_LATIN):
        assert not [text for text in texts("ja") if pattern.search(text.words)], pattern.pattern
    odd = re.compile(r"。。|、、|[ぁ-ん][,?!]|下さい|出来|及び|或い|ユーザー")
    assert not [text for text in texts("ja") if odd.search(text.words)]


def test_a_title_is_one_sentence() -> None:
    """Two where the first says that nothing is settled; warnings of fraud and staff may need two as well."""
    titles = [(place, row.title_ja) for place, row in outcomes()]
    assert not [place for place, title in titles if title.endswith("。")]
    calm = [row for row in titles if not row[0].startswith(("staff-sheet/", "suspicious/"))]
    assert not [row for row in calm if "。" in row[1].removeprefix("ここまででは決められません。")]


@pytest.mark.parametrize("slug", [slug for slug, row in LISTS.items() if row.audience == "public"])
def test_the_introduction_promises_the_longest_way(slug: str) -> None:
    checklist: ChecklistFile = LISTS[slug]
    longest = max(len(steps) for steps, _outcome in walks(graph_of(checklist)))
    assert f"多くても{longest}つの質問" in checklist.intro_ja
    assert f"at most {WORDS[longest]} questions" in checklist.intro_en.lower()


def test_names_of_causes_tell_them_apart() -> None:
    assert len(set(NAMES_OF.values())) == len(NAMES_OF)
    assert "correspondent" in {ACTORS[slug] for slug in ACTORS if slug.startswith("other-")}
    assert {ACTORS[slug] for slug in ACTORS if slug.startswith("other-")} == {Actor.CORRESPONDENT}
