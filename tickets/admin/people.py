"""Clients with their domains, contacts, and the staff users."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from import_export import resources
from import_export.admin import ImportExportModelAdmin
from import_export.forms import ExportForm

from mailsupport.lib.admin import WHEN, CappedList, CappedPaginator, Kept, Labelled
from mailsupport.lib.tables import ConfirmForm, Table
from tickets.admin import search
from tickets.models import Client, Contact, Domain
from tickets.rules import phones


class DomainInline(admin.TabularInline[Domain, Client]):
    """The domains we look after."""

    model = Domain
    formset = Labelled
    formfield_overrides = WHEN
    fields = ["name", "mail_host", "registrar", "expires", "notes"]
    extra = 1

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """Notes as one line: a table has no room for a text box."""
        formset = super().get_formset(request, obj, **kwargs)
        formset.form.base_fields["notes"].widget.attrs["rows"] = 1
        formset.form.base_fields["mail_host"].help_text = _("A name of the list of server companies.")
        return formset


class ClientResource(resources.ModelResource):  # type: ignore[misc]  # import_export has no types
    """Clients as CSV: found again by their name."""

    class Meta:
        model = Client
        fields = ("name", "notes")
        import_id_fields = ("name",)
        skip_unchanged = True


@admin.register(Client)
class ClientAdmin(Kept, ImportExportModelAdmin):  # type: ignore[misc]  # import_export has no types
    """Companies whose mail we look after."""

    resource_classes = [ClientResource]
    formats = [Table]
    confirm_form_class = ConfirmForm
    export_form_class = ExportForm
    to_encoding = "utf-8-sig"
    from_encoding = "utf-8-sig"
    list_display = ["name", "all_domains", "created"]
    search_fields = ["name", "domains__name"]
    list_per_page = 50
    paginator = CappedPaginator
    show_full_result_count = False
    fields = ["name", "notes"]
    inlines = [DomainInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Client]:
        """With the domains."""
        rows: QuerySet[Client] = super().get_queryset(request)
        return rows.prefetch_related("domains")

    @admin.display(description=_("domains"))
    def all_domains(self, client: Client) -> str:
        """Side by side."""
        return ", ".join(domain.name for domain in client.domains.all())

    def has_import_permission(self, request: HttpRequest) -> bool:
        """Whoever may add and change clients one by one."""
        return bool(self.has_add_permission(request) and self.has_change_permission(request))

    def has_export_permission(self, request: HttpRequest) -> bool:
        """Whoever may read them."""
        return bool(self.has_view_permission(request))


@admin.register(Contact)
class ContactAdmin(Kept, admin.ModelAdmin[Contact]):
    """People who ask."""

    list_display = ["name", "client", "email", "phone"]
    list_select_related = ["client"]
    search_fields = ["name", "email", "phone"]
    autocomplete_fields = ["client"]
    list_per_page = 50
    paginator = CappedPaginator
    show_full_result_count = False
    fields = ["name", "client", "email", "second_email", "phone", "language"]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Contact], search_term: str
    ) -> tuple[QuerySet[Contact], bool]:
        """By the beginning of a phone number, an address or a name; the newest by any part of the name."""
        return search.people(queryset, search_term), False

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """With its last page."""
        return CappedList

    def save_model(self, request: HttpRequest, obj: Contact, form: Any, change: bool) -> None:
        """A request is found by the digits of the phone number."""
        obj.phone_digits = phones.digits(obj.phone)
        super().save_model(request, obj, form, change)


admin.site.unregister(User)


@admin.register(User)
class StaffUserAdmin(UserAdmin[User]):
    """Stock users; the e-mail address is what tells staff of new requests."""

    list_display = ["username", "first_name", "last_name", "email", "is_active"]
    readonly_fields = ["last_login", "date_joined"]
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (
            _("Name and e-mail"),
            {
                "fields": (("last_name", "first_name"), "email"),
                "description": _(
                    "New requests and clients' answers are told to this address. "
                    "Use one that does not depend on the mail servers we look after."
                ),
            },
        ),
        (
            _("What they may do"),
            {
                "fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions"),
                "description": _(
                    "Group “agent” answers requests, group “editor” writes articles; both is possible. "
                    "“Staff status” lets them log in here."
                ),
            },
        ),
        (None, {"fields": ("last_login", "date_joined")}),
    )
