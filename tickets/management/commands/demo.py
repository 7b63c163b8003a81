"""`manage.py demo`: about 40 invented requests in all states, and walks, to look at and to try things on."""

import random
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import cycle, islice
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from faq.models import Cause, Desk, Walk
from faq.services.edition import changed
from tickets.management import demo_walks
from tickets.models import Client, Contact, Delivery, Domain, Draft, Event, Evidence, Message, Ticket
from tickets.rules.request import Request
from tickets.rules.workflow import OURS, Status
from tickets.services import opening, promise, routing, thread

COUNT = 40
STAFF = "demo-nakamura"
"""The invented member of staff; that it exists tells that the demo has run."""

CLIENTS = ("山田屋味噌店", "みなと歯科", "あおぞら不動産", "北町工務店", "花しょうぶ", "さくら税理士事務所")
DOMAINS = ("yamadaya", "minato-dental", "aozora-homes", "kitamachi", "hanashobu", "sakura-tax")
PEOPLE = ("山田 和子", "佐藤 一郎", "鈴木 美咲", "高橋 健", "田中 由美", "伊藤 誠", "渡辺 恵子", "中村 翔")


@dataclass(frozen=True, slots=True)
class Story:
    """What somebody asks, what we answer, and what it was."""

    symptom: str
    words: str
    answer: str
    cause: str


STORIES = (
    Story(
        "nothing-arrives",
        "昨日の夕方から1通も来ません。\nお客様から「注文したのに返事がない」と電話がありました。",
        "メールサーバーがいっぱいになっていました。古いメールを別の場所に移しています。",
        "mailbox-full",
    ),
    Story(
        "some-missing",
        "取引先1社からのメールだけ届きません。",
        "迷惑メールのフォルダに入っていました。「迷惑メールではない」を押してください。",
        "spam-folder",
    ),
    Story(
        "bounced",
        "送ったメールが英語の文と一緒に戻ってきます。",
        "宛先のつづりが1文字ちがっていました。直してもう一度お送りください。",
        "address-typo",
    ),
    Story(
        "some-providers",
        "Gmailのお客様だけ、注文のお礼メールが届かないそうです。",
        "差出人のドメインとお店のドメインがちがっていました。カートの設定を直します。",
        "from-mismatch",
    ),
    Story(
        "cannot-send",
        "受信はできるのに送信だけエラーになります。",
        "送信の設定が古いままでした。ポート番号を587に変えてください。",
        "settings-wrong",
    ),
    Story(
        "cannot-log-in",
        "朝から何度もパスワードを聞かれて入れません。",
        "パスワードを作り直しました。新しいものはお電話でお伝えします。",
        "password-wrong",
    ),
    Story(
        "suspicious",
        "「支払いが確認できません」というメールが来ました。開いて大丈夫ですか。",
        "本物ではありません。リンクを押さずに消してください。",
        "phishing",
    ),
    Story(
        "nothing-arrives",
        "会社のアドレス全部にメールが来ません。ホームページも見られません。",
        "ドメインの期限が切れていました。更新の手続きをしています。",
        "domain-expired",
    ),
)

ENDS = (
    Status.NEW,
    Status.IN_PROGRESS,
    Status.WAITING,
    Status.ON_HOLD,
    Status.RESOLVED,
    Status.CLOSED,
    Status.REOPENED,
    Status.RESOLVED,
)


class Command(BaseCommand):
    """Goes through the same verbs as real requests, then moves everything back in time."""

    help = "Make about 40 invented requests. Nothing of it is ever mailed. Runs once."

    def add_arguments(self, parser: CommandParser) -> None:
        """--desk sets up an invented desk where there is none."""
        parser.add_argument("--desk", action="store_true", help="Also set up a desk, if there is none yet.")

    @transaction.atomic
    def handle(self, *_args: Any, desk: bool = False, **_options: Any) -> None:
        """All or nothing."""
        if User.objects.filter(username=STAFF).exists():
            raise CommandError("The demo has run already.")
        causes = _causes()
        if desk:
            _desk()
        by = User.objects.create(username=STAFF, first_name="翔", last_name="中村", is_active=False)
        clients = _clients()
        for number, story in enumerate(islice(cycle(STORIES), COUNT)):
            _request(number, story, by=by, cause=causes[story.cause], client=clients[number % len(clients)])
        walked = demo_walks.wander()
        self.stdout.write(f"{COUNT} invented requests, {walked} invented walks through checklists.")


def _causes() -> dict[str, Cause]:
    found = Cause.objects.in_bulk({story.cause for story in STORIES}, field_name="slug")
    if len(found) < len({story.cause for story in STORIES}):
        raise CommandError("Load the knowledge first: manage.py load_knowledge")
    return found


