"""Two states of a checklist: what differs is told, and nothing else."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from faq.rules.compare import LEADS, ORDER, Change, Kind, Place, compare
from faq.rules.content import AnswerRow, ChecklistFile, OutcomeRow, QuestionRow

WORDS = st.sampled_from(["", "はい", "いいえ", "yes"])
KEYS = st.sampled_from(["a", "b", "c"])
ANSWERS = st.builds(
    AnswerRow, KEYS, WORDS, WORDS, value=WORDS, unknown=st.booleans(), to=KEYS | st.just(""), outcome=KEYS
)
QUESTIONS = st.builds(
    QuestionRow,
    KEYS,
    WORDS,
    WORDS,
    fact=WORDS,
    answers=st.lists(ANSWERS, max_size=3, unique_by=lambda a: a.key).map(tuple),
)
OUTCOMES = st.builds(
    OutcomeRow, KEYS, *[WORDS] * 7, articles=st.lists(KEYS, max_size=2, unique=True).map(tuple)
)
FILES = st.builds(
    ChecklistFile,
    slug=st.just("x"),
    symptom=st.just("other"),
    title_ja=WORDS,
    title_en=WORDS,
    first=KEYS,
    questions=st.lists(QUESTIONS, max_size=3, unique_by=lambda q: q.key).map(tuple),
    outcomes=st.lists(OUTCOMES, max_size=3, unique_by=lambda o: o.key).map(tuple),
)


@given(FILES)
def test_nothing_differs_from_itself(file: ChecklistFile) -> None:
    assert compare(file, file) == []


@given(FILES, FILES)
def test_what_differs_is_told_and_both_ways_alike(one: ChecklistFile, other: ChecklistFile) -> None:
    there, back = compare(one, other), compare(other, one)
    assert bool(there) == (one != other)
    changed = {(c.place, c.key, c.answer, c.field, c.before, c.after) for c in there if c.field}
    assert changed == {(c.place, c.key, c.answer, c.field, c.after, c.before) for c in back if c.field}
    gone = {(c.place, c.key) for c in there if c.kind is Kind.REMOVED and not c.answer}
    assert gone == {(c.place, c.key) for c in back if c.kind is Kind.ADDED and not c.answer}


FILE = ChecklistFile(
    "x",
    "other",
    "題",
    "Title",
    "a",
    questions=(
        QuestionRow("a", "問い", "Question", answers=(AnswerRow("y", "はい", "Yes", outcome="end"),)),
    ),
    outcomes=(OutcomeRow("end", "cause", "終わり", "End", "r", "r", "s", "s"),),
)


def test_each_change_has_its_place_and_both_sides() -> None:
    question = FILE.questions[0]
    answer = replace(question.answers[0], text_ja="はい。", outcome="", to="b")
    added = QuestionRow("b", "次", "Next", answers=(AnswerRow("n", "x", "x"),))
    after = replace(FILE, questions=(replace(question, answers=(answer,)), added), outcomes=())
    assert compare(FILE, after) == [
        Change(Kind.ADDED, Place.QUESTION, "b"),
        Change(Kind.CHANGED, Place.ANSWER, "a", "y", "text_ja", "はい", "はい。"),
        Change(Kind.CHANGED, Place.ANSWER, "a", "y", LEADS, "outcome:end", "question:b"),
        Change(Kind.ADDED, Place.ANSWER, "b", "n"),
        Change(Kind.REMOVED, Place.OUTCOME, "end"),
    ]


def test_another_order_alone_is_a_change() -> None:
    two = replace(FILE, questions=(FILE.questions[0], QuestionRow("b", "次", "Next")))
    turned = replace(two, questions=two.questions[::-1])
    assert compare(two, turned) == [
        Change(Kind.CHANGED, Place.CHECKLIST, field=ORDER, before="a\nb", after="b\na")
    ]
