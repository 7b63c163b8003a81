"""Filing a request as a client does, page by page."""

import io

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import translation
from hypothesis import HealthCheck, given
from hypothesis import settings as pace
from hypothesis import strategies as st
from PIL import Image

from faq.models import Checklist, Lookup
from faq.services.lookup import sign
from faq.services.walk import answer, begin
from tickets.models import Attachment, Draft, Ticket
from tickets.services import drafts

pytestmark = pytest.mark.django_db

WHAT = {"symptom": "nothing-arrives", "words": "昨日あたりから全然メールがきません"}
WHEN = {"since": "yesterday", "affected_address": "info@yamadaya.example", "work_stopped": "yes"}
WHO = {"name": "山田 和子", "phone": "０９０-0000-0000"}


@pytest.fixture(autouse=True)
def _japanese():
    with translation.override("ja"):
        yield


def photo(name: str = "IMG_0412.png") -> io.BytesIO:
    data = io.BytesIO()
    Image.new("RGB", (20, 20), "green").save(data, "PNG")
    data.seek(0)
    data.name = name
    return data


def url(step: str) -> str:
    return reverse("tickets:new") if step == "what" else reverse("tickets:step", args=[step])


def fill(client: Client, **photos: object) -> None:
    """The three pages of questions, each right."""
    assert client.post(url("what"), WHAT).headers["Location"] == url("when")
    assert client.post(url("when"), {**WHEN, **photos}).headers["Location"] == url("who")
    assert client.post(url("who"), WHO).headers["Location"] == url("check")


