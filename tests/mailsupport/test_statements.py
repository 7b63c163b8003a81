"""Kept statements do what Django's own do: the same rows, read and written, on both databases."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.db import IntegrityError, connection, models
from django.db.models import Q, QuerySet
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from faq.models import Cause, Lookup
from mailsupport.lib.statements import insert, prepared, update
from tickets.models import Contact, Draft, Event, Evidence, Ticket

pytestmark = pytest.mark.django_db
WHEN = datetime(2026, 3, 4, 5, 6, 7, 89, tzinfo=UTC)


def contact(**more: Any) -> Contact:
    return Contact(name="山田 和子", phone="090", language="ja", **more)


def ticket(of: Contact, number: str = "0123456789", **more: Any) -> Ticket:
    facts = {"since": "today", "error_text": '550 "５％" %s'}
    return Ticket(number=number, contact=of, symptom="bounced", language="ja", facts_json=facts, **more)


def columns(row: models.Model) -> dict[str, object]:
    """What stands in the database."""
    found: dict[str, object] = type(row)._default_manager.filter(pk=row.pk).values().get()
    return found


class TestInsert:
    def test_stores_what_save_stores(self):
        one, two = contact(email="k@mobile.example"), contact(email="k@mobile.example")
        insert(one)
        two.save()
        never = {"id", "created"}
        assert {k: v for k, v in columns(one).items() if k not in never} == {
            k: v for k, v in columns(two).items() if k not in never
        }
        assert timezone.now() - one.created < timedelta(minutes=1)

    def test_texts_moments_choices_json_and_what_the_database_makes_itself(self):
        person = contact()
        insert(person)
        kept, saved = ticket(person, due=WHEN), ticket(person, "9876543210", due=WHEN)
        insert(kept)
        saved.save()
        differ = {"id", "number", "created", "updated"}
        assert {k: v for k, v in columns(kept).items() if k not in differ} == {
            k: v for k, v in columns(saved).items() if k not in differ
        }
        assert kept.place == WHEN
        assert columns(kept)["facts_json"] == kept.facts_json

    def test_several_at_once_get_keys_in_their_order(self):
        person = contact()
        insert(person)
        mine = ticket(person)
        insert(mine)
        rows = [Evidence(ticket=mine, kind="words", text=text, facts_json={"n": text}) for text in "あいう"]
        with CaptureQueriesContext(connection) as queries:
            insert(*rows)
        assert len(queries) == 1
        assert [Evidence.objects.get(pk=row.pk).text for row in rows] == ["あ", "い", "う"]

    def test_a_stored_row_is_saved_again_as_the_same_one(self):
        person = contact()
        insert(person)
        person.name = "山田 花子"
        person.save()
        assert Contact.objects.get().name == "山田 花子"

    def test_the_database_refuses_as_ever(self):
        person = contact()
        insert(person)
        insert(ticket(person))
        with pytest.raises(IntegrityError):
            insert(ticket(person))


class TestUpdate:
    def test_stores_these_fields_only(self):
        draft = Draft.objects.create(key="k", language="ja", data={"a": "b"})
        Draft.objects.update(updated=WHEN)
        draft.data, draft.language = {"words": "届かない"}, "en"
        update(draft, "data", "updated")
        draft.refresh_from_db()
        assert (draft.data, draft.language) == ({"words": "届かない"}, "ja")
        assert draft.updated > WHEN

    def test_a_relation_may_be_named_or_taken_away(self, staff):
        person = contact()
        insert(person)
        mine = ticket(person, owner=staff)
        insert(mine)
        mine.owner = None
        update(mine, "owner")
        assert Ticket.objects.get().owner is None

    def test_a_name_that_is_no_field_is_not_passed_over(self):
        draft = Draft.objects.create(key="k", language="ja")
        with pytest.raises(KeyError):
            update(draft, "data", "ticket_id")


@prepared
def searches(text: str, language: str, since: datetime, pks: list[int]) -> QuerySet[Lookup]:
    mine = Lookup.objects.filter(text=text, created__gte=since, pk__in=pks, none=False)
    return mine.filter(Q(language=language) | Q(language="xx")).order_by("-pk")


class TestPrepared:
    def kept(self, *texts: str) -> list[Lookup]:
        return [Lookup.objects.create(text=text, language="ja", hits=[1, 2]) for text in texts]

    def test_gives_what_the_question_gives(self):
        rows = self.kept("来ない", "来ない", "届かない")
        Lookup.objects.create(text="来ない", language="en")
        Lookup.objects.create(text="来ない", language="ja", none=True)
        pks = list(Lookup.objects.values_list("pk", flat=True))
        found = searches("来ない", "ja", WHEN, pks)
        assert found == [rows[1], rows[0]]
        assert [columns(row) for row in found] == [
            {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
            for row in found
        ]
        assert searches("来ない", "ja", timezone.now() + timedelta(days=1), pks) == []

    def test_is_put_together_once_for_a_length_of_list(self, monkeypatch):
        rows = self.kept("あ", "い", "う")
        searches("あ", "ja", WHEN, [rows[0].pk])
        monkeypatch.setattr(QuerySet, "filter", None)
        assert searches("い", "ja", WHEN, [rows[1].pk]) == [rows[1]]
        with pytest.raises(TypeError):
            searches("い", "ja", WHEN, [rows[1].pk, rows[2].pk])

    def test_values_are_never_part_of_the_statement(self):
        self.kept("来ない")
        for text in ("'", "%s", "' OR 1=1 --", "\x01" + "0", "\x01" + "1"):
            assert searches(text, "ja", WHEN, [2_147_000_000]) == []

    def test_some_columns_and_constants(self, staff):
        @prepared
        def agents() -> QuerySet[User]:
            rows = User.objects.filter(Q(groups__name="agent") | Q(is_superuser=True), is_active=True)
            return rows.only("pk", "email").order_by("pk").distinct()

        staff.groups.add(Group.objects.get_or_create(name="agent")[0])
        for _again in range(2):
            (found,) = agents()
            assert (found.pk, found.email) == (staff.pk, staff.email)
            assert "password" in found.get_deferred_fields()

    def test_refuses_what_it_cannot_keep(self):
        person = contact()
        insert(person)
        mine = ticket(person)
        insert(mine)

        @prepared
        def containing(text: str) -> QuerySet[Cause]:
            return Cause.objects.filter(slug__contains=text)

        @prepared
        def joined(pk: int) -> QuerySet[Event]:
            return Event.objects.filter(pk=pk).select_related("ticket")

        @prepared
        def maybe(text: object) -> QuerySet[Cause]:
            return Cause.objects.filter(slug=text)

        refused: list[tuple[Callable[[Any], object], object, type[Exception]]] = [
            (containing, "a", ValueError),
            (joined, mine.pk, ValueError),
            (maybe, None, TypeError),
            (maybe, True, TypeError),
        ]
        for question, value, error in refused:
            with pytest.raises(error):
                question(value)
