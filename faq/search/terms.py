"""Text to terms: words, what they mean, what is denied, how they sound. Plain Python, no Django.

A term is a short string whose first two characters say its kind:

    w:届く     a word (Sudachi's normalized form) or a code as written (w:5.7.26, w:0x800ccc0e)
    n:届く     the same word denied: 届かない, 届きません, 届いてへん
    c:receive  a concept of concepts.txt, for every word that belongs to it
    x:receive  a denied concept: 来ない, 受信できない, 不着
    r:トドカ   three kana of the reading

Measured reasons for each kind stand in docs/search.md.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from importlib import resources
from itertools import pairwise

from sudachipy import Dictionary, Morpheme, SplitMode, Tokenizer

_FILES = {
    name: (resources.files(__package__) / name).read_text("utf-8") for name in ("concepts.txt", "kana.txt")
}
#: Changes whenever texts must be indexed anew: raise the number with the rules below; the two tables count
#: by their content.
ANALYSER = "1-" + sha256("".join(_FILES.values()).encode()).hexdigest()[:12]
#: Characters of one text that are looked at; Sudachi itself refuses more than 49,149 bytes at once.
LIMIT = 20_000
_PIECE = 2_000
_TERM = 80

_lock = threading.Lock()
_local = threading.local()
_dictionaries: list[Dictionary] = []


def _tokenizer() -> Tokenizer:
    """This thread's tokenizer on the process's one dictionary: only the dictionary is thread-safe."""
    if not hasattr(_local, "tokenizer"):
        with _lock:
            if not _dictionaries:
                _dictionaries.append(Dictionary(dict="small"))
            _local.tokenizer = _dictionaries[0].tokenizer(mode=SplitMode.C)
    tokenizer: Tokenizer = _local.tokenizer
    return tokenizer


@dataclass(slots=True)
class Unit:
    """One short word of a text; start and end are offsets into the text as given."""

    start: int
    end: int
    norm: str
    reading: str
    kind: str
    content: bool
    long_end: int = 0
    helper: bool = False
    denial_end: int = 0
    denied: bool = False
    compounds: list[str] = field(default_factory=list)
    concepts: set[str] = field(default_factory=set)

    def terms(self) -> list[str]:
        """Everything the unit stands for, apart from its sound."""
        mark = "n:" if self.denied else "w:"
        words = [self.norm, *self.compounds] if self.content else self.compounds
        return [(mark + word)[:_TERM] for word in words] + sorted(self.concepts)


# --- reading -----------------------------------------------------------------------------------------------

_CODE = re.compile(
    r"0x[0-9a-f]{6,8}|[2-5]\.\d{1,3}\.\d{1,3}|[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})+|(?<![a-z0-9_.])\d{2,5}(?![a-z0-9_.])",
    re.IGNORECASE,
)
_CONTENT = {"名詞", "動詞", "形容詞", "形状詞", "副詞"}
_HELPERS = {"来る", "行く", "見る", "置く", "欲しい"}
# fmt: off
_EMPTY = {
    "為る", "居る", "有る", "成る", "出来る", "事", "物", "貰う", "呉れる", "下さる", "頂く", "様",
    "訳", "為", "の", "こと", "もの", "よう", "そう", "どう", "仕舞う", "筈", "ところ", "所", "とき",
    "時", "場合", "無い", "良い", "言う", "方", "御", "致す", "置く", "思う", "みたい", "何", "これ",
    "それ", "この", "その", "とても", "又", "さっき", "ちょっと",
}
# fmt: on
# fmt: off
_ENGLISH_EMPTY = {
    "a", "an", "the", "i", "my", "me", "we", "our", "you", "your", "it", "its", "is", "am", "are",
    "was", "were", "be", "been", "to", "of", "in", "on", "at", "for", "from", "with", "and", "or",
    "but", "so", "do", "does", "did", "have", "has", "had", "this", "that", "there", "will", "would",
    "can", "could", "please",
}
# fmt: on


def _clean(text: str) -> str:
    """The text with what Sudachi cannot read turned into spaces, character for character."""
    text = text[:LIMIT]
    if text.isascii() and text.isprintable():
        return text
    return "".join(" " if _unreadable(char) else char for char in text)


@lru_cache(maxsize=4096)
def _unreadable(char: str) -> bool:
    if char == "\n":
        return False
    return unicodedata.category(char)[0] == "C" or len(unicodedata.normalize("NFKC", char)) > 8


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    for start in range(0, len(text), _PIECE):
        yield start, text[start : start + _PIECE]


def units(text: str) -> list[Unit]:
    """The words of a text in order, with denial and concepts worked out. Never raises."""
    text = _clean(text)
    found: list[Unit] = []
    for offset, piece in _pieces(text):
        for morpheme in _tokenizer().tokenize(piece):
            found += _split(morpheme, offset)
    found = _with_codes(text, found)
    _mark_helpers(found)
    _mark_denied(found)
    _mark_concepts(found)
    return found


def _mark_helpers(found: list[Unit]) -> None:
    """返って + くる, やって + みる: the second verb adds nothing of its own."""
    for before, unit in pairwise(found):
        if before.norm in {"て", "で"} and before.kind == "助詞" and unit.norm in _HELPERS:
            unit.content = False
            unit.helper = True


def _split(morpheme: Morpheme, offset: int) -> list[Unit]:
    """The short words of one long word; the first of several carries the long word too."""
    # add_single=True hands back morphemes whose surface() panics in SudachiPy 0.7.0, so an empty list it is.
    parts = [_unit(part, offset) for part in morpheme.split(SplitMode.A, add_single=False)]
    if not parts:
        return [_unit(morpheme, offset)]
    if len(parts) > 1:
        parts[0].compounds.append(morpheme.normalized_form().lower())
        parts[0].long_end = parts[-1].end
    return parts


def _unit(morpheme: Morpheme, offset: int) -> Unit:
    part = morpheme.part_of_speech()
    norm = morpheme.normalized_form().lower()
    content = part[0] in _CONTENT and part[1] != "数詞" and norm not in _EMPTY and norm not in _ENGLISH_EMPTY
    return Unit(
        start=offset + morpheme.begin(),
        end=offset + morpheme.end(),
        norm=_stem(norm) if content else norm,
        reading=morpheme.reading_form(),
        kind=part[0],
        content=content and not (len(norm) == 1 and norm.isascii()),
    )


def _stem(word: str) -> str:
    """English plurals and past forms to one form; Japanese words pass."""
    if word.isascii() and len(word) > 4:
        for ending in ("ings", "ing", "ed", "es", "s"):
            if word.endswith(ending) and len(word) - len(ending) >= 3:
                return word[: -len(ending)]
    return word


def _with_codes(text: str, found: list[Unit]) -> list[Unit]:
    """Error codes, host names and port numbers as one unit each, in place of Sudachi's pieces."""
    for match in _CODE.finditer(text):
        start, end = match.span()
        inside = [unit for unit in found if start <= unit.start and unit.end <= end]
        if not inside:
            continue
        place = found.index(inside[0])
        code = Unit(start, end, match.group().lower(), "", "code", content=True)
        code.compounds = [unit.norm for unit in inside if unit.content and not unit.norm.isdigit()]
        found = [*found[:place], code, *found[place + len(inside) :]]
    return found