class TestFiling:
    def test_a_request_with_a_photo(self, client):
        fill(client, photos=photo())
        page = client.get(url("check")).content.decode()
        for words in ("昨日あたりから", "info@yamadaya.example", "IMG_0412.png", "山田 和子"):
            assert words in page
        response = client.post(url("check"))
        ticket = Ticket.objects.get()
        assert ticket.contact.name == "山田 和子"
        assert ticket.attachments.get().name == "IMG_0412.png"
        assert response.url.startswith(f"/tickets/{ticket.links.get().token}/")
        assert client.get(response.url).status_code == 200

    def test_sent_twice_is_one_request(self, client):
        fill(client)
        first, second = client.post(url("check")), client.post(url("check"))
        assert Ticket.objects.count() == 1
        assert first.url.split("?")[0] == second.url
        assert client.get(url("check")).url == second.url

    def test_going_back_shows_what_was_written(self, client):
        fill(client)
        assert WHAT["words"] in client.get(url("what")).content.decode()
        assert WHEN["affected_address"] in client.get("/en" + url("when")).content.decode()

    def test_an_error_keeps_words_and_files(self, client):
        client.post(url("what"), WHAT)
        wrong = {**WHEN, "affected_address": "info@", "error_text": "550 5.2.2", "photos": photo()}
        response = client.post(url("when"), wrong)
        page = response.content.decode()
        assert response.status_code == 200
        assert 'value="info@"' in page
        assert "550 5.2.2" in page
        assert "IMG_0412.png" in page
        assert client.get(url("check")).url == url("when")

    def test_a_file_is_taken_off(self, client):
        client.post(url("what"), WHAT)
        client.post(url("when"), {**WHEN, "photos": photo()})
        key = Attachment.objects.get().key
        assert client.post(url("when"), {**WHEN, "remove": key}).headers["Location"] == url("when")
        assert not Attachment.objects.exists()

    def test_a_file_we_do_not_keep_is_refused_in_words(self, client):
        client.post(url("what"), WHAT)
        bad = io.BytesIO(b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>")
        bad.name = "a.svg"
        response = client.post(url("when"), {**WHEN, "photos": bad})
        assert response.status_code == 200
        assert response.context["form"].errors["photos"]
        assert not Attachment.objects.exists()

    def test_one_file_refused_costs_none_of_the_others(self, client):
        client.post(url("what"), WHAT)
        bad = io.BytesIO(b"MZ\x00\x00")
        bad.name = "a.exe"
        response = client.post(url("when"), {**WHEN, "photos": [bad, photo("b.png")]})
        assert Attachment.objects.get().name == "b.png"
        assert "a.exe" in response.context["form"].errors["photos"][0]
        assert "b.png" in response.content.decode()

    def test_a_lost_session_loses_nothing(self, client):
        client.post(url("what"), WHAT)
        sealed = drafts.sealed(Draft.objects.get().key)
        other = Client()
        other.post(url("when"), {**WHEN, "draft": sealed})
        assert Draft.objects.get().data["words"] == WHAT["words"]

    def test_a_draft_key_of_ones_own_making_opens_nothing(self, client):
        client.post(url("what"), WHAT)
        Client().post(url("when"), {**WHEN, "draft": Draft.objects.get().key})
        assert "since" not in Draft.objects.order_by("pk")[0].data

    def test_the_contact_on_the_domain_in_trouble(self, client):
        client.post(url("what"), WHAT)
        client.post(url("when"), WHEN)
        who = {"name": "山田", "email": "yamada@YAMADAYA.example"}
        response = client.post(url("who"), who)
        assert "phone" in response.context["form"].errors
        assert client.post(url("who"), {**who, "page_only": "on"}).headers["Location"] == url("check")
        assert "yamadaya.example</b>" in client.get(url("check")).content.decode()

    def test_neither_phone_nor_address(self, client):
        client.post(url("what"), WHAT)
        assert "phone" in client.post(url("who"), {"name": "山田"}).context["form"].errors


class TestBrought:
    def test_the_checklist_and_the_searches_come_along(self, client, knowledge):
        walk = begin(checklist=Checklist.objects.get(slug="nothing-arrives"), language="ja")
        answer(walk=walk, question="outage", answer="no")
        lookup = Lookup.objects.create(text="メールがこない", language="ja")
        brought = f"?walk={walk.token}&l={sign([lookup.pk])}&article=mailbox-full"
        page = client.get(url("what") + brought).content.decode()
        assert "メールがこない" in page
        client.post(url("what") + brought, WHAT)
        client.post(url("when"), WHEN)
        client.post(url("who"), WHO)
        assert "メールがこない" in client.get(url("check")).content.decode()
        client.post(url("check"))
        ticket = Ticket.objects.get()
        assert ticket.evidence.get(kind="walk").walk == walk
        assert ticket.evidence.get(kind="words").text == "メールがこない"
        assert ticket.ticket_articles.get().article.key == "mailbox-full"

    def test_words_are_kept_and_answered_while_typing(self, client, knowledge):
        typed = {"words": WHAT["words"]}
        part = client.post(url("what"), typed, headers={"HX-Request": "true"}).content.decode()
        assert "mailbox-full" in part
        assert "<html" not in part
        assert Draft.objects.get().data["words"] == WHAT["words"]


class TestGuards:
    def test_the_honeypot_and_the_clock_lose_nothing(self, client, settings):
        fill(client)
        assert client.post(url("check"), {"remark": "buy"}).status_code == 200
        settings.FORM_SECONDS = 60
        assert client.post(url("check")).status_code == 200
        assert not Ticket.objects.exists()
        settings.FORM_SECONDS = 0
        assert client.post(url("check")).status_code == 302

    def test_too_many(self, client, settings):
        settings.TICKETS_PER_HOUR = 1
        fill(client)
        client.post(url("check"))
        fill(client)
        # What one process counts, all of them count.
        cache.clear()
        assert client.post(url("check")).status_code == 429
        assert Draft.objects.filter(ticket=None).get().data["words"] == WHAT["words"]

    def test_nothing_else_can_be_set(self, client):
        fill(client)
        client.post(url("who"), {**WHO, "status": "resolved", "owner": "1", "symptom": "other"})
        client.post(url("check"), {"status": "resolved", "work_stopped": "no", "number": "1"})
        ticket = Ticket.objects.get()
        assert (ticket.status, ticket.owner, ticket.symptom) == ("new", None, "nothing-arrives")
        assert ticket.work_stopped is True

    def test_a_password_is_noticed(self, client):
        client.post(url("what"), {**WHAT, "words": "パスワードは abcd1234 です"})
        client.post(url("when"), WHEN)
        client.post(url("who"), WHO)
        assert client.get(url("check")).context["secret"]

    def test_no_post_without_a_token_of_the_form(self):
        assert Client(enforce_csrf_checks=True).post(url("what"), WHAT).status_code == 403

    def test_steps_cost_few_statements(self, client, django_assert_max_num_queries):
        fill(client)
        with django_assert_max_num_queries(14):
            client.get(url("when"))
        with django_assert_max_num_queries(45):
            client.post(url("check"))

    @given(st.dictionaries(st.sampled_from(["words", "symptom", "draft", "since", "remove", "q"]), st.text()))
    @pace(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_junk_never_breaks_it(self, client, junk):
        for step in ("what", "when", "who", "check"):
            assert client.post(url(step), junk).status_code in (200, 302)
