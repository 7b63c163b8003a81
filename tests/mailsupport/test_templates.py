"""The frame, the form pack and the error pages."""

import re
from pathlib import Path

import pytest
from django.conf import settings as conf
from django.forms import Form
from django.template import engines
from django.test import Client, RequestFactory
from django.utils import translation

from faq.models import Desk
from mailsupport import context, views
from tests.mailsupport.addresses import EveryWidget
from tests.mailsupport.html import Page

pytestmark = pytest.mark.urls("tests.mailsupport.addresses")
NO_DESK = {"site_name": "メールサポート", "desk": None, "form": None, "request": None}
PAGES = ["400", "403", "403_csrf", "404", "413", "429", "500", "503"]


@pytest.fixture(autouse=True)
def _plain_static(settings, tmp_path):
    """Addresses of static files without the manifest and folder that only collectstatic writes."""
    settings.STATIC_ROOT = tmp_path
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}


@pytest.fixture
def desk(monkeypatch):
    """A desk that needs no database, as the last one this process saw."""
    monkeypatch.setattr(context, "_seen", {"desk": Desk(name_ja="こもれび", phone="03-0000-0000")})


@pytest.fixture
def no_desk(monkeypatch):
    monkeypatch.setattr(context, "_seen", {})


def form_html(form: Form, source: str = "{% crispy form %}") -> str:
    template = engines["django"].from_string("{% load crispy_forms_tags %}" + source)
    with translation.override("ja"):
        return template.render({"form": form})


def drawn() -> list[str]:
    """Both states of a form with every kind of widget."""
    return [form_html(EveryWidget()), form_html(EveryWidget({"address": "info@"}))]


class TestFormPack:
    def test_every_field_is_named_by_a_label_or_legend(self):
        for html in drawn():
            page = Page(html)
            labelled = {label["for"] for label in page.all("label")}
            inputs = page.all("input") + page.all("textarea") + page.all("select")
            alone = [i for i in inputs if i.get("type") != "hidden" and i["id"] not in labelled]
            assert [i["id"] for i in alone] == ["id_day_0", "id_day_1"]  # named by their legend
            assert len(page.all("legend")) == 4

    def test_required_and_optional_are_words(self):
        page = Page(form_html(EveryWidget()))
        assert (page.text.count("必須"), page.text.count("任意")) == (4, 5)

    def test_no_placeholder_style_or_native_bubble(self):
        for html in drawn():
            assert not re.search(r"placeholder|style=|onsubmit|onclick", html)
            assert " novalidate" in html

    def test_choices_show_their_second_line(self):
        html = form_html(EveryWidget())
        assert '<span class="m">Only the program is empty</span>' in html
        assert 'class="choices two"' in html

    def test_hints_and_errors_are_tied_to_the_input(self):
        page = Page(form_html(EveryWidget({"address": "info@"})))
        address = next(i for i in page.all("input") if i.get("name") == "address")
        assert address["aria-invalid"] == "true"
        assert address["aria-describedby"] == "id_address_helptext id_address_error"
        for _tag, attributes in page.tags:
            assert set(attributes.get("aria-describedby", "").split()) <= page.ids()

    def test_typed_words_stay(self):
        assert 'value="info@"' in form_html(EveryWidget({"address": "info@"}))

    def test_the_summary_comes_first_and_links_to_every_wrong_field(self):
        page = Page(form_html(EveryWidget({"address": "info@"})))
        summary = next(a for _tag, a in page.tags if "errors" in a.get("class", ""))
        assert (summary["role"], summary["tabindex"]) == ("alert", "-1")
        links = [a["href"][1:] for a in page.all("a")]
        assert links == ["id_since_0", "id_webmail_0", "id_address", "id_provider"]
        assert set(links) <= page.ids()
        assert "5か所、直してください" in page.text

    def test_an_untouched_form_has_no_summary(self):
        assert "errors" not in form_html(EveryWidget())

    def test_files_make_the_form_multipart(self):
        assert 'enctype="multipart/form-data"' in form_html(EveryWidget())

    def test_the_filter_draws_the_same_fields(self):
        assert form_html(EveryWidget(), "{{ form|crispy }}").count('class="field') == 9