# --- denial ------------------------------------------------------------------------------------------------

_NOT = {"ない", "ず", "へん", "無い", "まい"}
_NOT_ENGLISH = {"not", "cannot", "never", "no", "unable", "without", "don't", "can't"}
_BETWEEN = {"助動詞", "助詞"}
_HOLLOW = {
    "為る",
    "居る",
    "有る",
    "成る",
    "出来る",
    "貰う",
    "呉れる",
    "頂く",
    "下さる",
    "来る",
    "仕舞う",
    "遣る",
}
_PASSED = {"、", ",", "急", "突然", "急遽"}
_BACK = 6


def _mark_denied(found: list[Unit]) -> None:
    for index, unit in enumerate(found):
        if unit.norm in _NOT and not _only_sounds_negative(found, index):
            _deny_before(found, index)
        elif unit.norm in _NOT_ENGLISH:
            _deny_after(found, index)


def _only_sounds_negative(found: list[Unit], index: int) -> bool:
    """かもしれない, なければならない, じゃないか, しかない: written with ない, meant without."""
    before = [unit.norm for unit in found[max(0, index - 3) : index]]
    after = [unit.norm for unit in found[index + 1 : index + 3]]
    if before[-1:] == ["知れる"] and "も" in before:
        return True
    if before[-1:] in (["成る"], ["行く"], ["しか"], ["違い"], ["だ"], ["では"]):
        return True
    return after[:1] == ["ば"] or after[:2] == ["と", "行く"]


