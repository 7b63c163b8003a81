"""Every staff page keeps to the strict policy: no style, no handler, no script within the page."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from faq.models import Article, ArticleText, Checklist, Desk, Outcome, Question, Version
from tickets.models import Delivery
from tickets.services import opening, thread

INLINE = re.compile(
    r"<style|\sstyle\s*=|<[^>]*\son[a-z]+\s*=|<script(?![^>]*\ssrc=)|javascript:", re.IGNORECASE
)
MODELS = [
    *(f"faq/{name}" for name in ("article", "articletext", "cause", "category", "checklist", "version")),
    *(f"faq/{name}" for name in ("phrase", "lookup", "vote", "outage")),
    *(f"tickets/{name}" for name in ("ticket", "client", "contact", "delivery")),
    *("auth/user", "auth/group"),
]
ADDED = [
    "faq/article",
    "faq/articletext",
    "faq/cause",
    "faq/outage",
    "tickets/ticket",
    "tickets/client",
    "auth/user",
]


@pytest.fixture
def pages(knowledge: None, desk: Desk, boss: User) -> list[str]:
    """Addresses of all kinds of pages, on rows that exist."""
    ticket = opening.open_by_staff(
        by=boss, contact_name="山田", phone="090-0000-0001", email="", symptom="bounced", words="戻ります"
    ).ticket
    thread.reply(ticket=ticket, body="はい", by=boss)
    delivery = Delivery.objects.create(
        ticket=ticket, kind="reply", target="a@b.example", rfc_message_id="<1>"
    )
    article, text = Article.objects.earliest("pk"), ArticleText.objects.earliest("pk")
    rows = {
        "faq/article": article.pk,
        "faq/articletext": text.pk,
        "faq/checklist": Checklist.objects.earliest("pk").pk,
        "faq/version": Version.objects.earliest("pk").pk,
        "faq/question": Question.objects.earliest("pk").pk,
        "faq/outcome": Outcome.objects.earliest("pk").pk,
        "faq/desk": 1,
        "tickets/ticket": ticket.pk,
        "tickets/delivery": delivery.pk,
        "auth/user": boss.pk,
    }
    return [
        "/admin/",
        "/en/admin/",
        f"/admin/tickets/ticket/{ticket.pk}/client/",
        f"/admin/faq/article/{article.pk}/history/",
        f"/admin/faq/articletext/{text.pk}/history/",
        f"/admin/faq/articletext/{text.pk}/history/{text.history.latest().pk}/",
        *(
            f"/admin/{model}/{verb}/"
            for model in ("faq/phrase", "tickets/client")
            for verb in ("import", "export")
        ),
        *(f"/admin/{model}/" for model in MODELS),
        *(f"/admin/{model}/add/" for model in ADDED),
        *(f"/admin/{model}/{pk}/change/" for model, pk in rows.items()),
    ]


def test_no_page_holds_style_handler_or_script(pages: list[str], boss: User) -> None:
    client = Client()
    client.force_login(boss, backend="django.contrib.auth.backends.ModelBackend")
    for address in pages:
        response = client.get(address)
        html = response.content.decode()
        assert response.status_code == 200, address
        assert not INLINE.findall(html), address
        assert "unsafe" not in response["Content-Security-Policy"], address
        assert html.count("<h1") == 1, address
    assert len(pages) > 30


def test_the_pattern_finds_what_it_should() -> None:
    for bad in (
        '<p style="x">',
        "<style>",
        '<a onclick="x">',
        "<script>x</script>",
        '<a href="javascript:x">',
    ):
        assert INLINE.search(bad)
    assert not INLINE.search('<script src="/x.js" defer></script><p class="one">condition = 1</p>')


def test_the_login_page_too(db: Any) -> None:
    assert not INLINE.findall(Client().get("/admin/login/").content.decode())
