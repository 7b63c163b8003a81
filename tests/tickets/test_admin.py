"""The staff screens of requests: what they show, what they refuse, and what they cost."""

from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, User
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from faq.models import Article, ArticleText, Category, Cause
from tests.conftest import groups_of_staff
from tickets.models import (
    Attachment,
    Contact,
    Delivery,
    Event,
    Message,
    Ticket,
    TicketArticle,
)
from tickets.rules.workflow import Status
from tickets.services import opening, routing, thread

QUEUE = "/admin/tickets/ticket/"


@pytest.fixture(autouse=True)
def _groups(db: None) -> None:
    """As migrations make them, whatever an earlier test has flushed."""
    groups_of_staff()


@pytest.fixture
def cause(db: None) -> Cause:
    """Something to resolve with."""
    return Cause.objects.create(
        slug="x-full",
        name_ja="いっぱい",
        name_en="Full",
        explanation_ja="x",
        explanation_en="x",
        actor="client",
    )


@pytest.fixture
def article(cause: Cause) -> Article:
    """A published article about it."""
    shelf = Category.objects.create(slug="x-shelf", name_ja="棚", name_en="Shelf")
    made = Article.objects.create(key="x-full", category=shelf)
    made.article_causes.create(cause=cause)
    ArticleText.objects.create(
        article=made, language="ja", title="いっぱいのとき", summary="減らす", body="x", status="published"
    )
    return made


def call(by: User, number: int = 0, **more: Any) -> Ticket:
    """A request taken by phone, given back to everybody."""
    data = {
        "contact_name": f"山田 {number}",
        "phone": f"090-0000-{number:04}",
        "email": f"yamada{number}@yamadaya.example",
        "symptom": "nothing-arrives",
        "words": "まったく届きません",
    }
    ticket = opening.open_by_staff(by=by, **{**data, **more}).ticket
    Ticket.objects.filter(pk=ticket.pk).update(owner=None)
    ticket.refresh_from_db()
    return ticket


def page(ticket: Ticket) -> str:
    """Its address."""
    return reverse("admin:tickets_ticket_change", args=[ticket.pk])


def talk(client: Client, ticket: Ticket, **data: Any) -> Any:
    """Send the form of the ticket page."""
    return client.post(page(ticket), {"talk": "1", "seen_version": ticket.version, **data})


def text_of(response: Any) -> str:
    """The page."""
    return str(response.content.decode())


