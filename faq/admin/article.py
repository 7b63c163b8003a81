"""Articles, their texts in each language, causes, categories and clients' words."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from import_export import resources, widgets
from import_export.admin import ImportExportModelAdmin
from import_export.fields import Field
from import_export.forms import ExportForm
from simple_history.admin import SimpleHistoryAdmin

from faq.admin.shown import Shown
from faq.models import Article, ArticleCause, ArticleText, Category, Cause, Phrase
from faq.models.article import LANGUAGES
from faq.models.host import ASPECTS
from faq.services import publish
from mailsupport.lib.admin import WHEN, CappedPaginator, Kept, Labelled, ReadOnly
from mailsupport.lib.tables import ConfirmForm, Table


class History(SimpleHistoryAdmin):  # type: ignore[misc]  # simple_history has no types
    """Old states can be read, never written back over (SECURITY.md row 39)."""

    def revert_disabled(self, request: HttpRequest, obj: Any = None) -> bool:
        """Old text is copied by hand: what is saved is always a new state."""
        return True

    def history_form_view(
        self, request: HttpRequest, object_id: str, version_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """An old state, read only."""
        if request.method != "GET":
            return HttpResponse(status=405, headers={"Allow": "GET"})
        response: HttpResponse = super().history_form_view(request, object_id, version_id, extra_context)
        return response


class CauseInline(admin.TabularInline[ArticleCause, Article]):
    """The first one is the main cause: its actor is who must act."""

    model = ArticleCause
    formset = Labelled
    extra = 1


class PhraseInline(admin.TabularInline[Phrase, Article]):
    """How clients put it."""

    model = Phrase
    formset = Labelled
    extra = 1

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """A link from "searches without a good answer" brings the client's words along."""
        formset = super().get_formset(request, obj, **kwargs)
        words = request.GET.get("phrase", "")[:200]
        if obj is None and words and request.method == "GET":

            class Prefilled(formset):  # type: ignore[misc,valid-type]  # made by Django
                def __init__(self, *args: Any, **kw: Any) -> None:
                    super().__init__(*args, initial=[{"language": "ja", "text": words}], **kw)

            return Prefilled
        return formset


class TextInline(ReadOnly, admin.TabularInline[ArticleText, Article]):
    """The texts, each a link to its page."""

    model = ArticleText
    fields = ["language", "title", "status", "checked"]
    readonly_fields = ["language", "title", "status", "checked"]
    show_change_link = True
    extra = 0


class ArticleForm(forms.ModelForm[Article]):
    """What all texts of an article share."""

    hosts = forms.MultipleChoiceField(
        label=_("notes about server companies"),
        choices=ASPECTS,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("What of the reader's server company is shown below the steps."),
    )

    class Meta:
        model = Article
        fields = ["key", "category", "audience", "order", "minutes", "hosts"]


@admin.register(Article)
class ArticleAdmin(Kept, History):
    """One problem and its fix. The words stand in its texts."""

    form = ArticleForm

    list_display = ["heading", "category", "main_cause", "states", "audience", "updated"]
    list_filter = ["category", "audience", "texts__status"]
    search_fields = ["key", "texts__title", "phrases__text"]
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    fields = ["key", "category", ("audience", "order", "minutes"), "hosts"]
    inlines = [TextInline, CauseInline, PhraseInline]
    change_form_template = "admin/faq/article/change_form.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Article]:
        """With texts and causes: a list of fifty takes as many statements as a list of one."""
        rows: QuerySet[Article] = super().get_queryset(request)
        return rows.select_related("category").prefetch_related("texts", "article_causes__cause")

    @admin.display(description=_("title"))
    def heading(self, article: Article) -> str:
        """Of any text, published or not."""
        titles = {text.language: text.title for text in article.texts.all()}
        return titles.get("ja") or titles.get("en") or article.key

    @admin.display(description=_("main cause"))
    def main_cause(self, article: Article) -> str:
        """The first of its causes."""
        return str(article.cause or "")

    @admin.display(description=_("texts"))
    def states(self, article: Article) -> str:
        """日本語：公開 English: draft."""
        return ", ".join(f"{t.get_language_display()} {t.get_status_display()}" for t in article.texts.all())

    def get_readonly_fields(self, request: HttpRequest, obj: Article | None = None) -> list[str]:
        """The key is part of the address."""
        return ["key"] if obj else []

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Phrases and causes count in the search at once."""
        super().save_related(request, form, formsets, change)
        publish.refresh(article=form.instance, by=request.user)

    def response_add(
        self, request: HttpRequest, obj: Article, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Go on with the Japanese text."""
        query = urlencode({"article": str(obj.pk), "language": "ja"})
        return HttpResponseRedirect(f"{reverse('admin:faq_articletext_add')}?{query}")

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        """Links to write the languages that are missing."""
        context["missing"] = _missing(kwargs.get("obj"))
        return super().render_change_form(request, context, *args, **kwargs)


