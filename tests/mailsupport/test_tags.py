"""The house's template tags and the words they say."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.template import engines
from django.utils import translation

from faq.rules.names import Actor
from mailsupport.lib import dates, icons
from mailsupport.templatetags import mailsupport as tags

NOW = datetime(2026, 11, 24, 1, 15, tzinfo=UTC)  # 10:15 in Tokyo


def render(source: str, **context: object) -> str:
    return engines["django"].from_string("{% load mailsupport %}" + source).render(context)


def test_icons_are_hidden_from_screen_readers():
    assert all('aria-hidden="true"' in icons.svg(name) for name in icons.PATHS)
    assert render('{% icon "mail" %}') == icons.svg("mail")


def test_an_unknown_icon_is_noticed():
    with pytest.raises(KeyError):
        icons.svg("nonsense")


def test_every_actor_has_a_face():
    assert set(tags.FACES) == set(Actor)
    assert all(face.icon in icons.PATHS for face in tags.FACES.values())


@pytest.mark.parametrize("actor", list(Actor))
def test_amber_means_somebody_else_must_act(actor):
    badge = render("{% actor key %}{% actor_line key %}", key=actor.value)
    assert badge.count(" other") == (2 if actor.is_other else 0)


def test_the_badge_says_who_and_how_long():
    with translation.override("ja"):
        badge = render('{% actor "client" note=note %}{% actor_line "client" minutes=15 %}', note="約15分<b>")
    assert "お客様ご自身" in badge
    assert "約15分&lt;b&gt;" in badge
    assert "ご自身で直せます・約15分" in badge


@pytest.mark.parametrize(
    ("language", "moment", "words"),
    [
        ("ja", NOW, "11月24日(火) 10:15"),
        ("ja", NOW - timedelta(hours=5), "11月24日(火) 5:15"),
        ("ja", NOW.replace(year=2025), "2025年11月24日(月) 10:15"),
        ("en", NOW, "Tue 24 Nov, 10:15"),
        ("en", NOW.replace(year=2025), "Mon 24 Nov 2025, 10:15"),
    ],
)
def test_dates_as_people_say_them(language, moment, words):
    with translation.override(language):
        assert dates.when(moment, now=NOW) == words


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        (5, "今日 15:15"),
        (24, "明日 10:15"),
        (-24, "昨日 10:15"),
        (48, "11月26日(木) 10:15"),
        (14, "明日 0:15"),
    ],
)
def test_days_near_now_have_names(hours, words):
    with translation.override("ja"):
        assert dates.when_short(NOW + timedelta(hours=hours), now=NOW) == words


def test_a_day_without_a_time():
    with translation.override("ja"):
        assert dates.day(date(2026, 11, 24), now=NOW) == "11月24日(火)"
        assert dates.day(date(2025, 1, 2), now=NOW) == "2025年1月2日(木)"


def test_a_moment_is_a_time_element_and_none_is_nothing():
    assert 'datetime="2026-11-24T01:15+00:00"' in render("{% when moment %}", moment=NOW)
    assert render("{% when none %}{% when_short none %}{{ none|when }}{{ none|day }}", none=None) == ""


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("03-0000-0000", "tel:0300000000"),
        ("０３（００００）００００", "tel:0300000000"),
        ("+81 3 0000 0000", "tel:+81300000000"),
        ("", ""),
        (None, ""),
    ],
)
def test_phone_numbers_can_be_dialled(written, address):
    assert tags.phone_href(written) == address


@pytest.mark.parametrize(
    ("size", "words"), [(0, "0 KB"), (1, "1 KB"), (839_680, "820 KB"), (3_565_158, "3.4 MB"), (None, "0 KB")]
)
def test_sizes(size, words):
    assert tags.file_size(size) == words


def test_plain_text_keeps_its_lines_and_loses_its_markup():
    assert tags.paragraphs("a <b>\r\nb\n\n\nc\n") == "<p>a &lt;b&gt;<br>b</p>\n<p>c</p>"
    assert tags.paragraphs("") == tags.paragraphs(None) == ""


def test_only_our_own_addresses_become_links(settings):
    settings.SITE_URL = "https://help.example"
    assert tags.paragraphs("See https://help.example/tickets/x?a=1&b=2.") == (
        '<p>See <a href="https://help.example/tickets/x?a=1&amp;b=2">https://help.example/tickets/x?a=1&amp;b=2</a>.</p>'
    )
    for stranger in (
        "https://evil.example/",
        "https://help.example.evil.test/",
        "https://help.example@evil.test/",
    ):
        assert "<a" not in tags.paragraphs(stranger)


def test_an_address_cannot_break_out_of_its_attribute(settings):
    settings.SITE_URL = "https://help.example"
    html = tags.paragraphs('https://help.example/"onmouseover=alert(1)//<script>')
    assert '"onmouseover' not in html
    assert "<script" not in html


def test_a_receipt_number_is_split_to_be_read_aloud():
    assert tags.split_number("4820193756") == ["4820", "1937", "56"]