class TestQueue:
    def test_takes_ten_statements_for_fifty_rows(
        self, staff_client: Client, staff: User, cause: Cause, django_assert_max_num_queries: Any
    ) -> None:
        for number in range(55):
            call(staff, number)
        Ticket.objects.update(suspected_cause=cause)
        with django_assert_max_num_queries(10):
            response = staff_client.get(QUEUE)
        assert text_of(response).count('class="what"') == 50

    def test_a_search_for_words_stays_within_twelve(
        self, staff_client: Client, staff: User, django_assert_max_num_queries: Any
    ) -> None:
        call(staff)
        with django_assert_max_num_queries(12):
            assert 'class="what"' in text_of(staff_client.get(QUEUE, {"q": "届きません"}))

    def test_says_overdue_in_words_and_puts_it_first(self, staff_client: Client, staff: User) -> None:
        later, late = call(staff, 1), call(staff, 2)
        Ticket.objects.filter(pk=late.pk).update(due=timezone.now() - timedelta(minutes=25), subject="遅い")
        Ticket.objects.filter(pk=later.pk).update(due=timezone.now() + timedelta(hours=2), subject="まだ")
        html = text_of(staff_client.get(QUEUE))
        assert html.index("遅い") < html.index("まだ")
        assert "25分 超過" in html

    @pytest.mark.parametrize(
        ("typed", "found"),
        [
            ("number", True),
            ("0900000", True),
            ("090-0000-0007", True),
            ("YAMADA7@", True),
            ("yamada7@yamadaya.example", True),
            ("yamadaya.example", True),
            ("まったく", True),
            ("まったく ぜんぜん", False),
            ("9999999999", False),
            ("nobody@else.example", False),
            ("else.example", False),
        ],
    )
    def test_search_is_routed(self, staff_client: Client, staff: User, typed: str, found: bool) -> None:
        ticket = call(staff, 7)
        Ticket.objects.filter(pk=ticket.pk).update(affected_domain="yamadaya.example", status=Status.WAITING)
        term = ticket.grouped_number if typed == "number" else typed
        assert (ticket.grouped_number in text_of(staff_client.get(QUEUE, {"q": term}))) is found

    @pytest.mark.parametrize(
        "query",
        [
            "owner__password__startswith=p",
            "links__token__startswith=a",
            "contact__email=a",
            "facts_json__a=b",
            "status__in=new",
            "o__password=1",
        ],
    )
    def test_no_parameter_is_an_oracle(self, staff_client: Client, query: str) -> None:
        """SECURITY.md row 6."""
        assert staff_client.get(f"{QUEUE}?{query}").status_code == 400

    @pytest.mark.parametrize(
        "query", ["view=nonsense", "status=x", "o=99.-3.x", "turn=%00", "cause=no", "p=9999"]
    )
    def test_unknown_codes_do_no_harm(self, staff_client: Client, staff: User, query: str) -> None:
        call(staff)
        assert staff_client.get(f"{QUEUE}?{query}").status_code in (200, 302)

    def test_views_and_filters_show_their_rows_only(self, staff_client: Client, staff: User) -> None:
        ours, waiting = call(staff, 1, symptom="bounced"), call(staff, 2)
        routing.set_status(ticket=waiting, status=Status.WAITING, by=staff)
        for query, shown, hidden in [
            ("", ours, waiting),
            ("?view=waiting", waiting, ours),
            ("?turn=client", waiting, ours),
            ("?status=waiting", waiting, ours),
            ("?view=all&symptom=bounced", ours, waiting),
        ]:
            html = text_of(staff_client.get(QUEUE + query))
            assert shown.grouped_number in html, query
            assert hidden.grouped_number not in html, query

    def test_take_it_is_a_post(self, staff_client: Client, staff: User) -> None:
        ticket = call(staff)
        staff_client.get(QUEUE, {"take": ticket.pk})
        ticket.refresh_from_db()
        assert ticket.owner is None
        staff_client.post(QUEUE, {"take": ticket.pk})
        ticket.refresh_from_db()
        assert ticket.owner == staff

    def test_a_refused_row_is_named_and_holds_up_no_other(
        self, staff_client: Client, staff: User, cause: Cause
    ) -> None:
        good, done = call(staff, 1), call(staff, 2)
        thread.resolve(ticket=done, cause=cause, by=staff)
        data = {"action": "set_waiting", "_selected_action": [good.pk, done.pk]}
        html = text_of(staff_client.post(QUEUE + "?view=all", data, follow=True))
        good.refresh_from_db()
        done.refresh_from_db()
        assert (good.status, done.status) == (Status.WAITING, Status.RESOLVED)
        assert f"{done.grouped_number}（解決）" in html

    def test_deleting_is_not_offered(self, staff: User, boss: User) -> None:
        ticket = call(staff)
        client = Client()
        client.force_login(boss, backend="django.contrib.auth.backends.ModelBackend")
        assert "delete_selected" not in text_of(client.get(QUEUE))
        assert client.post(f"{QUEUE}{ticket.pk}/delete/", {"post": "yes"}).status_code == 403
        assert Ticket.objects.filter(pk=ticket.pk).exists()

    def test_a_script_in_a_title_is_text(self, staff_client: Client, staff: User) -> None:
        """SECURITY.md row 2."""
        ticket = call(staff, 1, subject="<script>alert(1)</script>", contact_name="<img src=x onerror=y>")
        for address in (QUEUE, page(ticket), f"{QUEUE}{ticket.pk}/client/", "/admin/"):
            html = text_of(staff_client.get(address))
            assert "<script>alert" not in html
            assert "<img src=x" not in html


