"""The invented requests: all states, nothing mailed, once."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F
from django.utils import timezone

from faq.models import Desk, Edition, Walk, WalkStep
from faq.services.walk import checklists
from tickets.models import Client, Delivery, Evidence, Ticket
from tickets.rules.workflow import DONE, Status
from tickets.services import outbox


@pytest.mark.usefixtures("knowledge")
def test_the_demo_shows_every_state_mails_nothing_and_runs_once(staff):
    before = Edition.newest()
    call_command("demo", "--desk", verbosity=0)
    assert Edition.newest() > before, "pages kept without a telephone number would stay"
    assert Ticket.objects.count() == 40
    assert set(Ticket.objects.values_list("status", flat=True)) == {str(status) for status in Status}
    assert Client.objects.count() == 6
    assert Desk.current() is not None
    assert set(Delivery.objects.values_list("state", flat=True)) == {"sent"}
    assert outbox.claim() is None
    with pytest.raises(CommandError, match="already"):
        call_command("demo", verbosity=0)


@pytest.mark.usefixtures("knowledge")
def test_the_demo_walks_every_list_to_all_ends(staff):
    call_command("demo", verbosity=0)
    for checklist in checklists():
        figures = Walk.objects.filter(version__checklist=checklist)
        assert figures.filter(helped=True).exists(), checklist
        assert figures.filter(finished=None, last_step__lt=timezone.now() - timedelta(days=1)).exists(), (
            checklist
        )
    assert Walk.objects.exclude(paused=None).exists()
    asked = Evidence.objects.filter(kind="walk", ticket__status__in=DONE)
    agreed = [evidence.cause_id == evidence.ticket.cause_id for evidence in asked.select_related("ticket")]
    assert True in agreed
    assert False in agreed
    assert not Walk.objects.filter(started__gt=timezone.now()).exists()
    assert not WalkStep.objects.filter(at__lt=F("walk__started")).exists()


@pytest.mark.usefixtures("knowledge")
def test_a_desk_that_is_set_up_is_left_alone(desk):
    call_command("demo", "--desk", verbosity=0)
    assert Desk.objects.get().phone == "03-0000-1234"


def test_without_knowledge_it_says_what_to_load(db):
    with pytest.raises(CommandError, match="load_knowledge"):
        call_command("demo", verbosity=0)
    assert not Ticket.objects.exists()
