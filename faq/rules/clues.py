"""Clues: the facts a client's own sentences tell. Plain Python.

A fact is told only where the words say it. Questions, doubts and conditions tell nothing ([unsure] in
clues.txt).

Where one text says two values of one fact:
- a plain 届かない is weaker than any other word about the direction (「相手に届きません。昨日も届かず…」);
- somebody limits and intensifies in one breath (「特定の人からのメールが全然届かない」): the limit counts;
- of what was done with a suspicious mail the gravest counts: who entered a password had opened the link, too;
- a sentence that corrects (訂正, その後, 今は, やはり ...) counts over what stands before it;
- otherwise nothing is told: a wrong answer given ahead costs more than a question.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

from faq.rules.clue_table import Rule, hiragana, table
from faq.rules.facts import VALUES, Facts
from faq.rules.words import LONGEST
from mailsupport.lib.text import fold


@dataclass(frozen=True, slots=True)
class Clue:
    """One fact with its value, and the client's words that told it, as they were typed."""

    fact: str
    value: str
    words: str


SURE: Final = frozenset(
    {
        "direction",
        "senders",
        "destinations",
        "provider",
        "own_addresses",
        "since",
        "work_stopped",
        "webmail_works",
        "program",
        "error_shown",
        "in_spam",
        "password_refused",
        "touched",
    }
)
"""Facts whose clues may answer a question ahead.

Measured twice on sentences nobody had seen who wrote the table: 89 of 100 and 146 of 167 clues were right
(direction: 19 of 22 and 75 of 83). Of provider, 30 of 38 were right; the eight wrong ones were doubts,
conditions and general questions, which tell nothing since. Left out as they are wrong too often: quota_full
(3 of 6). Left out as too few such sentences told them: website_works, others_reach, from_matches,
forwarding_works, outage_known, affected_address. A new fact is left out until it is measured. All may
still be shown to staff, or speak for a checklist.
"""


def facts_of_words(words: str) -> Facts:
    """What the client's own words tell. Never raises; what they do not say stays unknown."""
    return Facts(**{clue.fact: clue.value for clue in clues_of(words)})


def clues_of(words: str) -> tuple[Clue, ...]:
    """At most one clue a fact, in the order of the text. Reads the first 4,000 characters, never raises."""
    text = _read(words[:LONGEST])
    sentences = list(_sentences(text.plain))
    ways = _ways(sentences, text.plain)
    direction = ways[0].value if ways else ""
    # Searched once a text: once a sentence would make the reading quadratic.
    spoken = {name for name, words in table().where.items() if words.search(text.plain)}
    found = [said for sentence in sentences for said in _said(sentence, spoken | {direction})]
    told = [*ways, *_settled(_limited(found)), *_devices(text.plain), *_addresses(text.plain)]
    told.sort(key=lambda said: (said.start, said.fact))
    return tuple(Clue(said.fact, said.value, _shown(text, said)) for said in told)


class _Said(NamedTuple):
    """A value found; start and end are offsets into the plain text."""

    fact: str
    value: str
    start: int
    end: int
    weak: bool = False
    corrects: bool = False


# --- reading -----------------------------------------------------------------------------------------------

_DASHES: Final = frozenset("-―–—−‐─")
_MARKS: Final = frozenset("゙゚ﾞﾟ")
_CLUSTER: Final = 8
_SENTENCE: Final = re.compile(r"(?:yahoo!|[^。!?\n.]|\.(?!\s)){1,300}[.!?]{0,3}")
_SAME: Final = str.maketrans("’`", "''")


class _Text(NamedTuple):
    given: str
    plain: str
    places: list[int]


def _shown(text: _Text, said: _Said) -> str:
    """The words to show: patterns stop at 届きませ, people read 届きません; さん is shown with its name."""
    start, end = said.start, said.end
    if said.fact != "affected_address" and (ending := _pattern("<ending>").match(text.plain, end)):
        end = ending.end()
    if name := _pattern("[^ぁ-ん、。 ]{1,8}$").search(text.plain[max(0, start - 8) : start]):
        start -= len(name[0]) if text.plain.startswith("さん", start) else 0
    last = text.places[end] if end < len(text.places) else len(text.given)
    return text.given[text.places[start] : max(last, text.places[end - 1] + 1)].strip(" \u3000\n、。,.(「")