class TestPage:
    def test_reply_reaches_the_thread_with_its_article(
        self, staff_client: Client, staff: User, article: Article, cause: Cause
    ) -> None:
        ticket = call(staff)
        routing.suspect(ticket=ticket, cause=cause, by=staff)
        ticket.refresh_from_db()
        response = talk(staff_client, ticket, kind="reply", body="こちらです", articles=[article.pk])
        assert response.status_code == 302
        message = ticket.messages.get(kind="reply")
        assert message.body.splitlines()[0] == "こちらです"
        assert "/faq/x-full/" in message.body
        assert TicketArticle.objects.filter(ticket=ticket, article=article, kind="inserted").exists()

    def test_the_article_is_not_put_in_twice(
        self, staff_client: Client, staff: User, article: Article, cause: Cause
    ) -> None:
        ticket = call(staff)
        routing.suspect(ticket=ticket, cause=cause, by=staff)
        html = text_of(staff_client.get(page(ticket)))
        line = html.split('data-text="')[1].split('"')[0]
        talk(staff_client, ticket, kind="reply", body=f"どうぞ\n\n{line}", articles=[article.pk])
        assert ticket.messages.get(kind="reply").body.count("/faq/x-full/") == 1

    @pytest.mark.parametrize(
        ("kind", "status", "said"),
        [("note", "new", "note"), ("ask", "waiting", "reply"), ("resolve", "resolved", "reply")],
    )
    def test_the_radio_names_the_verb(
        self, staff_client: Client, staff: User, cause: Cause, kind: str, status: str, said: str
    ) -> None:
        ticket = call(staff)
        talk(staff_client, ticket, kind=kind, body="はい", cause=cause.pk)
        ticket.refresh_from_db()
        assert ticket.status == status
        assert ticket.messages.last().kind == said  # type: ignore[union-attr]

    def test_resolving_needs_a_cause_and_keeps_the_text(self, staff_client: Client, staff: User) -> None:
        ticket = call(staff)
        response = talk(staff_client, ticket, kind="resolve", body="書きかけの文")
        assert response.status_code == 422
        assert "書きかけの文" in text_of(response)
        assert not ticket.messages.filter(kind="reply").exists()

    def test_somebody_answered_meanwhile(self, staff_client: Client, staff: User, boss: User) -> None:
        ticket = call(staff)
        seen = ticket.version
        thread.reply(ticket=ticket, body="先に書きました", by=boss, seen_version=None)
        response = staff_client.post(
            page(ticket), {"talk": "1", "seen_version": seen, "kind": "reply", "body": "書きかけの文"}
        )
        html = text_of(response)
        assert "書いている間に" in html
        assert "書きかけの文" in html
        assert not ticket.messages.filter(body="書きかけの文").exists()
        ticket.refresh_from_db()
        assert f'value="{ticket.version}"' in html
        assert talk(staff_client, ticket, kind="reply", body="書きかけの文").status_code == 302

    def test_a_password_is_flagged_and_goes_for_good(self, staff_client: Client, staff: User) -> None:
        ticket = call(staff, words="パスワードは Himitsu2024! です")
        assert 'name="redact" value="Himitsu2024!"' in text_of(staff_client.get(page(ticket)))
        staff_client.post(page(ticket), {"redact": "Himitsu2024!"})
        html = text_of(staff_client.get(page(ticket)))
        assert "Himitsu2024!" not in html
        assert '<mark class="redact">' in html
        assert Event.objects.filter(ticket=ticket, kind="redacted", by=staff).exists()

    def test_words_that_are_not_there_change_nothing(self, staff_client: Client, staff: User) -> None:
        ticket = call(staff)
        staff_client.post(page(ticket), {"redact": "", "secret": "ないことば"})
        assert not Event.objects.filter(ticket=ticket, kind="redacted").exists()

    def test_owner_status_and_suspicion(self, staff_client: Client, staff: User, cause: Cause) -> None:
        ticket = call(staff)
        staff_client.post(page(ticket), {"assign": "1", "owner": staff.pk})
        staff_client.post(page(ticket), {"move": "1", "status": "on-hold"})
        staff_client.post(page(ticket), {"suspect": "1", "suspected": cause.pk})
        ticket.refresh_from_db()
        assert (ticket.owner, ticket.status, ticket.suspected_cause) == (staff, "on-hold", cause)

    def test_posted_fields_of_the_row_are_not_looked_at(self, staff_client: Client, staff: User) -> None:
        """SECURITY.md row 28, also for staff: there is no form over the row itself."""
        ticket = call(staff)
        staff_client.post(page(ticket), {"number": "0000000000", "subject": "neu", "_save": "1"})
        ticket.refresh_from_db()
        assert ticket.subject != "neu"

    def test_a_get_changes_nothing(self, staff_client: Client, staff: User) -> None:
        """SECURITY.md row 33."""
        ticket = call(staff)
        before = Event.objects.count()
        queries: list[dict[str, str]] = [
            {"assign": "1", "owner": str(staff.pk)},
            {"move": "1", "status": "on-hold"},
            {"redact": "届"},
        ]
        for query in queries:
            staff_client.get(page(ticket), query)
        assert Event.objects.count() == before

    def test_a_post_needs_the_token(self, staff: User) -> None:
        """SECURITY.md row 33."""
        client = Client(enforce_csrf_checks=True)
        client.force_login(staff, backend="django.contrib.auth.backends.ModelBackend")
        ticket = call(staff)
        assert client.post(page(ticket), {"assign": "1", "owner": staff.pk}).status_code == 403

    def test_files_are_downloads_for_staff_only(self, staff_client: Client, staff: User) -> None:
        """SECURITY.md rows 1, 27 and 35."""
        ticket, other = call(staff, 1), call(staff, 2)
        stored = Attachment(
            ticket=ticket,
            message=ticket.messages.first(),
            key="a" * 32,
            name="x.html",
            content_type="text/html",
        )
        stored.size = 3
        stored.file.save("aa/x", ContentFile(b"<b>"))
        address = f"{QUEUE}{ticket.pk}/files/{stored.pk}/"
        response = staff_client.get(address)
        assert response["Content-Disposition"].startswith("attachment")
        assert response["Content-Type"] == "application/octet-stream"
        assert b"".join(response) == b"<b>"
        assert staff_client.get(f"{QUEUE}{other.pk}/files/{stored.pk}/").status_code == 404
        assert Client().get(address).status_code == 302

    def test_looking_at_the_clients_view_is_not_the_client_looking(
        self, staff_client: Client, staff: User
    ) -> None:
        ticket = call(staff)
        thread.note(ticket=ticket, body="うちうちの話", by=staff)
        html = text_of(staff_client.get(f"{QUEUE}{ticket.pk}/client/"))
        assert ticket.grouped_number in html
        assert "うちうちの話" not in html
        assert ticket.links.get().last_seen is None

    def test_an_address_on_the_affected_domain_is_marked(self, staff_client: Client, staff: User) -> None:
        ticket = call(staff, 1)
        assert "届かない</i>" not in text_of(staff_client.get(page(ticket)))
        Ticket.objects.filter(pk=ticket.pk).update(affected_domain="yamadaya.example")
        assert "届かない</i>" in text_of(staff_client.get(page(ticket)))

    @pytest.mark.parametrize("pk", ["0", "999999", "x", "1" * 40])
    def test_an_unknown_request_is_not_found(self, staff_client: Client, pk: str) -> None:
        assert staff_client.get(f"{QUEUE}{pk}/change/").status_code == 404