def _missing(article: Article | None) -> list[tuple[Any, str]]:
    """Names of the languages without a text, and the query that begins one."""
    if article is None:
        return []
    have = {text.language for text in article.texts.all()}
    return [
        (name, urlencode({"article": str(article.pk), "language": code}))
        for code, name in LANGUAGES
        if code not in have
    ]


class TextForm(forms.ModelForm[ArticleText]):
    """A text; says what is wrong with its Markdown before anything is saved."""

    source_lines = forms.CharField(
        label=_("sources"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
        help_text=_("One a line: page, company, official or not."),
    )

    class Meta:
        model = ArticleText
        fields = ["article", "language", "title", "summary", "note", "needs", "loses", "body", "checked"]
        widgets = {"body": forms.Textarea(attrs={"rows": 28, "class": "vLargeTextField markdown"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("source_lines", "\n".join(map(str, self.instance.sources)))

    def clean(self) -> dict[str, Any] | None:
        """Render once to find links that lead nowhere, lists that mix, and the like."""
        data = super().clean()
        lines = str(self.cleaned_data.get("source_lines", "")).splitlines()
        self.instance.sources = [line.strip() for line in lines if line.strip()]
        try:
            publish.preview(
                str(self.cleaned_data.get("body", "")),
                language=str(self.cleaned_data.get("language") or self.instance.language or "ja"),
            )
        except publish.MarkupError as error:
            raise ValidationError({"body": str(error)}) from error
        return data


@admin.register(ArticleText)
class ArticleTextAdmin(Kept, History):
    """An article in one language: Markdown, preview, publish, take away."""

    form = TextForm
    formfield_overrides = WHEN
    list_display = ["title", "language", "status", "checked", "updated"]
    list_filter = ["status", "language"]
    search_fields = ["title", "summary"]
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    fieldsets = [
        (_("Beside the answer"), {"fields": ["note", "needs", "loses"]}),
        (_("Where it comes from"), {"fields": ["checked", "source_lines"]}),
    ]
    readonly_fields = ["state"]
    change_form_template = "admin/faq/articletext/change_form.html"

    def get_urls(self) -> list[URLPattern]:
        """The preview is a page of its own."""
        view = self.admin_site.admin_view(require_POST(self.preview))
        urls: list[URLPattern] = super().get_urls()
        return [path("preview/", view, name="faq_articletext_preview"), *urls]

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """The choice of articles names them by their titles: one statement, not one an article."""
        if db_field.name == "article":
            kwargs["queryset"] = Article.objects.select_related("category").prefetch_related("texts")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: ArticleText | None = None) -> Any:
        """The article is chosen once, and a link from then on."""
        about = ["state", "title", "summary", "body"]
        return [(None, {"fields": [("of" if obj else "article", "language"), *about]}), *self.fieldsets]

    @admin.display(description=_("article"))
    def of(self, text: ArticleText) -> SafeString:
        """A link to its article."""
        url = reverse("admin:faq_article_change", args=[text.article_id])
        return format_html('<a href="{}">{}</a>', url, text.article)

    @admin.display(description=_("status"))
    def state(self, text: ArticleText) -> str:
        """Changed by the buttons below the form."""
        return text.get_status_display()

    def get_queryset(self, request: HttpRequest) -> QuerySet[ArticleText]:
        """With the article: it is asked for its key."""
        rows: QuerySet[ArticleText] = super().get_queryset(request)
        return rows.select_related("article__category").prefetch_related("article__texts")

    def get_readonly_fields(self, request: HttpRequest, obj: ArticleText | None = None) -> list[str]:
        """A text stays with its article and language."""
        return ["state", "of", "language"] if obj else ["state"]

    def preview(self, request: HttpRequest) -> HttpResponse:
        """The body as it would look: a fragment for htmx, a page of its own without JavaScript."""
        if not (self.has_change_permission(request) or self.has_add_permission(request)):
            return HttpResponse(status=403)
        context = {**self.admin_site.each_context(request), "title": gettext("Preview"), "opts": self.opts}
        context |= _rendered(request.POST.get("body", ""), request.POST.get("language", "ja"))
        context["heading"] = request.POST.get("title", "")
        part = "_preview" if getattr(request, "htmx", False) else "preview"
        return TemplateResponse(request, f"admin/faq/articletext/{part}.html", context)

    def save_model(self, request: HttpRequest, obj: ArticleText, form: Any, change: bool) -> None:
        """The button says which verb."""
        if "_publish" in request.POST:
            publish.publish(text=obj, by=request.user)
        elif "_archive" in request.POST:
            publish.archive(text=obj, by=request.user)
        else:
            publish.save_text(text=obj, by=request.user)

    def response_change(self, request: HttpRequest, obj: ArticleText) -> HttpResponse:
        """Stay on the page after publishing or taking away."""
        stay = {"_publish", "_archive"} & set(request.POST)
        response: HttpResponse = super().response_change(request, obj)
        return HttpResponseRedirect(request.path) if stay else response

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        """With the preview of what is saved, and the page's own address."""
        text = kwargs.get("obj")
        context["saved_html"] = mark_safe(text.html) if text else ""
        context["text"] = text
        return super().render_change_form(request, context, *args, **kwargs)


def _rendered(body: str, language: str) -> dict[str, object]:
    known = language if language in dict(LANGUAGES) else "ja"
    try:
        return {"html": mark_safe(publish.preview(body, language=known)), "fault": ""}
    except publish.MarkupError as error:
        return {"html": "", "fault": str(error)}


@admin.register(Cause)
class CauseAdmin(Shown, Kept, admin.ModelAdmin[Cause]):
    """Why mail fails, and who must act."""

    list_display = ["name_ja", "name_en", "actor", "slug"]
    list_filter = ["actor"]
    search_fields = ["slug", "name_ja", "name_en"]
    fieldsets = [
        (None, {"fields": ["slug", "actor", "name_ja", "explanation_ja"]}),
        (None, {"fields": ["name_en", "explanation_en"]}),
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: Cause | None = None) -> list[str]:
        """Content files and code know it by its slug."""
        return ["slug"] if obj else []


@admin.register(Category)
class CategoryAdmin(Shown, Kept, admin.ModelAdmin[Category]):
    """A shelf of articles."""

    list_display = ["name_ja", "name_en", "order", "slug"]
    fields = ["slug", ("name_ja", "name_en"), "order"]

    def get_readonly_fields(self, request: HttpRequest, obj: Category | None = None) -> list[str]:
        """Part of the address."""
        return ["slug"] if obj else []


class PhraseResource(resources.ModelResource):  # type: ignore[misc]  # import_export has no types
    """Clients' words as CSV: key of the article, language, text."""

    article = Field("article", "article", widgets.ForeignKeyWidget(Article, field="key"))

    class Meta:
        model = Phrase
        fields = ("article", "language", "text")
        import_id_fields = ("article", "language", "text")
        skip_unchanged = True

    def after_import(self, dataset: Any, result: Any, **kwargs: Any) -> None:
        """Bring the index up to date once an article, not once a row."""
        if kwargs.get("dry_run"):
            return
        keys = {row["article"] for row in dataset.dict}
        for article in Article.objects.filter(key__in=keys):
            publish.refresh(article=article, by=kwargs.get("user"))


@admin.register(Phrase)
class PhraseAdmin(ImportExportModelAdmin):  # type: ignore[misc]  # import_export has no types
    """How clients put it: an article's other titles."""

    resource_classes = [PhraseResource]
    formats = [Table]
    confirm_form_class = ConfirmForm
    export_form_class = ExportForm
    to_encoding = "utf-8-sig"
    from_encoding = "utf-8-sig"
    list_display = ["text", "language", "of"]
    list_filter = ["language"]
    search_fields = ["text"]
    autocomplete_fields = ["article"]
    list_per_page = 50
    paginator = CappedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER

    def get_queryset(self, request: HttpRequest) -> QuerySet[Phrase]:
        """With the articles' titles."""
        rows: QuerySet[Phrase] = super().get_queryset(request)
        return rows.select_related("article").prefetch_related("article__texts")

    @admin.display(description=_("article"))
    def of(self, phrase: Phrase) -> SafeString:
        """A link to its article."""
        url = reverse("admin:faq_article_change", args=[phrase.article_id])
        return format_html('<a href="{}">{}</a>', url, phrase.article)

    def has_import_permission(self, request: HttpRequest) -> bool:
        """Whoever may add phrases one by one."""
        return bool(self.has_add_permission(request) and self.has_change_permission(request))

    def has_export_permission(self, request: HttpRequest) -> bool:
        """Whoever may read them."""
        return bool(self.has_view_permission(request))

    def save_model(self, request: HttpRequest, obj: Phrase, form: Any, change: bool) -> None:
        """Counts in the search at once."""
        super().save_model(request, obj, form, change)
        publish.refresh(article=obj.article, by=request.user)

    def delete_model(self, request: HttpRequest, obj: Phrase) -> None:
        """Stops counting at once."""
        article = obj.article
        super().delete_model(request, obj)
        publish.refresh(article=article, by=request.user)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Phrase]) -> None:
        """The same for many."""
        articles = list(Article.objects.filter(phrases__in=queryset).distinct())
        super().delete_queryset(request, queryset)
        for article in articles:
            publish.refresh(article=article, by=request.user)