class _Sentence(NamedTuple):
    plain: str
    start: int
    corrects: bool


def _read(given: str) -> _Text:
    """The text as patterns read it, with the place in the given text of each of its characters."""
    plain: list[str] = []
    places: list[int] = []
    for start, cluster in _clusters(given):
        for char in _folded(cluster):
            is_long = char in _DASHES and plain and "ァ" <= plain[-1] <= "ー"
            plain.append("ー" if is_long else char)
            places.append(start)
    return _Text(given, hiragana("".join(plain)), places)


@lru_cache(maxsize=4096)
def _folded(cluster: str) -> str:
    """Without signs that are not seen."""
    # fold() takes blanks off the ends, and here a blank is all there is.
    folded = "\n" if cluster == "\n" else fold(cluster).lower() or " "
    return "".join(char for char in folded.translate(_SAME) if unicodedata.category(char) != "Cf")


def _clusters(given: str) -> Iterator[tuple[int, str]]:
    """Each character with the marks that belong to it: half-width ｶﾞ is two characters and one sound."""
    start = 0
    for place in range(1, len(given) + 1):
        if place < len(given) and place - start < _CLUSTER:
            char = given[place]
            if char in _MARKS or unicodedata.combining(char):
                continue
        yield start, given[start:place]
        start = place


def _sentences(plain: str) -> Iterator[_Sentence]:
    corrects = _pattern(
        "^[ 、「]{0,2}(?:すみません、?|失礼、?)?(?:訂正|いえ、|いや、|やはり|やっぱり|その後|今は|現在は)"
    )
    for found in _SENTENCE.finditer(plain):
        yield _Sentence(found[0], found.start(), bool(corrects.search(found[0])))


@lru_cache(maxsize=64)
def _pattern(source: str) -> re.Pattern[str]:
    return table().pattern(source)


# --- facts -------------------------------------------------------------------------------------------------

_BEFORE: Final = 20
_FARTHER: Final = 60


def _said(sentence: _Sentence, spoken: set[str]) -> Iterator[_Said]:
    """What the rules of the table find in one sentence."""
    if not table().where["trouble"].search(sentence.plain):
        spoken = spoken - {"trouble"}
    for rule in table().rules:
        if (rule.where and rule.where not in spoken) or rule.unless in spoken - {""}:
            continue
        for found in rule.says.finditer(sentence.plain):
            if _stated(rule, sentence.plain, found):
                start, end = sentence.start + found.start(), sentence.start + found.end()
                yield _Said(rule.fact, rule.value, start, end, corrects=sentence.corrects)
                break


def _stated(rule: Rule, sentence: str, found: re.Match[str]) -> bool:
    """True where nothing around the words takes them back."""
    if found.end() == found.start():
        return False
    if rule.before and rule.before.search(sentence[max(0, found.start() - _BEFORE) : found.start()]):
        return False
    if rule.after and rule.after.match(sentence, found.end()):
        return False
    if not rule.asked or _pattern("なぜ|どうして|なんで").search(sentence):
        # Why it is so is asked of what is so.
        return True
    return not table().unsure.match(sentence, found.end())


_GRAVITY: Final = VALUES["touched"]
_LIMITS: Final = {"senders", "destinations"}


def _limited(found: list[_Said]) -> list[_Said]:
    """Without "all" where a limit is named, and without less grave deeds beside a graver one."""
    limited = {said.fact for said in found if said.fact in _LIMITS and said.value != "all"}
    gravest = max((_GRAVITY.index(said.value) for said in found if said.fact == "touched"), default=0)
    narrow = {said.fact for said in found if said.fact in _LIMITS and said.value == "one"}
    return [
        said
        for said in found
        if not (said.value == "all" and said.fact in limited)
        and not (said.value == "some" and said.fact in narrow)
        and not (said.fact == "touched" and _GRAVITY.index(said.value) < gravest)
    ]


