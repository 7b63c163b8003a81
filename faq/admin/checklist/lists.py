"""Checklists: what there is, a new one, a copy, and the states each has been in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import ModelAdmin
from django.db import IntegrityError, transaction
from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from faq.admin.checklist.rights import may_write, require_writer
from faq.admin.checklist.wording import home_of, version_words
from faq.admin.shown import Shown
from faq.models import Checklist, Version
from faq.rules.content import SLUG
from faq.services import editing
from mailsupport.lib import dates
from mailsupport.lib.admin import Kept
from mailsupport.lib.names import staff_name

_NEW = ("slug", "symptom", "title_ja", "title_en", "audience", "order", "intro_ja", "intro_en")


class SlugForm(forms.ModelForm[Checklist]):
    """An address that content files can name, too."""

    def clean_slug(self) -> str:
        """Small letters: what is exported could else not be loaded again."""
        slug = str(self.cleaned_data["slug"])
        if not SLUG.fullmatch(slug):
            raise forms.ValidationError(_("Only small letters, digits and hyphens, please."))
        return slug


class CopyForm(SlugForm):
    """What must differ in a copy."""

    class Meta:
        model = Checklist
        fields = ("title_ja", "title_en", "slug")
        help_texts = {"slug": _("The end of its address: small letters, digits and hyphens.")}


@admin.register(Checklist)
class ChecklistAdmin(Shown, Kept, admin.ModelAdmin[Checklist]):
    """A list of questions for one symptom."""

    form = SlugForm
    list_display = ["name", "symptom", "audience", "published_words", "draft_words", "order"]
    fieldsets = [
        (None, {"fields": ["slug", "symptom", "title_ja", "intro_ja", ("audience", "order")]}),
        (None, {"fields": ["title_en", "intro_en"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Checklist]:
        """With their versions, the newest first. Two statements."""
        rows = Version.objects.select_related("created_by", "published_by")
        return super().get_queryset(request).prefetch_related(Prefetch("versions", rows, to_attr="states"))

    @admin.display(description=_("checklist"), ordering="title_ja")
    def name(self, checklist: Checklist) -> str:
        """Its title in the active language."""
        return checklist.title

    @admin.display(description=_("Published version"))
    def published_words(self, checklist: Checklist) -> str | SafeString:
        """A link to the version that clients walk."""
        return _link(_state(checklist, Version.Status.PUBLISHED)) or gettext("Not published yet")

    @admin.display(description=_("Draft"))
    def draft_words(self, checklist: Checklist) -> str | SafeString:
        """A link to the version being written, with who began it."""
        return _link(_state(checklist, Version.Status.DRAFT)) or "—"

    def get_readonly_fields(self, request: HttpRequest, obj: Checklist | None = None) -> tuple[str, ...]:
        """Addresses stay, and figures are counted by symptom: both are chosen once."""
        return ("slug", "symptom") if obj else ()

    def get_urls(self) -> list[URLPattern]:
        """The stock screens, a copy, and the way into a draft."""
        wrap = self.admin_site.admin_view
        return [
            path("<int:pk>/copy/", wrap(self.copy), name="faq_checklist_copy"),
            path("<int:pk>/draft/", wrap(self.draft), name="faq_checklist_draft"),
            *super().get_urls(),
        ]

    def save_model(self, request: HttpRequest, obj: Checklist, form: Any, change: bool) -> None:
        """A new one begins with an empty draft."""
        if change:
            super().save_model(request, obj, form, change)
            return
        values = {name: getattr(obj, name) for name in _NEW}
        obj.pk = editing.new_checklist(by=request.user, **values).checklist_id

    def response_add(
        self, request: HttpRequest, obj: Checklist, post_url_continue: str | None = None
    ) -> HttpResponse:
        """On to the empty draft."""
        draft = obj.draft()
        if draft is None:
            return super().response_add(request, obj, post_url_continue)
        messages.success(request, gettext("The checklist is there. Now write its questions and outcomes."))
        return HttpResponseRedirect(home_of(draft))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Its own texts, and all its versions."""
        found = self.get_object(request, object_id)
        states: list[Version] = found.states if found else []  # type: ignore[attr-defined]  # to_attr
        pairs = zip(states, [*states[1:], None], strict=True) if states else ()
        context = {
            "versions": [
                {"row": row, "words": version_words(row), "before": before} for row, before in pairs
            ],
            "draft": found and _state(found, Version.Status.DRAFT),
            "may_write": may_write(request),
        }
        return super().change_view(request, object_id, form_url, context | (extra_context or {}))

    def draft(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The draft there is, else a new one."""
        return _draft(request, pk)

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def copy(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The same questions under another name."""
        return _copy(self, request, pk)


def _state(checklist: Checklist, status: Version.Status) -> Version | None:
    states: list[Version] = checklist.states  # type: ignore[attr-defined]  # to_attr
    return next((row for row in states if row.status == status), None)


def _link(version: Version | None) -> SafeString:
    """第2版・11月24日・鈴木: a link to the version, "" for none."""
    if version is None:
        return SafeString("")
    draft = version.status == Version.Status.DRAFT
    moment = version.created if draft else version.published_at
    by = version.created_by if draft else version.published_by
    words = [gettext("version %(n)s") % {"n": version.number}]
    words += [dates.when(moment)] if moment else []
    words += [staff_name(by)] if by else []
    return format_html('<a href="{}">{}</a>', home_of(version), gettext(", ").join(words))


@require_POST
def _draft(request: HttpRequest, pk: int) -> HttpResponse:
    require_writer(request)
    draft = editing.draft_of(checklist=_found(pk), by=request.user)
    return HttpResponseRedirect(home_of(draft))


def _copy(admin: ModelAdmin[Checklist], request: HttpRequest, pk: int) -> HttpResponse:
    require_writer(request)
    source = _found(pk)
    form = CopyForm(request.POST) if request.method == "POST" else CopyForm(initial=_proposed(source))
    if form.is_valid():
        made = _made(form, source, request)
        if made is not None:
            words = gettext("“%(title)s” is a copy of “%(source)s”: clients see it once it is published.")
            messages.success(request, words % {"title": made.checklist.title, "source": source.title})
            return HttpResponseRedirect(home_of(made))
    context = {
        **admin.admin_site.each_context(request),
        "title": gettext("Make a copy"),
        "subtitle": source.title,
        "opts": admin.opts,
        "checklist": source,
        "form": form,
        "home": reverse("admin:faq_checklist_change", args=[source.pk]),
    }
    status = 422 if form.errors else 200
    return TemplateResponse(request, "admin/faq/checklist/copy.html", context, status=status)


def _made(form: CopyForm, source: Checklist, request: HttpRequest) -> Version | None:
    """The copy; None with an error on the form where somebody took the address in the same moment."""
    try:
        with transaction.atomic():
            return editing.copy_checklist(checklist=source, by=request.user, **form.cleaned_data)
    except IntegrityError:
        form.add_error("slug", gettext("This address has just been taken."))
        return None


def _proposed(source: Checklist) -> dict[str, str]:
    """A name and an address that nobody has yet."""
    taken = set(Checklist.objects.order_by().values_list("slug", flat=True))
    number = 2
    while f"{source.slug[:46]}-{number}" in taken:
        number += 1
    return {
        "title_ja": f"{source.title_ja}（{number}）"[-120:],
        "title_en": f"{source.title_en} ({number})"[-120:],
        "slug": f"{source.slug[:46]}-{number}",
    }


def _found(pk: int) -> Checklist:
    # What the database takes no number for is no checklist either.
    if pk >= 2**63:
        raise Http404
    return get_object_or_404(Checklist, pk=pk)
