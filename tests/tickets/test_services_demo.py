"""The invented requests: all states, nothing mailed, once."""

import pytest
from django.core.management import CommandError, call_command

from faq.models import Desk
from tickets.models import Client, Delivery, Ticket
from tickets.rules.workflow import Status
from tickets.services import outbox


@pytest.mark.usefixtures("knowledge")
def test_the_demo_shows_every_state_mails_nothing_and_runs_once(staff):
    call_command("demo", "--desk", verbosity=0)
    assert Ticket.objects.count() == 40
    assert set(Ticket.objects.values_list("status", flat=True)) == {str(status) for status in Status}
    assert Client.objects.count() == 6
    assert Desk.current() is not None
    assert set(Delivery.objects.values_list("state", flat=True)) == {"sent"}
    assert outbox.claim() is None
    with pytest.raises(CommandError, match="already"):
        call_command("demo", verbosity=0)


@pytest.mark.usefixtures("knowledge")
def test_a_desk_that_is_set_up_is_left_alone(desk):
    call_command("demo", "--desk", verbosity=0)
    assert Desk.objects.get().phone == "03-0000-1234"


def test_without_knowledge_it_says_what_to_load(db):
    with pytest.raises(CommandError, match="load_knowledge"):
        call_command("demo", verbosity=0)
    assert not Ticket.objects.exists()
