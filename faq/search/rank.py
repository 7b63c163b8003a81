"""The ranking: BM25F over terms, the same for a corpus in memory and for the postings table. No Django.

A corpus answers two questions (`Corpus`): how large is it, and where do these terms stand. All weights are
below; docs/search.md says what each was worth when measured.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass
from math import log
from typing import Any, Generic, Protocol, TypeVar

from faq.search.terms import sentences, terms


class Sortable(Hashable, Protocol):
    """What may name a text: ids break ties."""

    def __lt__(self, other: Any, /) -> bool: ...


Id = TypeVar("Id", bound=Sortable)

#: How much a term of each kind counts, by its first two characters.
WEIGHTS = {"w:": 0.75, "n:": 0.25, "c:": 2.0, "x:": 1.5, "d:": 1.5, "r:": 0.2}
TITLE, PHRASES, BODY = 3.0, 0.5, 1.0
K1 = 1.8
LENGTH_B = 0.5
SENTENCE = 0.6
#: Below this share of the question's worth the best text is no answer; measured in docs/search.md.
NONE = 0.09


def _either(*lists: str) -> frozenset[str]:
    """These concepts, said or denied."""
    return frozenset(f"{mark}:{concept}" for listed in lists for concept in listed.split() for mark in "cx")


#: Concepts that make a question one for a mail desk, whatever else it names.
_AT_HOME = _either(
    "mail send mailbox spam address gmail outlook thunderbird client webmail attachment transfer carrier dns",
    "smtp protocol",
)
#: Concepts of the mail trade: a question without any of them is somebody else's.
_TRADE = _AT_HOME | _either(
    "receive return reject full password login suspicious virus hijack threat lure garbled certificate",
    "error notification signature autoreply bcc form trash lost delete undo server outage duplicate late",
    "stuck sort blacklist whitelist domain expired retire hire card link archive wrong_recipient mistake",
    "leak image yahoo display_name two_devices",
)
FOREIGN = "c:foreign"
#: A question is read up to here, in characters and in sentences.
QUESTION_LIMIT = 2_000
SENTENCE_LIMIT = 12


@dataclass(frozen=True, slots=True)
class Place(Generic[Id]):
    """Where a term stands: how often in each field of which text, and how long that text's body is."""

    term: str
    text: Id
    title: int
    phrases: int
    body: int
    length: int


@dataclass(frozen=True, slots=True)
class Ranked(Generic[Id]):
    """One text and its score: the share of what was asked that the text answers, 0 to about 1."""

    text: Id
    score: float


@dataclass(frozen=True, slots=True)
class Weighed(Generic[Id]):
    """Texts with what each gains by each of its terms. A text goes by its number: its place among `texts`.

    `foreign`: the texts that name other desks' matters in their title or phrases.
    """

    texts: list[Id]
    count: int
    gains: dict[str, tuple[tuple[int, ...], tuple[float, ...]]]
    foreign: frozenset[int]

    @classmethod
    def of(cls, size: tuple[int, int], places: Iterable[Place[Id]]) -> Weighed[Id]:
        """`size` as of a corpus: its texts, and the length of all their bodies together."""
        count, length = size
        average = length / count if length else 1.0
        numbers: dict[Id, int] = {}
        found: dict[str, tuple[list[Id], list[float]]] = {}
        foreign = set()
        for place in places:
            numbers[place.text] = 0
            texts, frequencies = found.setdefault(place.term, ([], []))
            texts.append(place.text)
            frequencies.append(_frequency(place, average))
            if place.term == FOREIGN and (place.title or place.phrases):
                foreign.add(place.text)
        # In the order of their ids, which breaks ties.
        numbers = {text: number for number, text in enumerate(sorted(numbers))}
        gains = {}
        for term, (texts, frequencies) in found.items():
            worth = _worth(term, count, len(texts))
            gains[term] = (
                tuple(numbers[text] for text in texts),
                tuple(worth * frequency for frequency in frequencies),
            )
        return cls(list(numbers), count, gains, frozenset(numbers[text] for text in foreign))

    def worth(self, term: str) -> float:
        """Rare terms most."""
        return _worth(term, self.count, len(self.gains[term][0]) if term in self.gains else 0)


class Corpus(Protocol[Id]):
    """What the ranking asks of its texts."""

    def weighed(self, terms: Collection[str]) -> Weighed[Id]:
        """The texts with these terms at least."""


@dataclass(frozen=True, slots=True)
class Question:
    """A client's words as terms: all of them, and sentence by sentence where there are several."""

    whole: frozenset[str]
    parts: tuple[frozenset[str], ...]

    @classmethod
    def read(cls, words: str) -> Question:
        words = words[:QUESTION_LIMIT]
        whole = frozenset(terms(words, sound=True))
        if not _AT_HOME.isdisjoint(whole):
            whole -= {FOREIGN}
        listed = sentences(words)[:SENTENCE_LIMIT]
        parts = [whole.intersection(terms(part, sound=True)) for part in listed] if len(listed) > 1 else []
        return cls(whole, tuple(parts))