def _desk() -> None:
    Desk.objects.get_or_create(
        pk=1,
        defaults={
            "name_ja": "みほん窓口",
            "name_en": "Sample desk",
            "phone": "03-0000-0000",
            "opens": time(9, 30),
            "closes": time(17, 30),
        },
    )
    changed()


def _clients() -> list[Client]:
    made = [Client.objects.create(name=name) for name in CLIENTS]
    for client, domain in zip(made, DOMAINS, strict=True):
        Domain.objects.create(client=client, name=f"{domain}.example")
    return made


def _request(number: int, story: Story, *, by: User, cause: Cause, client: Client) -> None:
    # Seeded by the number: the demo is the same everywhere.
    chance = random.Random(number)  # noqa: S311 no secret
    ticket = _filed(number, story, client, chance)
    status = ENDS[(number + number // len(ENDS)) % len(ENDS)]
    _bring_to(ticket, status, story, by=by, cause=cause)
    # Nothing of this is ever mailed.
    Delivery.objects.filter(ticket=ticket).update(state=Delivery.State.SENT, sent=timezone.now(), attempts=1)
    # What is our turn is mostly of today: a desk with fifteen broken promises is no picture of a desk.
    days = chance.randint(0, 13) if status not in OURS else number % 8 == 0
    age = timedelta(days=days, minutes=chance.randint(5, 180))
    _move_back(ticket, age)
    for walk in Walk.objects.filter(evidence__ticket=ticket):
        demo_walks.move_back(walk, age + timedelta(minutes=10), chance)


def _filed(number: int, story: Story, client: Client, chance: random.Random) -> Ticket:
    domain = DOMAINS[CLIENTS.index(client.name)]
    answers = Request(
        symptom=story.symptom,
        words=story.words,
        since=("today", "yesterday", "earlier", "unknown")[number % 4],
        affected_address=f"info@{domain}.example",
        work_stopped="yes" if number % 5 == 0 else "no",
        name=PEOPLE[number % len(PEOPLE)],
        phone="03-0000-0000",
        email=f"person{number}@mobile.example" if number % 3 else "",
    )
    # Every other one walked a checklist first.
    walk = number % 2 and demo_walks.before_request(symptom=story.symptom, cause=story.cause, chance=chance)
    visit = {"walks": [walk.pk]} if walk else {}
    draft = Draft.objects.create(key=f"demo-{number}", language="ja", data=answers.to_json(), visit=visit)
    ticket = opening.file_draft(draft=draft).ticket
    ticket.client = client
    ticket.save()
    Contact.objects.filter(pk=ticket.contact_id).update(client=client)
    return ticket


def _bring_to(ticket: Ticket, status: Status, story: Story, *, by: User, cause: Cause) -> None:
    if status == Status.NEW:
        return
    routing.assign(ticket=ticket, to=by, by=by)
    thread.note(ticket=ticket, body="電話は午後がつながりやすいとのこと。", by=by)
    if status == Status.WAITING:
        thread.ask(ticket=ticket, body="ほかの機器では届いていますか。", by=by)
        return
    thread.reply(ticket=ticket, body=story.answer, by=by)
    if status == Status.ON_HOLD:
        routing.set_status(ticket=ticket, status=status, by=by)
    if status in (Status.RESOLVED, Status.CLOSED, Status.REOPENED):
        thread.resolve(ticket=ticket, cause=cause, by=by, body="直りました。様子を見てください。")
    if status == Status.REOPENED:
        link = ticket.links.select_related("ticket", "contact").get()
        thread.not_solved(link=link, body="また同じことが起きました。")
    if status == Status.CLOSED:
        routing.set_status(ticket=ticket, status=status, by=by)


MOMENTS = ("created", "last_client_at", "last_staff_at", "resolved_at", "closed_at")


def _move_back(ticket: Ticket, age: timedelta) -> None:
    """Let it have happened `age` ago. A closed one a week earlier, as closing takes that long."""
    ticket.refresh_from_db()
    if ticket.status == Status.CLOSED:
        age += timedelta(days=7)
    for name in MOMENTS:
        moment: datetime | None = getattr(ticket, name)
        setattr(ticket, name, moment - age if moment else None)
    promise.renew(ticket, ticket.last_client_at or ticket.created)
    ticket.save()
    for message in Message.objects.filter(ticket=ticket):
        Message.objects.filter(pk=message.pk).update(created=message.created - age)
    for event in Event.objects.filter(ticket=ticket):
        Event.objects.filter(pk=event.pk).update(at=event.at - age)
    for evidence in Evidence.objects.filter(ticket=ticket):
        Evidence.objects.filter(pk=evidence.pk).update(at=evidence.at - age)