class TestCall:
    def test_is_filed_and_read_aloud(self, staff_client: Client) -> None:
        data = {
            "contact_name": "佐藤",
            "phone": "090-1111-2222",
            "symptom": "bounced",
            "words": "戻ってきます",
            "affected_address": "a@sato.example",
            "work_stopped": "on",
        }
        html = text_of(staff_client.post(f"{QUEUE}add/", data, follow=True))
        ticket = Ticket.objects.get()
        assert ticket.grouped_number in html
        assert ticket.links.get().token in html
        assert (ticket.source, ticket.work_stopped, ticket.affected_domain) == ("phone", True, "sato.example")

    def test_needs_a_way_to_call_back(self, staff_client: Client) -> None:
        response = staff_client.post(
            f"{QUEUE}add/", {"contact_name": "佐藤", "symptom": "bounced", "words": "戻ります"}
        )
        assert response.status_code == 422
        assert "戻ります" in text_of(response)
        assert not Ticket.objects.exists()


class TestWhoMay:
    def test_an_editor_sees_no_request(self, staff: User, editor: User) -> None:
        ticket = call(staff)
        client = Client()
        client.force_login(editor, backend="django.contrib.auth.backends.ModelBackend")
        for address in (QUEUE, page(ticket), f"{QUEUE}add/", f"{QUEUE}{ticket.pk}/client/"):
            assert client.get(address).status_code == 403
        assert client.post(page(ticket), {"assign": "1", "owner": editor.pk}).status_code == 403
        assert client.get("/admin/").status_code == 200

    def test_an_agent_neither_writes_articles_nor_sees_users(
        self, staff_client: Client, article: Article
    ) -> None:
        assert staff_client.get(f"/admin/faq/article/{article.pk}/change/").status_code == 200
        assert staff_client.get("/admin/faq/article/add/").status_code == 403
        assert staff_client.post(f"/admin/faq/article/{article.pk}/change/", {"key": "y"}).status_code == 403
        assert staff_client.get("/admin/auth/user/").status_code == 403

    def test_a_stranger_is_asked_to_log_in(self, staff: User) -> None:
        response = Client().get(page(call(staff)))
        assert response.status_code == 302
        assert response["Location"].startswith("/admin/login/")

    def test_groups_go_and_come_back(self, db: None) -> None:
        migration = import_module("tickets.migrations.0002_groups")
        migration.revoke(apps, None)
        assert not Group.objects.filter(name__in=["agent", "editor"]).exists()
        migration.grant(apps, None)
        migration.grant(apps, None)
        agent = Group.objects.get(name="agent")
        assert agent.permissions.filter(codename="change_ticket").count() == 1
        assert not agent.permissions.filter(codename="change_article").exists()
        assert not agent.permissions.filter(content_type__app_label="auth").exists()


