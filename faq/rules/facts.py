"""Facts: what is known of one mail trouble. Words, checklists and the ticket form all give this one type."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Self

LONGEST = 2000
"""Characters kept of one fact (an error text may be long)."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Short codes (see VALUES) or, for the last three fields, the client's own text; "" is unknown."""

    direction: str = ""
    senders: str = ""
    destinations: str = ""
    own_addresses: str = ""
    since: str = ""
    work_stopped: str = ""
    webmail_works: str = ""
    website_works: str = ""
    outage_known: str = ""
    quota_full: str = ""
    program: str = ""
    provider: str = ""
    others_reach: str = ""
    error_shown: str = ""
    in_spam: str = ""
    forwarding_works: str = ""
    password_refused: str = ""
    from_matches: str = ""
    touched: str = ""
    device: str = ""
    affected_address: str = ""
    error_text: str = ""

    @classmethod
    def from_json(cls, data: object) -> Self:
        """Facts from a stored mapping. Unknown names and values that are no text are left out."""
        if not isinstance(data, Mapping):
            return cls()
        names = {field.name for field in fields(cls)}
        return cls(**{k: v[:LONGEST] for k, v in data.items() if k in names and isinstance(v, str)})

    def to_json(self) -> dict[str, str]:
        """Only what is known, in the order of the fields."""
        return {f.name: value for f in fields(self) if (value := getattr(self, f.name))}

    def merged(self, other: "Facts") -> "Facts":
        """These facts, with what `other` knows laid over them (the later word counts)."""
        return replace(self, **other.to_json())

    def without(self, *names: str) -> "Facts":
        """These facts less the named ones (a chip taken off, a question asked anew)."""
        return replace(self, **dict.fromkeys(names, ""))


VALUES: Mapping[str, tuple[str, ...]] = {
    "direction": ("receiving", "sending"),
    "senders": ("one", "some", "all"),
    "destinations": ("one", "some", "all"),
    "own_addresses": ("one", "all"),
    "since": ("today", "yesterday", "earlier", "unknown"),
    "work_stopped": ("yes", "no"),
    "webmail_works": ("yes", "no", "cannot-open"),
    "website_works": ("yes", "no"),
    "outage_known": ("yes", "no"),
    "quota_full": ("yes", "no"),
    "program": ("one", "all"),
    "provider": ("gmail", "carrier", "yahoo", "icloud", "microsoft", "other"),
    "others_reach": ("yes", "no"),
    "error_shown": ("yes", "no"),
    "in_spam": ("yes", "no"),
    "forwarding_works": ("yes", "no"),
    "password_refused": ("yes", "no"),
    "from_matches": ("yes", "no"),
    "touched": ("nothing", "opened", "link", "entered"),
}
"""The codes a fact may hold; a field that is not here holds free text. What they ask:

senders, destinations: whose mail does not arrive here; whom ours does not reach. provider: the other side's
mail service (carrier: docomo, au, SoftBank ...). others_reach: mail of other people reaches that address.
error_shown: an error came back or was shown. in_spam: it lay in a spam folder or another tab.
from_matches: the From domain is the one of the shop. touched: what was done with a suspicious mail.
"""
