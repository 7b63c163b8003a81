"""What the form asks for, as one frozen type: from the draft's JSON to the facts of a ticket."""

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Self

from faq.rules.facts import VALUES, Facts
from faq.rules.names import Symptom
from mailsupport.lib.text import fold

LONGEST: Mapping[str, int] = {
    "symptom": 20,
    "words": 4000,
    "since": 10,
    "affected_address": 254,
    "work_stopped": 3,
    "error_text": 2000,
    "name": 120,
    "phone": 40,
    "email": 254,
    "second_email": 254,
}
"""Characters kept of each field."""

ASKED = ("symptom", "since", "affected_address", "work_stopped", "error_text")
"""What the form asks and a checklist or the client's words may have told before."""

SUBJECT = 120
"""Characters of a subject."""

DIRECTIONS: Mapping[str, str] = {
    Symptom.NOTHING_ARRIVES: "receiving",
    Symptom.SOME_MISSING: "receiving",
    Symptom.BOUNCED: "sending",
    Symptom.SOME_PROVIDERS: "sending",
    Symptom.CANNOT_SEND: "sending",
}
"""What a symptom says of the direction."""


@dataclass(frozen=True, slots=True)
class Request:
    """The client's answers. "" is not answered; `since` and `work_stopped` are codes of faq.rules.facts."""

    symptom: str = ""
    words: str = ""
    since: str = ""
    affected_address: str = ""
    work_stopped: str = ""
    error_text: str = ""
    name: str = ""
    phone: str = ""
    email: str = ""
    second_email: str = ""

    @classmethod
    def from_json(cls, data: object) -> Self:
        """The answers in a stored mapping. Unknown names, other types and unknown codes are left out."""
        if not isinstance(data, Mapping):
            return cls()
        texts = {f.name: data[f.name] for f in fields(cls) if isinstance(data.get(f.name), str)}
        return cls(**{name: _fit(name, text) for name, text in texts.items()})

    def to_json(self) -> dict[str, str]:
        """Only what was answered, in the order of the fields."""
        return {f.name: value for f in fields(self) if (value := getattr(self, f.name))}

    def missing(self, *, walked: bool = False) -> tuple[str, ...]:
        """Names of answers without which nobody can help: what happens, the name, a way to answer. Who has
        `walked` a checklist has said what happens."""
        needed = [name for name in ("symptom", "words", "name") if not getattr(self, name)]
        needed = [name for name in needed if not (walked and name == "words")]
        return (*needed, *(() if self.email or self.phone else ("phone",)))

    def facts(self) -> Facts:
        """The answers as facts."""
        return Facts(
            direction=DIRECTIONS.get(self.symptom, ""),
            since=self.since,
            work_stopped=self.work_stopped,
            affected_address=self.affected_address,
            error_text=self.error_text,
        )

    @property
    def subject(self) -> str:
        """The first line of the words."""
        return subject_of(self.words)


def filled(typed: Mapping[str, str], known: Callable[[], Mapping[str, str]]) -> dict[str, str]:
    """What was typed, and for what was not typed what is known of it (names of `ASKED` only).

    Words of a screen that were taken out are not put back: this one answer may be empty. Where nothing is
    open, what is known is not asked for.
    """
    answers = {name: value for name, value in typed.items() if is_answered(typed, name)}
    untold = [name for name in ASKED if name not in answers]
    told = known() if untold else {}
    return {name: told[name] for name in untold if told.get(name)} | answers


def is_answered(typed: Mapping[str, str], name: str) -> bool:
    """Nothing that is known of it can change what was typed."""
    return bool(typed.get(name)) or (name == "error_text" and name in typed)


_CODES: Mapping[str, tuple[str, ...]] = {**VALUES, "symptom": tuple(Symptom)}


def _fit(name: str, text: str) -> str:
    if name in ("email", "second_email"):
        # It goes into a mail header, where ａ＠ｂ is no address.
        text = fold(text)
    kept = clean(text, lines=name in ("words", "error_text"))[: LONGEST[name]].strip()
    codes = _CODES.get(name)
    return kept if codes is None or kept in codes else ""


def clean(text: str, *, lines: bool = False) -> str:
    """The text without control and invisible direction characters; on one line unless `lines`."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    if not lines:
        plain = " ".join(plain.split())
    return "".join(c for c in plain if c in "\n\t" or unicodedata.category(c) not in _UNSEEN)


_UNSEEN = ("Cc", "Cf", "Cs", "Zl", "Zp")


def subject_of(words: str) -> str:
    """The first line that says something, at most `SUBJECT` characters, no CR, LF or control characters."""
    lines = (clean(line).strip() for line in words.splitlines())
    first = next((line for line in lines if line), "")
    return first if len(first) <= SUBJECT else first[: SUBJECT - 1].rstrip() + "…"
