"""Addresses for template tests: the names the frame links to, each answered by the sample page."""

from django import forms
from django.conf.urls.i18n import i18n_patterns
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import include, path

from mailsupport import views
from mailsupport.lib.choices import Label

SAMPLE = """{% extends "base.html" %}
{% block title %}Sample{% endblock %}{% block main %}<h1>Sample</h1>{% endblock %}"""


class EveryWidget(forms.Form):
    """One field of each kind that the template pack draws."""

    since = forms.ChoiceField(
        label="Since when",
        widget=forms.RadioSelect(attrs={"class": "two"}),
        choices=[("a", "Today"), ("b", "Before")],
    )
    webmail = forms.ChoiceField(
        label="Webmail",
        widget=forms.RadioSelect,
        choices=[("y", Label("It is there", "Only the program is empty"))],
    )
    address = forms.EmailField(label="Address", help_text="Example: info@shop.example")
    words = forms.CharField(label="Words on the screen", required=False, widget=forms.Textarea)
    devices = forms.MultipleChoiceField(
        label="Devices",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[("pc", "Computer"), ("sp", "Phone")],
    )
    provider = forms.ChoiceField(label="Provider", choices=[("", "-"), ("g", "Gmail")])
    photo = forms.FileField(label="Photo", required=False)
    stopped = forms.BooleanField(label="Work has stopped", required=False)
    day = forms.SplitDateTimeField(label="Day and time", required=False)
    key = forms.CharField(widget=forms.HiddenInput)


def sample(request: HttpRequest) -> HttpResponse:
    """The frame around nothing."""
    return HttpResponse(engines["django"].from_string(SAMPLE).render({}, request))


def broken(request: HttpRequest) -> HttpResponse:
    """A page that fails."""
    raise RuntimeError


faq = (
    [
        path("", sample, name="home"),
        path("search/", sample, name="search"),
        path("feed/", sample, name="feed"),
        path("privacy/", sample, name="privacy"),
    ],
    "faq",
)
tickets = ([path("new/", sample, name="new"), path("find/", sample, name="find")], "tickets")
urlpatterns = [
    path("robots.txt", views.robots),
    path("broken/", broken),
    *i18n_patterns(path("tickets/", include(tickets)), path("", include(faq)), prefix_default_language=False),
]
handler404 = "mailsupport.views.not_found"
handler500 = "mailsupport.views.server_error"