def _deny_before(found: list[Unit], index: int) -> None:
    """Deny the content word that the negation ends: back over endings, particles and hollow verbs."""
    for place in range(index - 1, max(-1, index - 1 - _BACK), -1):
        unit = found[place]
        if unit.kind in _BETWEEN or unit.norm in _PASSED or (unit.norm in _HOLLOW and _carries(found, place)):
            continue
        if unit.content or unit.norm in _HOLLOW:
            unit.denied = True
            unit.denial_end = found[index].end
        return


def _carries(found: list[Unit], place: int) -> bool:
    """True where a hollow verb only carries a word: 送信が + できない, 届いて + こない."""
    if place == 0:
        return False
    before = found[place - 1]
    if found[place].norm == "来る":
        return before.norm in {"て", "で"}
    return before.content or before.kind in _BETWEEN


def _deny_after(found: list[Unit], index: int) -> None:
    for unit in found[index + 1 : index + 4]:
        if unit.content:
            unit.denied = True
            return


# --- concepts ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Entry:
    words: tuple[str, ...]
    concept: str
    denies: bool
    only_denied: bool


@lru_cache(maxsize=1)
def _concepts() -> dict[str, list[_Entry]]:
    """The entries of concepts.txt by their first word."""
    table: dict[str, list[_Entry]] = {}
    for line in _FILES["concepts.txt"].splitlines():
        name, equals, words = line.partition(" = ")
        if not equals or line.startswith("#"):
            continue
        for word in words.split():
            denies = name.endswith("!") != word.endswith("!")
            only = word.endswith("!")
            for sequence in _sequences(word.rstrip("!")):
                table.setdefault(sequence[0], []).append(_Entry(sequence, name.rstrip("!"), denies, only))
    return table


def _sequences(word: str) -> set[tuple[str, ...]]:
    """The short words of an entry, and the long word where it is one."""
    text = word.replace("_", " ")
    found = _with_codes(text, [unit for long in _tokenizer().tokenize(text) for unit in _split(long, 0)])
    short = tuple(unit.norm for unit in found)
    return {
        short,
        # Alone, 覚え reads as a form of 覚える; in 身に覚えがない it is the noun, as written here.
        (text.lower(),) if len(short) == 1 else short,
        *((long,) for long in found[0].compounds if len(found) > 1 and found[0].long_end == found[-1].end),
    }


def _mark_concepts(found: list[Unit]) -> None:
    table = _concepts()
    norms = [unit.norm for unit in found]
    for index, unit in enumerate(found):
        for entry in _entries(table, unit):
            span = found[index : index + len(entry.words)]
            if len(entry.words) > 1 and tuple(norms[index : index + len(entry.words)]) != entry.words:
                continue
            denied = any(part.denied for part in span)
            if (entry.only_denied and not denied) or (unit.helper and len(span) == 1):
                continue
            denied = denied != entry.denies
            unit.concepts.add(("x:" if denied else "c:") + entry.concept)


def _entries(table: dict[str, list[_Entry]], unit: Unit) -> Iterator[_Entry]:
    yield from table.get(unit.norm, ())
    for word in unit.compounds:
        yield from (entry for entry in table.get(word, ()) if len(entry.words) == 1)


# --- direction ---------------------------------------------------------------------------------------------

_END = set("。!?！？\n")
_TO = {"に", "へ", "宛", "宛て", "あて", "まで"}
_FROM_OTHERS = {"貰う", "呉れる", "下さる", "頂く"}
_SAY = {"言う", "聞く", "連絡", "話", "指摘"}


