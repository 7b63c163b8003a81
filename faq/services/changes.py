"""What differs between two versions, in words: a group a question or outcome, a row a field."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from faq.models import Article, Cause
from faq.models.base import SYMPTOMS, Audience
from faq.rules.compare import LEADS, ORDER, Change, Kind, Place, compare, told
from faq.rules.content import ChecklistFile
from faq.rules.facts import Facts
from faq.services.facts import LABELS, describe
from faq.services.faults import Names, label

KINDS: Final[dict[Kind, Promise]] = {
    Kind.ADDED: _("Added"),
    Kind.REMOVED: _("Removed"),
    Kind.CHANGED: _("Changed"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One field, before and after; "" where there was or is nothing."""

    label: str
    before: str
    after: str


@dataclass(slots=True)
class Group:
    """What happened to one question or outcome, or to the checklist as a whole."""

    place: Place
    key: str
    title: str
    kind: Kind = Kind.CHANGED
    rows: list[Row] = field(default_factory=list)

    @property
    def kind_words(self) -> str:
        """Added, removed or changed."""
        return str(KINDS[self.kind])


def changes(before: ChecklistFile, after: ChecklistFile) -> list[Group]:
    """In reading order, those taken away among the others of their kind. Two statements."""
    words = _Words(before, after)
    groups: dict[tuple[Place, str], Group] = {}
    for change in compare(before, after):
        place = Place.QUESTION if change.place is Place.ANSWER else change.place
        # The order of questions and of outcomes is the checklist's own.
        if change.field == ORDER and not change.key:
            place = Place.CHECKLIST
        if (place, change.key) not in groups:
            groups[place, change.key] = Group(place, change.key, words.title(place, change.key))
        group = groups[place, change.key]
        if not change.field and change.place is not Place.ANSWER:
            group.kind = change.kind
            group.rows += words.whole(change)
        else:
            group.rows.append(words.row(change))
    order = [Place.CHECKLIST, Place.QUESTION, Place.OUTCOME]
    numbers = {**words.old.numbers, **words.new.numbers}
    return sorted(groups.values(), key=lambda group: (order.index(group.place), numbers.get(group.key, 0)))


def value_words(fact: str, value: str) -> str:
    """A code of a fact in words, as it is where there are none."""
    words = describe(Facts.from_json({fact: value}))
    return words[0].value if words else value


class _Words:
    """Texts of both sides; what stands only on one is named from there."""

    def __init__(self, before: ChecklistFile, after: ChecklistFile) -> None:
        self.old, self.new = Names(before), Names(after)
        self.causes = {cause.slug: cause.name for cause in Cause.objects.all()}
        self.articles = {article.key: str(article) for article in Article.objects.prefetch_related("texts")}

    def title(self, place: Place, key: str) -> str:
        if place is Place.CHECKLIST:
            return gettext("The whole checklist")
        names = self.new if key in (*self.new.questions, *self.new.outcomes) else self.old
        if place is Place.QUESTION:
            return gettext("Question %(name)s") % {"name": names.question(key)}
        return gettext("Outcome %(name)s") % {"name": names.outcome(key)}

    def row(self, change: Change) -> Row:
        name = self._label(change)
        if change.place is Place.ANSWER and not change.field:
            before, after = (self._answer(names, change) for names in (self.old, self.new))
            return Row(
                name,
                before if change.kind is Kind.REMOVED else "",
                after if change.kind is Kind.ADDED else "",
            )
        return Row(
            name,
            self._value(self.old, change, change.before),
            self._value(self.new, change, change.after),
        )

    def whole(self, change: Change) -> list[Row]:
        """All that a question or an outcome says that came or went."""
        came = change.kind is Kind.ADDED
        names = self.new if came else self.old
        row = names.questions[change.key] if change.place is Place.QUESTION else names.outcomes[change.key]
        texts = [
            (label(change.place, name), self._value(names, replace(change, field=name), value))
            for name, value in told(row).items()
            if value
        ]
        return [Row(name, "" if came else text, text if came else "") for name, text in texts]

    def _label(self, change: Change) -> str:
        if change.field == ORDER:
            if change.key:
                return gettext("Order of the answers")
            outcomes = change.place is Place.OUTCOME
            return gettext("Order of the outcomes") if outcomes else gettext("Order of the questions")
        if change.place is Place.ANSWER:
            names = self.old if change.kind is Kind.REMOVED else self.new
            name = gettext("Answer %(name)s") % {"name": names.answer(change.key, change.answer)}
            if not change.field:
                return name
            of = gettext("Leads to") if change.field == LEADS else label(Place.ANSWER, change.field)
            return gettext("%(name)s: %(field)s") % {"name": name, "field": of}
        return label(change.place, change.field)

    def _answer(self, names: Names, change: Change) -> str:
        """An answer that came or went: its words and where it leads."""
        question = names.questions.get(change.key)
        row = next((a for a in question.answers if a.key == change.answer), None) if question else None
        if row is None:
            return ""
        way = names.question(row.to) if row.to else names.outcome(row.outcome) if row.outcome else "—"
        return f"{names.text(row)} → {way}"

    def _value(self, names: Names, change: Change, value: str) -> str:
        """One side of a change for people."""
        keys = [key for key in value.split("\n") if key]
        if change.field == ORDER:
            return "\n".join(self._ordered(names, change, key) for key in keys)
        if change.field == LEADS:
            ways = (key.split(":", 1) for key in keys)
            return "\n".join(
                names.question(key) if place == Place.QUESTION else names.outcome(key) for place, key in ways
            )
        if change.field == "first":
            return names.question(value) if value else ""
        if change.field in ("article", "articles"):
            return "\n".join(self.articles.get(key, key) for key in keys)
        return self._code(names, change, value)

    def _ordered(self, names: Names, change: Change, key: str) -> str:
        if change.key:
            return names.answer(change.key, key)
        return names.outcome(key) if change.place is Place.OUTCOME else names.question(key)

    def _code(self, names: Names, change: Change, value: str) -> str:
        """Codes by their words; a text is its own."""
        known: dict[str, dict[str, object]] = {
            "cause": {**self.causes},
            "fact": {**LABELS},
            "symptom": {str(code): words for code, words in SYMPTOMS},
            "audience": {str(code): words for code, words in Audience.choices},
        }
        if change.field == "value" and value:
            question = names.questions.get(change.key)
            return value_words(question.fact, value) if question else value
        if change.field == "unknown":
            return gettext("yes") if value else gettext("no")
        return str(known.get(change.field, {}).get(value, value))
