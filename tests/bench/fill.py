"""Fills a site's database with so many invented requests, fast: `python -m tests.bench.fill COUNT`.

Whole rows straight into the tables (COPY on PostgreSQL): two messages, four events, a key, an evidence and a
mail a request, a person for every third. A twentieth is new, and so on: the same shares at every size.
"""

import os
import random
import sys
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

PIECE = 20_000
SHARES = {
    "new": 3,
    "in-progress": 5,
    "waiting": 5,
    "on-hold": 2,
    "reopened": 1,
    "resolved": 14,
    "closed": 70,
}
WORDS = (
    "昨日から1通も来ません",
    "送ると英語で戻ってきます",
    "Gmailのお客様だけ届かないそうです",
    "パスワードを何度も聞かれます",
)
SYMPTOMS = ("nothing-arrives", "bounced", "some-providers", "cannot-log-in", "cannot-send", "suspicious")
Row = dict[str, Any]


def fill(count: int) -> None:
    """Add requests until there are `count`; then let the database look at what it holds."""
    from django.db import connection

    from tickets.models import Contact, Message, Ticket

    first = (Ticket.objects.order_by("-pk").values_list("pk", flat=True).first() or 0) + 1
    people = (Contact.objects.order_by("-pk").values_list("pk", flat=True).first() or 0) + 1
    said = (Message.objects.order_by("-pk").values_list("pk", flat=True).first() or 0) + 1
    missing = count - Ticket.objects.count()
    world = World(first, people, said, missing)
    for start in range(0, missing, PIECE):
        _piece(world, range(start, min(start + PIECE, missing)))
    _sequences()
    with connection.cursor() as cursor:
        # As autovacuum leaves a database that has stood for a while; the one of a bench may have it off.
        cursor.execute("VACUUM (ANALYZE)" if connection.vendor == "postgresql" else "ANALYZE")


class World:
    """Where ids begin, and what the rows point to."""

    def __init__(self, first: int, people: int, said: int, missing: int) -> None:
        from django.contrib.auth.models import User
        from django.utils import timezone

        from faq.models import Cause
        from tickets.models import Client, Domain

        self.first, self.people, self.said, self.missing = first, people, said, missing
        self.now = timezone.now()
        self.causes = list(Cause.objects.values_list("pk", flat=True))
        self.staff = list(User.objects.values_list("pk", flat=True))
        self.clients = list(Client.objects.values_list("pk", flat=True))
        self.domains = list(Domain.objects.values_list("name", flat=True))


def _piece(world: World, numbers: range) -> None:
    from django.db import transaction

    from tickets.models import AccessLink, Contact, Delivery, Event, Evidence, Message, Ticket

    rows: dict[Any, list[Row]] = {
        model: [] for model in (Contact, Ticket, Message, AccessLink, Evidence, Event, Delivery)
    }
    for number in numbers:
        for model, row in _request(world, number):
            rows[model].append(row)
    with transaction.atomic():
        for model, listed in rows.items():
            _insert(model, listed)


def _request(world: World, number: int) -> Iterator[tuple[Any, Row]]:
    """All rows of one request."""
    from tickets.models import AccessLink, Contact, Delivery, Event, Evidence, Ticket

    one = Asked(world, number)
    pk, person, at = one.pk, one.person, one.at
    if number % 3 == 0:
        yield Contact, one.contact()
    yield Ticket, one.ticket()
    yield from one.messages()
    yield AccessLink, {"ticket_id": pk, "contact_id": person, "token": f"{pk:032}", "created": at}
    yield Evidence, {"ticket_id": pk, "kind": "form", "at": at}
    for kind in ("opened", "assigned", "replied", "status"):
        yield Event, {"ticket_id": pk, "kind": kind, "by_id": one.staff, "at": at, "new_status": one.status}
    yield Delivery, one.mail()


