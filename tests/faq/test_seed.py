"""Every sentence of the blog post that the checklists come from has a place: docs/checklists.md names it."""

import re
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

import pytest
from django.conf import settings

from faq.rules.content import ArticleFile, ChecklistFile
from faq.rules.graph import Place, follow
from faq.services.checklists import graph_of
from faq.services.content import SHIPPED, read

ROOT = Path(settings.BASE_DIR)
SEED = ROOT.parent / "shared" / "seed.txt"
SENTENCES = 56
COLUMNS = ["No.", "Sentence of the seed", "Where", "Answers", "Outcome", "Words there"]
# The post begins with the one; navigation follows it with the other.
FIRST_WORDS, AFTER_THE_POST = "webの森では", "web入門"


class Row(NamedTuple):
    """One line of the table."""

    number: int
    sentence: str
    where: str
    answers: str
    outcome: str
    words: str

    @property
    def steps(self) -> list[tuple[str, str]]:
        """Question and answer, in order."""
        pairs = [step.partition("=") for step in self.answers.split(" > ") if step]
        return [(question, answer) for question, _, answer in pairs]


def table() -> list[Row]:
    lines = (ROOT / "docs/checklists.md").read_text("utf-8").splitlines()
    cells = [[cell.strip().strip("`") for cell in line[1:-1].split("|")] for line in lines if line[:1] == "|"]
    assert cells[0] == COLUMNS
    return [Row(int(number), *rest) for number, *rest in cells[2:]]


ROWS = table()
KNOWN = read(SHIPPED)
LISTS: dict[str, ChecklistFile] = {checklist.slug: checklist for checklist in KNOWN.checklists}
ARTICLES: dict[str, ArticleFile] = {a.key: a for a in KNOWN.articles if a.language == "ja"}
WALKED = [row for row in ROWS if row.answers]
WORDED = [row for row in ROWS if row.words]


def sentences_of(post: str) -> list[str]:
    """A line is a sentence, and a 。 ends one unless a closing bracket follows."""
    start = post.index(FIRST_WORDS)
    lines = post[start : post.index(AFTER_THE_POST, start)].splitlines()
    parts = [part.strip() for line in lines for part in re.split(r"(?<=。)(?![」』)])", line)]
    return [part for part in parts if part]


def words_of(row: Row) -> str:
    """All Japanese that stands where the row points to."""
    slug, _, key = row.where.partition("/")
    if slug == "articles":
        article = ARTICLES[key]
        return "\n".join([article.title, article.summary, article.body])
    checklist = LISTS[slug]
    key = row.outcome or key
    if not key:
        return f"{checklist.title_ja}\n{checklist.intro_ja}"
    texts: list[str] = []
    for question in checklist.questions:
        if question.key == key and not row.outcome:
            texts += [question.text_ja, question.hint_ja, question.path_ja, question.test_ja]
            texts += [answer.text_ja for answer in question.answers]
    for outcome in checklist.outcomes:
        if outcome.key == key:
            texts += [outcome.title_ja, outcome.reason_ja, outcome.steps_ja, outcome.letter_ja]
    assert texts, f"{slug} has neither a question nor an outcome {key}"
    return "\n".join(texts)


def test_every_sentence_has_its_place():
    sentences: defaultdict[int, list[str]] = defaultdict(list)
    for row in ROWS:
        assert row.words or row.outcome, f"{row.number} says neither where it leads nor what stands there"
        sentences[row.number] += [row.sentence] if row.sentence else []
    assert list(sentences) == list(range(1, SENTENCES + 1))
    assert all(len(told) == 1 for told in sentences.values())
    if SEED.exists():
        assert [told for (told,) in sentences.values()] == sentences_of(SEED.read_text("utf-8"))


def test_sentences_end_where_they_end():
    post = "前\nwebの森では、「甲。」と言う。 乙です。\n\n 丙\n  web入門, …"
    assert sentences_of(post) == ["webの森では、「甲。」と言う。", "乙です。", "丙"]


@pytest.mark.parametrize("row", WALKED, ids=lambda row: f"{row.number}-{row.outcome}")
def test_the_answers_lead_to_the_outcome(row: Row):
    questions = tuple(question for question, _ in row.steps)
    assert follow(graph_of(LISTS[row.where]), dict(row.steps)) == Place(questions, outcome=row.outcome)


@pytest.mark.parametrize("row", WORDED, ids=lambda row: f"{row.number}-{row.where}")
def test_the_words_stand_there(row: Row):
    assert row.words in words_of(row)


def test_the_lists_that_carry_the_seed_are_used():
    walked = {row.where for row in WALKED}
    assert {"nothing-arrives", "some-missing", "some-providers", "suspicious", "staff-sheet"} <= walked
    measures = {row.outcome for row in WALKED if row.where == "staff-sheet"}
    assert {"rebuild", "program-settings", "program-outdated", "mailbox-full", "give-up"} <= measures
