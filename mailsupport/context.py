"""What every template knows: the desk (phone, hours, promise) and the name of the site."""

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext

from faq.models import Desk

# The desk as this process saw it last, so that error pages still give the phone number
# while the database does not answer. Holds one Desk; never written to the database.
_seen: dict[str, Desk | None] = {}


def site(request: HttpRequest) -> dict[str, object]:
    """Context processor. Lazy: a page that does not show the desk does not ask for it."""
    # One query a request, however many templates are rendered for it.
    desk = request.__dict__.setdefault("_desk", SimpleLazyObject(current_desk))
    return {"desk": desk, "site_name": gettext("Mail support")}


def current_desk() -> Desk | None:
    """The desk, remembered for `last_desk`."""
    _seen["desk"] = Desk.shown()
    return _seen["desk"]


def last_desk() -> Desk | None:
    """The desk as last seen by this process, without asking the database."""
    return _seen.get("desk")