def _settled(found: Iterable[_Said]) -> list[_Said]:
    """One saying a fact: the first, where all agree; what a correction leaves; nothing, where they do not."""
    facts: dict[str, list[_Said]] = {}
    for said in found:
        kept = facts.setdefault(said.fact, [])
        if said.corrects:
            kept[:] = [other for other in kept if other.value == said.value]
        kept.append(said)
    settled = []
    for kept in facts.values():
        strong = [said for said in kept if not said.weak] or kept
        if len({said.value for said in strong}) == 1:
            settled.append(strong[0])
    return settled


# --- direction ---------------------------------------------------------------------------------------------


def _ways(sentences: list[_Sentence], plain: str) -> list[_Said]:
    """The one direction of the text, or none."""
    if _pattern("<resolved>").search(plain):
        return []
    ways = _settled(way for sentence in sentences for way in _directions(sentence))
    if (
        ways
        and ways[0].weak
        and _pattern("<sent>").search(plain)
        and not _pattern("<sent_by_them>").search(plain)
    ):
        # 「3通送りました。届いていません。」: at theirs or, as the answer, at ours.
        return []
    return ways


def _directions(sentence: _Sentence) -> Iterator[_Said]:
    """Which way the mail goes that is missing: ours (sending) or theirs (receiving)."""
    plain = sentence.plain

    def said(value: str, found: re.Match[str], *, weak: bool = False) -> _Said:
        start, end = sentence.start + found.start(), sentence.start + found.end()
        return _Said("direction", value, start, end, weak, sentence.corrects)

    for found in _pattern("<came_not>|<received_not>").finditer(plain):
        value, weak = _arrival(plain, found)
        if value:
            yield said(value, found, weak=weak)
    for found in _pattern("<sent_not>").finditer(plain):
        if not _pattern("<not_yet>").match(plain, found.end()) and not _both(plain, found):
            yield said("receiving" if _theirs(plain, found) else "sending", found)
    for found in _pattern("<sent>.{0,40}<thrown_back>|<thrown_mail>").finditer(plain):
        before = plain[max(0, found.start() - _BEFORE) : found.start()]
        by_hand = _pattern("<sent>").match(found[0])
        if (by_hand or not _pattern("(?:<no_thrown>)$").search(before)) and "送られて" not in found[0]:
            yield said("receiving" if _theirs(plain, found) else "sending", found)


def _theirs(plain: str, found: re.Match[str]) -> bool:
    """They cannot send, or what they send comes back."""
    before = plain[max(0, found.start() - _FARTHER) : found.start()]
    if _others_say(plain, found.end()) and not _pattern("<staff>").search(plain, found.end()):
        return True
    return bool(
        _pattern("(?:自分|私|当社|弊社|こちら|うち)$|(?:<others>)[がは](?!<only_where>)[^、]{0,20}$").search(
            before
        )
    )


def _both(plain: str, found: re.Match[str]) -> bool:
    near = plain[max(0, found.start() - _BEFORE) : found.end() + _BEFORE]
    return bool(_pattern("<both_ways>").search(near))


def _others_say(plain: str, end: int) -> bool:
    """They say it of theirs: 「届かないと言われた」, 「戻ってきたよ、と電話があった」."""
    return bool(_pattern("(?:[^「]{0,20}」|[よ、]{0,2}.{0,8}?)(?:<say>)").match(plain, end))


