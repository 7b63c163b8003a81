"""The staff site: stock Django admin with our words, and a home page that says what to do next."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.admin.forms import AdminAuthenticationForm
from django.core.validators import MaxLengthValidator
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from faq.models import Desk
from tickets import reports
from tickets.views import statistics


class SignInForm(AdminAuthenticationForm):
    """Refuses a name longer than any account's: Django only tells the browser, and the log of failed sign-ins
    has no room for it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name = self.fields["username"]
        name.validators.append(MaxLengthValidator(name.max_length))  # type: ignore[attr-defined]  # set by Django


class StaffSite(AdminSite):
    """Stock Django admin with our words."""

    login_form = SignInForm
    site_header = _("Mail support")
    site_title = _("Mail support staff")
    index_title = _("Home")
    enable_nav_sidebar = False

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """The stock screens, the statistics of checklists, and the review list of articles."""
        # Its models exist only when the apps are ready; this module is read before.
        from faq.admin import review  # noqa: PLC0415

        return [*statistics.urls(self), *review.urls(self), *super().get_urls()]

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """The staff home: is mail going out, what is ours to do, what do clients not find."""
        now = timezone.now()
        request.current_app = self.name
        context = {**self.each_context(request), **home(now), "title": self.index_title}
        return TemplateResponse(request, "admin/index.html", {**context, **(extra_context or {})})

    def app_index(
        self, request: HttpRequest, app_label: str, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """The home again, with the screens of one app: the stock page is built on our template."""
        context = {**home(timezone.now()), **(extra_context or {})}
        return super().app_index(request, app_label, context)


def home(now: datetime) -> dict[str, object]:
    """What the staff home shows at `now`."""
    numbers = reports.home_counts(now)
    desk = Desk.objects.prefetch_related("closed_periods").filter(pk=1).first()
    return {
        "now": now,
        "health": reports.health(),
        "mail_is_sent": settings.MAIL_IS_SENT,
        "numbers": numbers,
        "oldest_new": reports.oldest_new(),
        "bars": reports.top_causes(now),
        "gaps": reports.gaps(now),
        "next": reports.next_to_act(),
        "setup": setup(desk),
    }


@dataclass(frozen=True)
class Step:
    """One thing to set up. `url` is "" where it is done outside these screens."""

    words: str
    done: bool
    url: str = ""


def setup(desk: Desk | None) -> dict[str, object]:
    """What is still to be set up: without it no page shows a phone number or a promise."""
    url = reverse("admin:faq_desk_changelist")
    steps = [
        Step(gettext("Name of the desk"), desk is not None and bool(desk.name_ja), url),
        Step(gettext("Phone number and hours"), desk is not None and bool(desk.phone and desk.opens), url),
        Step(
            gettext("Closed days (year end, Obon)"), desk is not None and bool(desk.closed_periods.all()), url
        ),
        Step(gettext("Mail sending (EMAIL_URL in the environment)"), settings.MAIL_IS_SENT),
    ]
    return {"steps": steps, "open": sum(not step.done for step in steps)}
