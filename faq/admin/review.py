"""The review list: texts that want another look, and a button that says somebody has looked."""

from typing import Any

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from faq.models import ArticleText
from faq.services import review
from faq.services.review import Look, Reason

WORDS = {
    Reason.BROKEN: _("A link leads nowhere"),
    Reason.MANY_NO: _("Many say it did not help"),
    Reason.OLD: _("Facts not checked for 180 days"),
    Reason.NO_VOTES: _("Nobody has said whether it helps"),
}


def urls(site: AdminSite) -> list[URLPattern]:
    """Ahead of the stock screens of the article."""
    return [path("faq/review/", site.admin_view(page(site)), name="faq_review")]


def page(site: AdminSite) -> Any:
    """The list; POST `checked=<id of a text>` sets today as the day its facts were checked."""

    @require_http_methods(["GET", "HEAD", "POST"])
    def view(request: HttpRequest) -> HttpResponse:
        if not request.user.has_perm("faq.view_articletext"):
            raise PermissionDenied
        if request.method == "POST":
            return _checked(request)
        found = review.looks(timezone.now())
        wanted = request.GET.get("reason", "")
        context = {
            **site.each_context(request),
            "title": gettext("Articles that want another look"),
            "tabs": _tabs(found, wanted),
            "rows": [_row(look) for look in found if wanted not in WORDS or wanted in look.reasons],
            "may_write": request.user.has_perm("faq.change_articletext"),
        }
        return TemplateResponse(request, "admin/faq/review.html", context)

    return view


def _checked(request: HttpRequest) -> HttpResponse:
    if not request.user.has_perm("faq.change_articletext"):
        raise PermissionDenied
    number = request.POST.get("checked", "")
    texts = ArticleText.objects.select_related("article")
    # Ten digits: what a number of a row has at most, and no more than the databases take.
    pk = int(number) if number.isascii() and number.isdigit() and len(number) <= 10 else 0
    text = get_object_or_404(texts, pk=pk)
    review.mark_checked(text=text, day=timezone.localdate(), by=request.user)
    messages.success(request, gettext("Checked today: %(title)s") % {"title": text.title})
    return HttpResponseRedirect(reverse("admin:faq_review"))


def _tabs(found: list[Look], wanted: str) -> list[dict[str, object]]:
    """All, and one a reason, each with its number."""
    rows: list[dict[str, object]] = [
        {"key": "", "words": gettext("All"), "count": len(found), "current": wanted not in WORDS}
    ]
    for reason, words in WORDS.items():
        count = sum(reason in look.reasons for look in found)
        rows.append({"key": reason.value, "words": words, "count": count, "current": reason == wanted})
    return rows


def _row(look: Look) -> dict[str, object]:
    return {"look": look, "words": [WORDS[reason] for reason in look.reasons]}
