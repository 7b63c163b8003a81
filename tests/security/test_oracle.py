"""Row 6: a parameter that reaches the ORM tells what nobody may read, one letter a request."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import Client

from tickets.models import AccessLink

pytestmark = pytest.mark.django_db
QUEUE = "/admin/tickets/ticket/"


def answers(client: Client, address: str, lookup: str, true: str) -> set[tuple[int, str]]:
    """What the page says to a right guess and to a wrong one."""
    found = set()
    for guess in (true, "\N{SNOWMAN}"):
        response = client.get(address, {lookup: guess})
        assert response.status_code < 500
        found.add((response.status_code, response.headers.get("Location", "")))
        if response.status_code == 200:
            found.add((len(response.context["cl"].result_list), ""))
    return found


@pytest.mark.parametrize(
    ("lookup", "path"),
    [
        ("contact__email__startswith", "contact__email"),
        ("contact__phone_digits__startswith", "contact__phone_digits"),
        ("links__token__startswith", "links__token"),
        ("owner__password__startswith", "owner__password"),
        ("messages__body__contains", "messages__body"),
        ("idempotency_key__startswith", "idempotency_key"),
        ("draft__key__startswith", "draft__key"),
        ("number__startswith", "number"),
        ("status__in", "status"),
        ("status__x", "status"),
        ("id__gt", "pk"),
    ],
)
def test_no_lookup_of_the_queue_is_an_oracle(
    victim: AccessLink, agent: User, agent_client: Client, lookup: str, path: str
) -> None:
    """Right and wrong guesses are refused alike."""
    ticket = victim.ticket
    ticket.owner = agent
    ticket.save()
    true = str(type(ticket).objects.values_list(path, flat=True).get(pk=ticket.pk))[:6]
    assert answers(agent_client, QUEUE, lookup, true) == {(400, "")}


@pytest.mark.parametrize(
    ("address", "lookup"),
    [
        ("/admin/tickets/contact/", "links__token__startswith"),
        ("/admin/tickets/contact/", "tickets__messages__body__startswith"),
        ("/admin/tickets/client/", "contacts__links__token__startswith"),
        ("/admin/tickets/delivery/", "ticket__links__token__startswith"),
        ("/admin/tickets/delivery/", "contact__links__token__startswith"),
        ("/admin/tickets/delivery/", "message__body__startswith"),
        ("/admin/faq/vote/", "article__ticket_articles__ticket__number__startswith"),
        ("/admin/faq/lookup/", "opened__tickets__number__startswith"),
        ("/admin/faq/article/", "tickets__links__token__startswith"),
        ("/admin/faq/articletext/", "article__tickets__number__startswith"),
    ],
)
def test_no_lookup_of_another_list_is_one(
    victim: AccessLink, agent_client: Client, address: str, lookup: str
) -> None:
    assert agent_client.get(address).status_code == 200
    assert answers(agent_client, address, lookup, victim.token[:4]) == {(400, "")}


def test_not_even_the_superuser_guesses_a_password_hash(boss_client: Client) -> None:
    assert answers(boss_client, "/admin/auth/user/", "password__startswith", "md5$") == {(400, "")}
    assert boss_client.get("/admin/auth/user/", {"_to_field": "password"}).status_code == 400


@pytest.mark.parametrize("order", ["0", "99", "-7.6", "contact__email", "password", "1;--", "\N{SNOWMAN}"])
def test_a_sort_order_is_a_place_in_the_list_and_nothing_else(
    victim: AccessLink, mine: AccessLink, agent_client: Client, order: str
) -> None:
    """Sorting by a hidden column would tell which of two values is the smaller one."""
    plain, sorted_ = (
        [row.pk for row in agent_client.get(QUEUE, {"view": "all", **extra}).context["cl"].result_list]
        for extra in ({}, {"o": order})
    )
    assert sorted_ == plain
    for name in ("order_by", "ordering"):
        assert agent_client.get(QUEUE, {name: order}).status_code == 400


@pytest.mark.usefixtures("_groups")
def test_the_choice_of_others_is_offered_only_to_those_who_may_see_them(
    victim: AccessLink, editor: User
) -> None:
    """The autocomplete is a search over a whole table."""
    client = Client()
    client.force_login(editor, backend="django.contrib.auth.backends.ModelBackend")
    ask = {"app_label": "tickets", "model_name": "contact", "field_name": "client", "term": ""}
    assert client.get("/admin/autocomplete/", ask).status_code == 403


def test_every_list_of_staff_was_thought_of() -> None:
    """A new list is to be tried above as well."""
    known = {"tickets": {"client", "contact", "delivery", "ticket"}, "auth": {"group", "user"}}
    known["faq"] = {
        "article",
        "articletext",
        "category",
        "cause",
        "checklist",
        "desk",
        "host",
        "lookup",
        "outage",
    }
    known["faq"] |= {"outcome", "phrase", "question", "version", "vote"}
    known["axes"] = {"accessattempt", "accesslog", "accessfailurelog"}
    found: dict[str, set[str]] = {}
    for model in admin.site._registry:
        found.setdefault(model._meta.app_label, set()).add(str(model._meta.model_name))
    found["axes"] = found.get("axes", set()) | known["axes"]
    assert found == known
