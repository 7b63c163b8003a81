"""Server companies and what is known about each."""

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from faq.admin.article import History
from faq.admin.shown import Shown
from faq.models import Host
from mailsupport.lib.admin import WHEN


class HostForm(forms.ModelForm[Host]):
    """A note; its sources one a line."""

    source_lines = forms.CharField(
        label=_("sources"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
        help_text=_("One a line: page, company, official or not."),
    )

    class Meta:
        model = Host
        fields = [
            *("slug", "name_ja", "name_en", "order", "panel_ja", "panel_en", "webmail_ja", "webmail_en"),
            *("webmail_url", "quota_ja", "quota_en", "limits_ja", "limits_en", "checked"),
        ]

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # whatever Django hands on
        self.initial.setdefault("source_lines", "\n".join(map(str, self.instance.sources)))
        for name, field in self.fields.items():
            if isinstance(field.widget, forms.Textarea) and name != "source_lines":
                field.widget.attrs["rows"] = 2

    def clean(self) -> dict[str, object] | None:
        """The lines become a list."""
        lines = str(self.cleaned_data.get("source_lines", "")).splitlines()
        self.instance.sources = [line.strip() for line in lines if line.strip()]
        return super().clean()


@admin.register(Host)
class HostAdmin(Shown, History):
    """Where things stand with each company; shown in the articles that need it."""

    form = HostForm
    formfield_overrides = WHEN
    list_display = ["name_ja", "name_en", "checked", "order"]
    search_fields = ["slug", "name_ja", "name_en"]
    fieldsets = [
        (None, {"fields": ["slug", ("name_ja", "name_en"), "order"]}),
        (_("In Japanese"), {"fields": ["panel_ja", "webmail_ja", "webmail_url", "quota_ja", "limits_ja"]}),
        (_("In English"), {"fields": ["panel_en", "webmail_en", "quota_en", "limits_en"]}),
        (_("Where it comes from"), {"fields": ["checked", "source_lines"]}),
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: Host | None = None) -> list[str]:
        """Content files, addresses and domains of clients know it by its slug."""
        return ["slug"] if obj else []