class TestMail:
    def test_given_up_mails_are_tried_again_and_no_others(self, staff_client: Client, staff: User) -> None:
        ticket = call(staff)
        rows = [
            Delivery.objects.create(
                ticket=ticket,
                kind="reply",
                target="a@b.example",
                state=state,
                attempts=9,
                rfc_message_id=f"<{state}>",
            )
            for state in ("failed", "sent")
        ]
        html = text_of(
            staff_client.post(
                "/admin/tickets/delivery/",
                {"action": "try_again", "_selected_action": [row.pk for row in rows]},
                follow=True,
            )
        )
        for row in rows:
            row.refresh_from_db()
        assert [row.state for row in rows] == ["waiting", "sent"]
        assert rows[0].attempts == 0
        assert "1" in html


class TestPeople:
    def test_csv_formulas_are_escaped(self, staff_client: Client) -> None:
        """SECURITY.md row 22."""
        staff_client.post("/admin/tickets/client/add/", _client_form("=HYPERLINK(1)"))
        response = staff_client.post("/admin/tickets/client/export/", {"format": "0", "resource": ""})
        assert "'=HYPERLINK(1)" in text_of(response)

    def test_a_changed_phone_is_found_again(self, staff_client: Client, staff: User) -> None:
        contact: Contact = call(staff).contact
        staff_client.post(
            f"/admin/tickets/contact/{contact.pk}/change/",
            {"name": contact.name, "phone": "０９０（９９９９）８８８８", "language": "ja"},
        )
        contact.refresh_from_db()
        assert contact.phone_digits == "09099998888"


def _client_form(name: str) -> dict[str, str]:
    rows = {"TOTAL_FORMS": "0", "INITIAL_FORMS": "0", "MIN_NUM_FORMS": "0", "MAX_NUM_FORMS": "1000"}
    return {"name": name, "notes": "", **{f"domains-{key}": value for key, value in rows.items()}}


class TestLogin:
    def test_unknown_and_known_users_hear_the_same(self, staff: User) -> None:
        """SECURITY.md row 32: the same words, and the lock comes after as many tries."""
        answers: list[list[tuple[int, bool]]] = []
        for name in (staff.username, "nobody-of-that-name"):
            client = Client(REMOTE_ADDR=f"192.0.2.{len(answers) + 1}")
            tries = [
                client.post("/admin/login/", {"username": name, "password": "wrong"}, follow=True)
                for _ in range(6)
            ]
            answers.append([(r.status_code, "errornote" in text_of(r)) for r in tries])
        assert answers[0] == answers[1]
        assert answers[0][0] == (200, True)
        assert answers[0][-1][0] == 429

    def test_next_leads_nowhere_else(self, staff: User) -> None:
        """SECURITY.md row 35."""
        data = {"username": staff.username, "password": "a-long-password-1", "next": "https://evil.example/"}
        response = Client().post("/admin/login/", data)
        assert response.status_code == 302
        assert "evil" not in response["Location"]


def test_messages_are_never_edited(staff_client: Client, staff: User) -> None:
    """SECURITY.md rows 37 and 39: no screen edits, reorders or deletes what was said or done."""
    message = call(staff).messages.get()
    for model in ("message", "event", "evidence", "ticketarticle", "accesslink"):
        assert staff_client.get(f"/admin/tickets/{model}/").status_code == 404
    assert Message.objects.get(pk=message.pk).body == message.body
