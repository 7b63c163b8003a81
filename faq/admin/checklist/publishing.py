"""Publishing a draft, throwing it away, going back to an older version."""

from __future__ import annotations

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from faq.admin.checklist.differences import differences, faults, places_of
from faq.admin.checklist.rights import require_writer
from faq.admin.checklist.wording import context_of, found_or_404, home_of, version_words
from faq.models import Version, Walk
from faq.rules.words import clean
from faq.services import editing
from faq.services.draft import DraftExists, Invalid, NotADraft, Stale, stamp
from faq.services.faults import check

View = Callable[..., HttpResponse]
_NOTE = 200


class NoteForm(forms.Form):
    """What colleagues read in the history."""

    note = forms.CharField(
        label=_("What has changed"),
        required=False,
        max_length=_NOTE,
        widget=forms.TextInput(attrs={"aria-describedby": "note-help"}),
    )

    def clean_note(self) -> str:
        """Without control characters, which PostgreSQL does not take."""
        return clean(self.cleaned_data["note"], _NOTE)


def publish(admin: ModelAdmin[Version]) -> View:
    """What will change for clients, what is wrong, and the button."""

    @require_http_methods(["GET", "HEAD", "POST"])
    def view(request: HttpRequest, pk: int) -> HttpResponse:
        require_writer(request)
        version = found_or_404(pk)
        if version.status != Version.Status.DRAFT:
            return _no_draft(request, version)
        form = NoteForm(request.POST if request.method == "POST" else None)
        if not form.is_valid():
            return _publish_page(admin, request, version, form, status=422 if form.errors else 200)
        return _publish(admin, request, version, form)

    return view


def _publish(
    admin: ModelAdmin[Version], request: HttpRequest, version: Version, form: NoteForm
) -> HttpResponse:
    try:
        editing.publish_version(
            version=version, note=form.cleaned_data["note"], by=request.user, seen=_seen(request)
        )
    except Invalid:
        return _publish_page(admin, request, version, form, status=422)
    except Stale:
        return _publish_page(admin, request, version, form, stale=True, status=409)
    except NotADraft:
        return _no_draft(request, version)
    words = gettext("Version %(n)s of “%(title)s” is published: clients see it from now on.")
    messages.success(request, words % {"n": version.number, "title": version.checklist.title})
    return HttpResponseRedirect(home_of(version))


def _publish_page(
    admin: ModelAdmin[Version],
    request: HttpRequest,
    version: Version,
    form: NoteForm,
    *,
    stale: bool = False,
    status: int = 200,
) -> HttpResponse:
    file, places = editing.read(version), places_of(version)
    checked = check(file)
    live = version.checklist.published()
    context = context_of(admin, request, version, gettext("Publish")) | {
        "form": form,
        "stale": stale,
        "seen": stamp(file),
        "faults": faults(checked.problems, places, version),
        "warnings": faults(checked.warnings, places, version),
        "live": live,
        "differences": differences(editing.read(live), file, places) if live else [],
        "open_walks": Walk.objects.open_to_resume().filter(version=live, finished=None).count()
        if live
        else 0,
        "questions": len(file.questions),
        "outcomes": len(file.outcomes),
        "most": _NOTE,
    }
    return TemplateResponse(request, "admin/faq/version/publish.html", context, status=status)


def discard(admin: ModelAdmin[Version]) -> View:
    """What would be lost, and the button."""

    @require_http_methods(["GET", "HEAD", "POST"])
    def view(request: HttpRequest, pk: int) -> HttpResponse:
        require_writer(request)
        version = found_or_404(pk)
        if version.status != Version.Status.DRAFT:
            return _no_draft(request, version)
        if request.method != "POST":
            return _discard_page(admin, request, version)
        try:
            with transaction.atomic():
                # Nothing else tells afterwards that it was there.
                admin.log_deletions(request, Version.objects.filter(pk=version.pk))
                editing.discard(version=version, by=request.user, seen=_seen(request))
        except Stale:
            return _discard_page(admin, request, version, stale=True, status=409)
        except NotADraft:
            return _no_draft(request, version)
        messages.success(request, gettext("The draft is thrown away."))
        return HttpResponseRedirect(reverse("admin:faq_checklist_change", args=[version.checklist_id]))

    return view


def _discard_page(
    admin: ModelAdmin[Version],
    request: HttpRequest,
    version: Version,
    *,
    stale: bool = False,
    status: int = 200,
) -> HttpResponse:
    file, live = editing.read(version), version.checklist.published()
    context = context_of(admin, request, version, gettext("Throw the draft away")) | {
        "stale": stale,
        "seen": stamp(file),
        "live": live,
        "differences": differences(editing.read(live), file, places_of(version)) if live else [],
        "questions": len(file.questions),
        "outcomes": len(file.outcomes),
    }
    return TemplateResponse(request, "admin/faq/version/discard.html", context, status=status)


def restore(admin: ModelAdmin[Version]) -> View:
    """An older state becomes a draft; over no other one."""

    @require_POST
    def view(request: HttpRequest, pk: int) -> HttpResponse:
        require_writer(request)
        version = found_or_404(pk)
        try:
            draft = editing.draft_from(version=version, by=request.user)
        except DraftExists as refused:
            words = gettext("There is a draft already. Publish it or throw it away first: {}")
            link = format_html('<a href="{}">{}</a>', home_of(refused.draft), version_words(refused.draft))
            messages.warning(request, format_html(words, link))
            return HttpResponseRedirect(reverse("admin:faq_version_compare", args=[version.pk]))
        words = gettext("Version %(n)s is a draft again. Clients see it once it is published.")
        messages.success(request, words % {"n": version.number})
        return HttpResponseRedirect(home_of(draft))

    return view


def _no_draft(request: HttpRequest, version: Version) -> HttpResponse:
    """A colleague was faster, or an old page is open."""
    messages.warning(request, gettext("This version is no draft (any more): nothing was changed."))
    still = Version.objects.filter(pk=version.pk).exists()
    back = reverse("admin:faq_checklist_change", args=[version.checklist_id])
    return HttpResponseRedirect(home_of(version) if still else back)


def _seen(request: HttpRequest) -> str:
    """The stamp of what the page showed; one that fits nothing where a form came without."""
    return request.POST.get("seen", "") or "-"