@dataclass(frozen=True, slots=True)
class Text(Generic[Id]):
    """A text as the index keeps it: how often each term stands in each field."""

    id: Id
    title: Counter[str]
    phrases: Counter[str]
    body: Counter[str]

    @classmethod
    def read(cls, text: Id, *, title: str, phrases: Sequence[str], body: str) -> Text[Id]:
        said = Counter(term for phrase in phrases for term in terms(phrase, sound=True))
        return cls(text, Counter(terms(title, sound=True)), said, Counter(terms(body)))

    @property
    def length(self) -> int:
        return self.body.total()

    def places(self) -> list[Place[Id]]:
        found = sorted({*self.title, *self.phrases, *self.body})
        return [
            Place(term, self.id, self.title[term], self.phrases[term], self.body[term], self.length)
            for term in found
        ]


class Memory(Generic[Id]):
    """A corpus in memory, for `manage.py rank` and for tests: weighed anew for each question."""

    def __init__(self, texts: Iterable[Text[Id]]) -> None:
        self._count = self._length = 0
        self._places: dict[str, list[Place[Id]]] = {}
        for text in texts:
            self._count += 1
            self._length += text.length
            for place in text.places():
                self._places.setdefault(place.term, []).append(place)

    def weighed(self, terms: Collection[str]) -> Weighed[Id]:
        places = (place for term in terms for place in self._places.get(term, ()))
        return Weighed.of((self._count, self._length), places)


class Ready(Generic[Id]):
    """A corpus that is asked often: weighed once, whatever the terms."""

    def __init__(self, weighed: Weighed[Id]) -> None:
        self._weighed = weighed

    @classmethod
    def of(cls, texts: Iterable[Text[Id]]) -> Ready[Id]:
        """These texts."""
        listed = list(texts)
        places = (place for text in listed for place in text.places())
        return cls(Weighed.of((len(listed), sum(text.length for text in listed)), places))

    def weighed(self, _terms: Collection[str]) -> Weighed[Id]:
        return self._weighed


@dataclass(frozen=True, slots=True)
class Ranking(Generic[Id]):
    """The ranked texts, and a verdict.

    `none` is true where even the best text answers too little of the question to be offered as an answer, or
    where the question is another desk's (printers, parcels, nothing of the mail trade) and the best text is
    not about such questions.
    """

    hits: list[Ranked[Id]]
    none: bool


def rank(corpus: Corpus[Id], question: Question, *, most: int | None = None) -> Ranking[Id]:
    """The texts that share a term with the question, best first, `most` at most; equal scores in the order
    of their ids."""
    if not question.whole:
        return Ranking([], none=True)
    asked = sorted(question.whole)
    weighed = corpus.weighed(asked)
    worth = {term: weighed.worth(term) for term in asked}
    scores = _scores(weighed, worth, asked)
    for part in question.parts:
        for number, score in enumerate(_scores(weighed, worth, sorted(part))):
            scores[number] = max(scores[number], SENTENCE * score)
    # Sorting is stable: texts of one score stay in order.
    order = sorted(range(len(scores)), key=scores.__getitem__, reverse=True)[:most]
    hits = [Ranked(weighed.texts[number], scores[number]) for number in order if scores[number]]
    astray = _astray(question, best_is_foreign=bool(hits) and order[0] in weighed.foreign)
    return Ranking(hits, none=not hits or hits[0].score < NONE or astray)


def _astray(question: Question, *, best_is_foreign: bool) -> bool:
    """True where the question is another desk's and the best text does not say so in its title or phrases."""
    if FOREIGN in question.whole:
        return not best_is_foreign
    return not any(_of_trade(term) for term in question.whole)


def _of_trade(term: str) -> bool:
    """True for a concept of the trade and for an error code, which no other desk gets."""
    return term in _TRADE or (term[:2] == "w:" and term[-1].isdigit())


def _worth(term: str, count: int, found: int) -> float:
    """What a term counts that so many of all texts have."""
    return WEIGHTS[term[:2]] * log(1 + (count - found + 0.5) / (found + 0.5))


def _frequency(place: Place[Id], average: float) -> float:
    weighed = TITLE * place.title + PHRASES * place.phrases
    weighed += BODY * place.body / (1 - LENGTH_B + LENGTH_B * place.length / average)
    return weighed / (K1 + weighed)


def _scores(weighed: Weighed[Id], worth: dict[str, float], asked: Sequence[str]) -> list[float]:
    """Each text's share of the worth of everything asked."""
    everything = sum(worth[term] for term in asked) or 1.0
    total = [0.0] * len(weighed.texts)
    for term in asked:
        for number, gain in zip(*weighed.gains.get(term, ((), ())), strict=True):
            total[number] += gain
    return [gain / everything for gain in total]
