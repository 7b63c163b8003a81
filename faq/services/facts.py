"""Facts in words: for the check page, the ticket and the staff."""

from __future__ import annotations

from typing import Final, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from faq.models.base import SYMPTOMS
from faq.rules.facts import Facts
from faq.rules.names import Symptom

LABELS: Final[dict[str, Promise]] = {
    "direction": _("Which way"),
    "senders": _("Whose mail"),
    "destinations": _("To whom"),
    "own_addresses": _("Which of your addresses"),
    "since": _("Since when"),
    "work_stopped": _("Has work stopped?"),
    "webmail_works": _("In webmail"),
    "website_works": _("The web site"),
    "outage_known": _("Notice of an outage"),
    "quota_full": _("Space in the mailbox"),
    "program": _("Mail programs"),
    "provider": _("The other side’s mail service"),
    "others_reach": _("Mail of other people to that address"),
    "error_shown": _("An error message"),
    "in_spam": _("In the spam folder or a tab"),
    "forwarding_works": _("Forwarding, as a test"),
    "password_refused": _("The password"),
    "from_matches": _("Domain of shop and sender address"),
    "touched": _("What was done with the mail"),
    "device": _("Device"),
    "affected_address": _("Address in trouble"),
    "error_text": _("Words on the screen"),
}
_WORDS: Final[dict[str, dict[str, Promise]]] = {
    "direction": {"receiving": _("Receiving"), "sending": _("Sending")},
    "senders": {
        "one": _("One sender’s only"),
        "some": _("Some senders’"),
        "all": _("Everybody’s"),
    },
    "own_addresses": {"one": _("One address only"), "all": _("All addresses")},
    "since": {
        "today": _("Since today"),
        "yesterday": _("Since yesterday"),
        "earlier": _("Since earlier"),
        "unknown": _("Do not know"),
    },
    "work_stopped": {"yes": _("Yes, work has stopped"), "no": _("No, work goes on")},
    "webmail_works": {
        "yes": _("New mail is there"),
        "no": _("New mail is not there"),
        "cannot-open": _("Webmail cannot be opened"),
    },
    "website_works": {"yes": _("Opens"), "no": _("Does not open")},
    "outage_known": {"yes": _("There is one"), "no": _("There is none")},
    "quota_full": {"yes": _("Close to the limit"), "no": _("Room left")},
    "destinations": {
        "one": _("To one address only"),
        "some": _("To some addresses"),
        "all": _("To everybody"),
    },
    "program": {"one": _("One program only"), "all": _("All programs")},
    "provider": {
        "gmail": _("Gmail"),
        "carrier": _("Mobile (docomo, au, SoftBank and so on)"),
        "yahoo": _("Yahoo! Mail"),
        "icloud": _("iCloud"),
        "microsoft": _("Outlook.com, Hotmail"),
        "other": _("Another one"),
    },
    "others_reach": {"yes": _("It arrives"), "no": _("It does not arrive, either")},
    "error_shown": {"yes": _("Appears or came back"), "no": _("There is none")},
    "in_spam": {"yes": _("It was there"), "no": _("It was not there")},
    "forwarding_works": {"yes": _("Mail is forwarded"), "no": _("Mail is not forwarded")},
    "password_refused": {"yes": _("Refused"), "no": _("Accepted")},
    "from_matches": {"yes": _("The same"), "no": _("Different ones")},
    "touched": {
        "nothing": _("Nothing"),
        "opened": _("Only opened the mail"),
        "link": _("Opened a link or a file"),
        "entered": _("Entered a password or a card number"),
    },
}
_SYMPTOMS: Final = {
    Symptom.NOTHING_ARRIVES: Facts(direction="receiving", senders="all"),
    Symptom.SOME_MISSING: Facts(direction="receiving", senders="some"),
    Symptom.BOUNCED: Facts(direction="sending"),
    Symptom.SOME_PROVIDERS: Facts(direction="sending"),
    Symptom.CANNOT_SEND: Facts(direction="sending"),
}


class Described(NamedTuple):
    """One fact for people to read."""

    name: str
    label: str
    value: str


def describe(facts: Facts) -> list[Described]:
    """What is known, in the active language, in the order of the fields; a code without words as it is."""
    return [
        Described(name, str(LABELS[name]), str(_WORDS.get(name, {}).get(value, value)))
        for name, value in facts.to_json().items()
    ]


def facts_of_symptom(symptom: str) -> Facts:
    """What a symptom alone tells."""
    return _SYMPTOMS.get(Symptom(symptom), Facts()) if symptom in dict(SYMPTOMS) else Facts()