def directions(found: list[Unit]) -> list[str]:
    """Whose mail goes missing, sentence by sentence: d:receive (mine), d:send (what I sent)."""
    listed = []
    sentence: list[Unit] = []
    for unit in [*found, Unit(0, 0, "。", "", "", content=False)]:
        if unit.norm not in _END:
            sentence.append(unit)
        elif sentence:
            listed += _direction(sentence)
            sentence = []
    return listed


def _direction(sentence: list[Unit]) -> list[str]:
    concepts = {concept for unit in sentence for concept in unit.concepts}
    if "x:receive" in concepts:
        return ["d:send" if _sent_by_me(sentence) else "d:receive"]
    if "x:send" in concepts or ("c:return" in concepts and "c:send" in concepts):
        return ["d:send"]
    return []


def _sent_by_me(sentence: list[Unit]) -> bool:
    """They say it has not come, or it goes to somebody: 届いていないと言われた, Gmailのお客様に届かない."""
    last = max(place for place, unit in enumerate(sentence) if "x:receive" in unit.concepts)
    if any(unit.norm in _SAY for unit in sentence[last + 1 :]):
        return True
    before = sentence[:last]
    sent = next((place for place, unit in enumerate(before) if "c:send" in unit.concepts), None)
    if sent is not None:
        after = {unit.norm for unit in before[sent + 1 :]}
        return not after & (_FROM_OTHERS | _SAY)
    return any(unit.norm in _TO and _somebody(before[:place]) for place, unit in enumerate(before))


def _somebody(before: list[Unit]) -> bool:
    """True where the word before に is a person or a provider."""
    words = [unit for unit in before if unit.kind not in _TAILS and unit.norm not in _POLITE]
    return bool(words) and (not words[-1].concepts.isdisjoint(_OTHERS) or words[-1].norm == "人")


_TAILS = {"助詞", "接尾辞"}
_POLITE = {"様", "方", "側", "さん"}
_OTHERS = {f"c:{concept}" for concept in ("other_side", "gmail", "yahoo", "carrier", "address")}

# --- sound -------------------------------------------------------------------------------------------------

_KANA_ONLY = str.maketrans({chr(code): chr(code + 0x60) for code in range(0x3041, 0x3097)})
_NOT_KANA = re.compile(r"[^ァ-ヶー]+")
_KANJI = re.compile(r"[\u3400-\u9fff々]")


def sounds(found: Iterable[Unit]) -> list[str]:
    """Reading 3-grams: what survives kana spelling, half-width letters and most slips of the finger."""
    reading = "".join(unit.reading for unit in found if unit.kind != "助動詞").translate(_KANA_ONLY)
    return ["r:" + run[i : i + 3] for run in _NOT_KANA.split(reading) for i in range(len(run) - 2)]


@lru_cache(maxsize=1)
def _kana() -> tuple[re.Pattern[str], dict[str, str]]:
    pairs = dict(
        line.split(" = ") for line in _FILES["kana.txt"].splitlines() if " = " in line and line[0] != "#"
    )
    return re.compile("|".join(sorted(pairs, key=len, reverse=True))), pairs


def spell(text: str) -> str:
    """All-kana text with the trade's words in their usual spelling; other text as it is."""
    text = text[:LIMIT]
    if _KANJI.search(text):
        return text
    pattern, pairs = _kana()
    return pattern.sub(lambda match: pairs[match.group()], text)


# --- whole texts -------------------------------------------------------------------------------------------


def terms(text: str, *, sound: bool = False) -> list[str]:
    """All terms of a text, repeated as often as they stand there; reading 3-grams only where asked for."""
    found = units(spell(text))
    listed = [term for unit in found for term in unit.terms()] + directions(found)
    return listed + sounds(found) if sound else listed


_SENTENCE = re.compile(r"[^。！？!?\n]+[。！？!?\n]*")


def sentences(text: str) -> list[str]:
    """The sentences of a text, with their full stops."""
    found = (match.group().strip() for match in _SENTENCE.finditer(text))
    return [sentence for sentence in found if sentence]
