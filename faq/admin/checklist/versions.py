"""One version of a checklist: its questions, its drawing, what keeps it from being published."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from faq.admin.checklist import pages
from faq.admin.checklist.cards import Cards
from faq.admin.checklist.differences import Addresses, faults, places_of
from faq.admin.checklist.rights import may_write, require_writer
from faq.admin.checklist.wording import context_of, found_or_404, home_of
from faq.models import Version
from faq.rules.compare import Place
from faq.rules.words import clean
from faq.services import editing
from faq.services.draft import Elsewhere, Gone, NotADraft, row_of, ways_to
from faq.services.drawing import drawing_of
from faq.services.faults import Names, check
from faq.services.publish import By
from mailsupport.lib.admin import ReadOnly

DIGITS: Final = 18
"""No row has a longer number; Python refuses to read one of some thousand digits."""


@admin.register(Version)
class VersionAdmin(ReadOnly, admin.ModelAdmin[Version]):
    """One state of a checklist; reached from it."""

    list_display = ["checklist", "number", "status", "published_at"]
    list_filter = ["status"]
    list_select_related = ["checklist"]

    def get_urls(self) -> list[URLPattern]:
        """The stock screens, and those of a version."""
        remove = path("<int:pk>/remove/", self.admin_site.admin_view(self.remove), name="faq_version_remove")
        return [*pages.urls(self), remove, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """All of it at a glance; a draft is put in order here."""
        version = _found(object_id)
        if request.method == "POST":
            require_writer(request)
            return _done(request, version)
        if not self.has_view_permission(request, version):
            require_writer(request)
        return TemplateResponse(request, "admin/faq/version/change_form.html", self.whole(request, version))

    def whole(self, request: HttpRequest, version: Version) -> dict[str, Any]:
        """The page's context. 27 statements at most, however many questions there are."""
        file, places = editing.read(version), places_of(version)
        checked = check(file)
        cards = Cards(file, checked, places)
        is_draft = version.status == Version.Status.DRAFT
        return context_of(self, request, version, gettext("Questions and outcomes")) | {
            "writes": is_draft and may_write(request),
            "may_write": may_write(request),
            "is_draft": is_draft,
            "draft": None if is_draft else version.checklist.draft(),
            "faults": faults(checked.problems, places, version),
            "warnings": faults(checked.warnings, places, version),
            "questions": cards.questions(),
            "outcomes": cards.outcomes(),
            "drawing": drawing_of(version, address=_address_in(places)),
        }

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def remove(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What would lead nowhere without this question or outcome, and the button."""
        return _remove(self, request, pk)


def _found(object_id: str) -> Version:
    if not object_id.isdecimal() or len(object_id) > DIGITS:
        raise Http404
    return found_or_404(int(object_id))


def _address_in(places: Addresses) -> Callable[[str, str], str]:
    """Nodes of the drawing lead to the pages of questions and outcomes."""
    return lambda kind, key: places.get((Place(kind), key), "")


def _up(version: Version, key: str, by: By) -> str:
    editing.move_question(version=version, key=key, up=True, by=by)
    return f"q-{key}"


def _down(version: Version, key: str, by: By) -> str:
    editing.move_question(version=version, key=key, up=False, by=by)
    return f"q-{key}"


def _first(version: Version, key: str, by: By) -> str:
    editing.set_first(version=version, key=key, by=by)
    return f"q-{key}"


def _sort(version: Version, key: str, by: By) -> str:
    editing.sort_questions(version=version, by=by)
    return "questions"


def _add_question(version: Version, key: str, by: By) -> str:
    return f"q-{editing.add_question(version=version, after=key, by=by).key}"


def _add_outcome(version: Version, key: str, by: By) -> str:
    return f"o-{editing.add_outcome(version=version, by=by).key}"


VERBS: Final[Mapping[str, Callable[[Version, str, By], str]]] = {
    "up": _up,
    "down": _down,
    "first": _first,
    "sort": _sort,
    "question": _add_question,
    "outcome": _add_outcome,
}
"""What a button of the page does with the key it names; each returns the place on the page to go back to."""


def _done(request: HttpRequest, version: Version) -> HttpResponse:
    """One button: `do` is "verb" or "verb:key"."""
    name, _colon, key = clean(request.POST.get("do", ""), 110).partition(":")
    place = ""
    if name in VERBS:
        try:
            place = VERBS[name](version, key, request.user)
        except (NotADraft, Gone, Elsewhere):
            messages.warning(request, gettext("That is no longer there: a colleague was faster."))
    return HttpResponseRedirect(f"{home_of(version)}#{place}" if place else home_of(version))


def _remove(admin: VersionAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    require_writer(request)
    version = found_or_404(pk)
    place, _colon, key = clean(request.GET.get("what", ""), 110).partition(":")
    if place not in (Place.QUESTION, Place.OUTCOME):
        raise Http404
    if request.method != "POST":
        return _remove_page(admin, request, version, Place(place), key)
    try:
        verb = editing.remove_question if place == Place.QUESTION else editing.remove_outcome
        verb(version=version, key=key, by=request.user)
    except (NotADraft, Gone):
        messages.warning(request, gettext("That is no longer there: a colleague was faster."))
    else:
        messages.success(request, gettext("Removed."))
    return HttpResponseRedirect(home_of(version))


def _remove_page(
    admin: VersionAdmin, request: HttpRequest, version: Version, place: Place, key: str
) -> HttpResponse:
    file = editing.read(version)
    names = Names(file)
    try:
        row_of(file, place, key)
    except Gone:
        raise Http404 from None
    question = place is Place.QUESTION
    context = context_of(admin, request, version, gettext("Remove")) | {
        "is_draft": version.status == Version.Status.DRAFT,
        "is_question": question,
        "name": names.question(key, short=False) if question else names.outcome(key),
        "is_first": question and key == file.first,
        "lost": [
            f"{names.question(source)} = {names.answer(source, answer.key)}"
            for source, answer in ways_to(file, place).get(key, ())
            if source != key
        ],
    }
    return TemplateResponse(request, "admin/faq/version/remove.html", context)