def _arrival(plain: str, found: re.Match[str]) -> tuple[str, bool]:
    """Direction of one 届かない ("" for none) and whether it is only the plain word's."""
    before = plain[max(0, found.start() - _FARTHER) : found.start()]
    if _no_trouble(plain, before, found):
        return "", False
    if _others_say(plain, found.end()) or _pattern("<hearsay>").match(plain, found.end()):
        # An employee is "we" and "they" at once.
        return ("" if _pattern("<staff>(?:から|に|が|は|より)").search(before) else "sending"), False
    if _pattern("(?:<sent_by_them>)").search(before):
        return "receiving", False
    here, there = (bool(_pattern(f"(?:<{part}>)$").search(before)) for part in ("self_there", "to_others"))
    if here or there:
        return ("" if here and there else "receiving" if here else "sending"), False
    if _pattern("<sent>").search(before):
        return (
            "receiving"
            if _pattern("(?:<sent_to_self>)<sent>|(?:<self_share>)$").search(before)
            else "sending"
        ), False
    if _pattern("<received_not>").fullmatch(found[0]) or _pattern("(?:<from_somebody>)$").search(before):
        return "receiving", False
    # 「学校のアドレス宛のメール」 and 「Gmailだけ」 may be ours or theirs.
    doubtful = _pattern("<seems>").match(plain, found.end()) or _pattern(
        "(?:(?:宛|あて)て?の[^、]{0,8}|<any_provider>(?:だけ|のみ)[^、]{0,8})$"
    ).search(before)
    return ("" if doubtful else "receiving"), True


def _no_trouble(plain: str, before: str, found: re.Match[str]) -> bool:
    """A wish, a condition, both ways at once, or something that is no mail of ours."""
    if _pattern("<not_yet>").match(plain, found.end()) or _both(plain, found):
        return True
    if _pattern("(?:<no_mail>)$").search(before) and not _pattern("(?:<to_others>)$").search(before):
        return True
    only_come = "来" in found[0][:1] or found[0][:1] in "きこ"
    return only_come and not _pattern("メール|mail|メルマガ|送").search(plain)


# --- device and address ------------------------------------------------------------------------------------

_DEVICES: Final = {
    "iPhone": "iphone|アイフォー?ン|アイホン",
    "Android": "android|アンドロイド|xperia|galaxy|(?<![a-z])pixel|aquos",
    "Windows": r"(?<![a-z])windows(?! ?live)|ウィンドウズ|ウインドウズ",
    "Mac": r"(?<![a-z@.])(?:i?mac|macbook)(?![a-z.])",
}
_ADDRESS: Final = re.compile(
    r"(?<![a-z0-9._%+\-])[a-z0-9._%+\-]{1,64}@[a-z0-9\-]{1,63}(?:\.[a-z0-9\-]{1,63}){1,4}"
)


def _devices(plain: str) -> list[_Said]:
    """The client's device, when one is named and it is not the other side's."""
    found: list[_Said] = []
    for name, words in _DEVICES.items():
        for match in _pattern(words).finditer(plain):
            before, after = plain[max(0, match.start() - _BEFORE) : match.start()], plain[match.end() :][:12]
            theirs = _pattern("(?:<others>)[のがはも、]{1,2}$").search(before) or _pattern(
                "(?:を(?:お?使|ご?利用)[^、]{0,6}|の)<people>|(?:宛|あて)"
            ).match(after)
            if theirs:
                return []
            if not any(said.value == name for said in found):
                found.append(_Said("device", name, match.start(), match.end()))
    return found if len(found) == 1 else []


def _addresses(plain: str) -> list[_Said]:
    """The one address the words name, if it is the client's own: nothing is sent to it or comes from it."""
    found = list(_ADDRESS.finditer(plain))
    if len({match[0] for match in found}) != 1:
        return []
    match = found[0]
    before, after = plain[max(0, match.start() - _BEFORE) : match.start()], plain[match.end() :][:20]
    theirs = _pattern("(?:<others>)(?:の(?:アドレス|メール)?|である|、|「|\\(|:)?[ ]?$").search(before)
    theirs = theirs or _pattern(
        "[」』)]?(?:という(?:アドレス)?)?(?:さん|様)?(?:から(?!送)|より|(?:宛て?に?|[にへ])(?:メールを|何度)?(?:送|返信)|(?:宛|[にへ])(?:だけ)?(?:<sent_not>))"
    ).match(after)
    if theirs or match[0].startswith(("mailer-daemon@", "postmaster@")):
        return []
    return [_Said("affected_address", match[0].rstrip(".-"), match.start(), match.end())]