@pytest.mark.django_db
class TestFrame:
    def test_the_frame_sets_no_cookie_and_carries_no_token(self):
        response = Client().get("/")
        assert response.status_code == 200
        assert not response.cookies
        assert b"csrfmiddlewaretoken" not in response.content

    def test_nothing_is_inline(self):
        page = Page(Client().get("/").content.decode())
        assert page.all("script")
        assert all("src" in script and "defer" in script for script in page.all("script"))
        assert not page.all("style")
        assert not [a for _tag, a in page.tags if any(k == "style" or k.startswith("on") for k in a)]

    @pytest.mark.parametrize(
        ("path", "other", "language"), [("/search/?q=x", "/en/search/?q=x", "ja"), ("/en/", "/", "en")]
    )
    def test_the_language_switch_is_a_link_to_the_same_page(self, path, other, language):
        page = Page(Client().get(path).content.decode())
        assert page.all("html")[0]["lang"] == language
        switch = [a for a in page.all("a") if "hreflang" in a]
        assert [a["href"] for a in switch] == [other]

    def test_search_engines_learn_of_both_languages(self):
        page = Page(Client().get("/search/?q=x").content.decode())
        links = {
            (link["rel"], link.get("hreflang", "")): link["href"]
            for link in page.all("link")
            if "href" in link
        }
        assert links["canonical", ""] == f"{conf.SITE_URL}/search/"
        assert links["alternate", "en"] == f"{conf.SITE_URL}/en/search/"

    def test_the_facts_vanish_while_there_is_no_desk(self):
        html = Client().get("/").content.decode()
        assert "tel:" not in html
        assert "受付時間" not in html
        assert "文字で相談する" in html

    def test_the_phone_is_at_both_places(self):
        Desk.objects.create(pk=1, name_ja="こもれび", phone="03-0000-0000")
        page = Page(Client().get("/").content.decode())
        assert [a["href"] for a in page.all("a") if a["href"].startswith("tel:")] == ["tel:0300000000"] * 2

    def test_the_desk_costs_one_query_and_only_when_shown(self, django_assert_num_queries):
        request = RequestFactory().get("/")
        with django_assert_num_queries(0):
            context.site(request)
        with django_assert_num_queries(1):
            assert not context.site(request)["desk"]
            assert not context.site(request)["desk"]


class TestErrorPages:
    """Without the database mark: a page that asked for the desk would fail here."""

    @pytest.mark.parametrize("name", PAGES)
    def test_says_what_happened_in_words(self, name, no_desk):
        with translation.override("ja"):
            page = Page(engines["django"].get_template(f"{name}.html").render(NO_DESK))
        assert len(page.all("h1")) == 1
        assert name[:3] not in page.text
        assert not re.search(r"Error|not found|Forbidden", page.text)

    @pytest.mark.parametrize("name", sorted(set(PAGES) - {"403", "404"}))
    def test_says_what_happened_to_the_text(self, name):
        with translation.override("ja"):
            assert "2回送っても、届くのは1通です" in engines["django"].get_template(f"{name}.html").render(
                NO_DESK
            )

    def test_the_phone_survives_the_database(self, desk, rf):
        response = views.unavailable(rf.get("/"))
        assert response.status_code == 503
        assert response["Retry-After"] == "60"
        assert response.content.count(b"tel:0300000000") == 3

    def test_a_failing_view_gets_the_calm_page(self, desk):
        response = Client(raise_request_exception=False).get("/broken/")
        assert response.status_code == 500
        assert b"tel:0300000000" in response.content

    def test_a_broken_frame_still_answers(self, no_desk, rf, monkeypatch):
        def fail(*_args):
            raise ValueError("missing from the manifest")

        monkeypatch.setattr(views, "render_to_string", fail)
        response = views.server_error(rf.get("/"))
        assert response.status_code == 500
        assert response.content

    @pytest.mark.django_db
    def test_each_handler_answers_with_its_status(self, rf):
        request = rf.get("/nowhere/")
        answers = [
            views.bad_request(request, Exception()),
            views.forbidden(request, Exception()),
            views.csrf_failure(request),
            views.not_found(request, Exception()),
        ]
        assert [answer.status_code for answer in answers] == [400, 403, 403, 404]

    def test_robots_refuses_nothing(self):
        """A noindex under a refused address is never read: what must not be found says so itself."""
        lines = Client().get("/robots.txt").content.decode().splitlines()
        assert [line for line in lines if line.lower().startswith(("disallow", "user-agent"))] == [
            "User-agent: *",
            "Disallow:",
        ]


def test_style_sheets_name_colours_only_in_tokens():
    """A colour outside tokens.css would be missing from the dark scheme."""
    sheets = [Path(conf.BASE_DIR, "static/css", name) for name in ("base.css", "components.css")]
    stray = [hit for sheet in sheets for hit in re.findall(r"#[0-9a-fA-F]{3,8}\b", sheet.read_text())]
    assert set(stray) <= {"#fff"}  # paper in print, the ground under a QR code


def test_scripts_say_why_they_are_there():
    scripts = list(Path(conf.BASE_DIR, "static/js").glob("*.js"))
    assert scripts
    assert all(script.read_text().startswith("/*\n * ") for script in scripts)