class Asked:
    """One request: what chance says of it, always the same for the same number, and its larger rows."""

    def __init__(self, world: World, number: int) -> None:
        chance = random.Random(number)
        self.world, self.number = world, number
        # The oldest first; at any size over three years.
        self.at = world.now - timedelta(minutes=1 + (world.missing - number) * 3 * 365 * 1440 / world.missing)
        self.status = chance.choices(list(SHARES), list(SHARES.values()))[0]
        self.pk, self.person = world.first + number, world.people + number // 3
        self.cause, self.staff = chance.choice(world.causes), chance.choice(world.staff)
        self.chance = chance

    def contact(self) -> Row:
        """Who asks."""
        number = self.number
        return {
            "id": self.person,
            "name": f"見本 {number}",
            "email": f"Guest{number}@shop{number % 5000}.example",
            "phone": f"090-{number // 10000 % 10000:04}-{number % 10000:04}",
            "phone_digits": f"090{number % 10**8:08}",
            "language": "ja",
            "created": self.at,
        }

    def ticket(self) -> Row:
        """The request itself."""
        world, number, at, chance = self.world, self.number, self.at, self.chance
        done, ours = self.status in ("resolved", "closed"), self.status in ("new", "in-progress", "reopened")
        return {
            "id": self.pk,
            # Spread over all numbers, each once: 7919 and 10^10 have no common divisor.
            "number": f"{(10**9 + self.pk * 7919 * 1009) % 10**10:010}",
            "client_id": chance.choice(world.clients) if number % 2 else None,
            "contact_id": self.person,
            "subject": f"{WORDS[number % len(WORDS)]} {number}",
            "symptom": SYMPTOMS[number % len(SYMPTOMS)],
            "status": self.status,
            "affected_domain": chance.choice(world.domains)
            if number % 50 == 0
            else f"shop{number % 5000}.example",
            "suspected_cause_id": self.cause,
            "cause_id": self.cause if done else None,
            "owner_id": None if self.status == "new" else self.staff,
            "due": world.now + timedelta(minutes=chance.randint(-4000, 6000)) if ours else None,
            "created": at,
            "updated": at + timedelta(hours=9),
            "last_client_at": at,
            "resolved_at": at + timedelta(hours=9) if done else None,
            "closed_at": at + timedelta(days=8) if self.status == "closed" else None,
        }

    def messages(self) -> Iterator[tuple[Any, Row]]:
        """The client's words and our answer."""
        from tickets.models import Message

        said = self.world.said + 2 * self.number
        both = {"ticket_id": self.pk, "created": self.at}
        words = f"{WORDS[self.number % len(WORDS)]}。\nお客様から電話がありました。{self.number}"
        answer = "設定が古いままでした。ポート番号を587に変えてください。"
        yield Message, {**both, "id": said, "kind": "client", "contact_id": self.person, "body": words}
        yield Message, {**both, "id": said + 1, "kind": "reply", "by_id": self.staff, "body": answer}

    def mail(self) -> Row:
        """The confirmation, sent long ago."""
        return {
            "ticket_id": self.pk,
            "contact_id": self.person,
            "kind": "confirmation",
            "state": "sent",
            "target": f"guest{self.number}@shop.example",
            "rfc_message_id": f"<{self.pk}@bench.example>",
            "created": self.at,
            "sent": self.at,
            "next_try": self.at,
            "attempts": 1,
        }


def _insert(model: Any, rows: list[Row]) -> None:
    """Fields that a row does not name get the model's default."""
    from django.db import connection

    if not rows:
        return
    columns_of = [field for field in model._meta.local_fields if not field.generated]
    fields = [field for field in columns_of if field.column in rows[0] or not field.primary_key]
    columns = ", ".join(connection.ops.quote_name(field.column) for field in fields)
    usual = {field.column: field.get_db_prep_save(field.get_default(), connection) for field in fields}
    lines = ([row.get(field.column, usual[field.column]) for field in fields] for row in rows)
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                for line in lines:
                    copy.write_row(line)
        else:
            places = ", ".join(["%s"] * len(fields))
            stored = [[_stored(value) for value in line] for line in lines]
            cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({places})", stored)


def _stored(value: Any) -> Any:
    return value.strftime("%Y-%m-%d %H:%M:%S") if hasattr(value, "strftime") else value


def _sequences() -> None:
    """The next id comes after ours."""
    from django.apps import apps
    from django.core.management.color import no_style
    from django.db import connection

    models = list(apps.get_app_config("tickets").get_models())
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mailsupport.settings")
    django.setup()
    fill(int(sys.argv[1]))
