"""Statistics of the checklists: the figures are those a plain recount gives, in few statements."""

import random
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from statistics import median
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from faq.models import Cause, Checklist, Version, Walk, WalkStep
from faq.rules.graph import walks as ways_through
from faq.services.checklists import file_of, write_version
from faq.services.walk import Script
from tickets.models import Contact, Evidence, Ticket
from tickets.reports import checklists as report
from tickets.reports.checklists import Agreement, Figures, Scope, Tally

NOW = timezone.now()
MANY = 10_000


def login(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def version(knowledge: None) -> Version:
    return Version.objects.select_related("checklist").get(
        checklist__slug="nothing-arrives", status=Version.Status.PUBLISHED
    )


@pytest.fixture
def retired(version: Version) -> Version:
    """An earlier state of the same checklist, with the same questions."""
    earlier = Version(status=Version.Status.RETIRED)
    return write_version(checklist=version.checklist, file=file_of(version), version=earlier)


class Walkers:
    """Makes walks by the thousand. `rows` holds what was made, as (walk, steps) for a recount."""

    def __init__(self, seed: int, staff: User) -> None:
        self.lot = random.Random(seed)
        self.staff = staff
        self.rows: list[tuple[Walk, list[WalkStep]]] = []

    def make(self, version: Version, number: int) -> None:
        """As a desk would have them: some finished, abandoned, paused, open; answers given ahead."""
        script = Script.load(version)
        ways = list(ways_through(script.graph))
        made = [self.walk(script, ways) for _ in range(number)]
        Walk.objects.bulk_create([walk for walk, _steps in made], batch_size=500)
        for walk, steps in made:
            for step in steps:
                step.walk = walk
        WalkStep.objects.bulk_create([step for _walk, steps in made for step in steps], batch_size=500)
        self.rows += made

    def walk(self, script: Script, ways: list[Any]) -> tuple[Walk, list[WalkStep]]:
        taken, _outcome = self.lot.choice(ways)
        cut = self.lot.choice([len(taken), len(taken), self.lot.randrange(len(taken))])
        started = NOW - timedelta(days=self.lot.randrange(400), minutes=self.lot.randrange(1, 600))
        walk = Walk(
            version=script.version,
            token=f"{self.lot.getrandbits(200):x}"[:43],
            language="ja",
            by=self.lot.choice([None, None, self.staff]),
            started=started,
            last_step=started + timedelta(minutes=self.lot.randrange(60)),
        )
        steps = [
            WalkStep(
                question=script.questions[question],
                answer=script.answer(question, answer),
                prefilled=number == 0 and self.lot.random() < 0.2,
            )
            for number, (question, answer) in enumerate(taken[:cut])
        ]
        if cut == len(taken):
            walk.outcome = steps[-1].answer.outcome
            walk.finished = walk.last_step + timedelta(seconds=self.lot.randrange(1, 999))
            walk.helped = self.lot.choice([None, True, False])
        else:
            walk.question = script.questions[taken[cut][0]]
            walk.paused = self.lot.choice([None, None, walk.last_step])
            walk.last_step = self.lot.choice([walk.last_step, NOW - timedelta(hours=self.lot.randrange(48))])
        return walk, steps

    def file(self, contact: Contact, number: int) -> None:
        """Requests of some walks; two of three are resolved, half of those with the outcome's cause."""
        causes = list(Cause.objects.all())
        chosen = self.lot.sample([walk for walk, _steps in self.rows], number)
        tickets = []
        for n, walk in enumerate(chosen):
            resolved = n % 3 > 0
            right = walk.outcome.cause if walk.outcome and n % 2 else self.lot.choice(causes)
            tickets.append(
                Ticket(
                    number=f"{n:010d}",
                    contact=contact,
                    subject=f"相談{n}",
                    symptom="nothing-arrives",
                    status="resolved" if resolved else "new",
                    cause=right if resolved else None,
                    resolved_at=NOW - timedelta(days=self.lot.randrange(200)) if resolved else None,
                )
            )
        Ticket.objects.bulk_create(tickets, batch_size=500)
        Evidence.objects.bulk_create(
            Evidence(ticket=ticket, kind="walk", walk=walk)
            for ticket, walk in zip(tickets, chosen, strict=True)
        )
        self.filed = dict(zip([walk.pk for walk in chosen], tickets, strict=True))


@pytest.fixture
def walkers(version: Version, staff: User) -> Walkers:
    return Walkers(7, staff)


def contact() -> Contact:
    return Contact.objects.create(name="山田 和子", phone="090-0000-0000")


def recount(walkers: Walkers, scope: Scope) -> dict[str, Any]:
    """The same figures without SQL."""
    rows = [
        (walk, steps)
        for walk, steps in walkers.rows
        if walk.version_id in scope.versions
        and walk.started >= scope.since
        and (not scope.who or (walk.by is None) == (scope.who == "client"))
    ]
    total = Counter[str]()
    left, ends, seconds = Counter[str](), Counter[str](), []
    for walk, _steps in rows:
        total.update(how_it_ended(walk, walk.pk in walkers.filed, scope.now))
        if walk.finished:
            assert walk.outcome
            ends[walk.outcome.key] += 1
            seconds.append((walk.finished - walk.started).total_seconds())
        elif "abandoned" in how_it_ended(walk, walk.pk in walkers.filed, scope.now):
            assert walk.question
            left[walk.question.key] += 1
    by_people = [step for _walk, steps in rows for step in steps if not step.prefilled]
    return {
        "total": total,
        "left": left,
        "ends": ends,
        "median": median(seconds) if seconds else None,
        "ways": Counter((s.question.key, s.answer.key) for _walk, steps in rows for s in steps),
        "unknown": Counter(s.question.key for s in by_people if s.answer.unknown),
        "answered": Counter(s.question.key for s in by_people),
        "standing": Counter(walk.question.key for walk, _steps in rows if walk.question),
        "agreement": agreement(walkers, scope),
    }


def how_it_ended(walk: Walk, filed: bool, now: datetime) -> Iterable[str]:
    yield "started"
    if walk.finished:
        yield "finished"
        by_word = {True: "solved", False: "refused", None: "silent"}
        yield "requests" if filed else by_word[walk.helped]
    elif walk.paused and now - walk.started <= timedelta(days=30):
        yield "paused"
    elif now - walk.last_step > timedelta(hours=24):
        yield "abandoned"
        if filed:
            yield "abandoned_requests"
    else:
        yield "open"


def agreement(walkers: Walkers, scope: Scope) -> tuple[int, int]:
    by_key = {walk.pk: walk for walk, _steps in walkers.rows}
    compared = [
        walk.outcome.cause == ticket.cause
        for key, ticket in walkers.filed.items()
        if (walk := by_key[key]).outcome
        and ticket.resolved_at
        and ticket.resolved_at >= scope.since
        and walk.version_id in scope.versions
        and (not scope.who or (walk.by is None) == (scope.who == "client"))
    ]
    return sum(compared), len(compared) - sum(compared)


def check(found: Figures, wanted: dict[str, Any]) -> None:
    assert {name: n for name, n in vars(found.total).items() if n} == dict(wanted["total"])
    assert {end.key: end.tally.finished for end in found.ends} == dict(wanted["ends"])
    numbers = found.numbers
    assert {key: n for key, n in numbers.abandoned.items() if n} == dict(wanted["left"])
    assert dict(numbers.answered) == dict(wanted["ways"])
    assert {key: a.unknown for key, a in found.questions.items() if a.unknown} == dict(wanted["unknown"])
    asked = wanted["answered"] + wanted["standing"]
    assert {key: n for key, n in numbers.asked.items() if n} == dict(asked)
    assert (found.agreement.same, found.agreement.differed) == wanted["agreement"]
    if wanted["median"] is None:
        assert found.median is None
    else:
        assert found.median
        assert found.median.total_seconds() == pytest.approx(wanted["median"], abs=0.001)


@pytest.mark.parametrize("who", ["", "client", "staff"])
@pytest.mark.parametrize("days", [30, 365])
def test_figures_are_those_of_a_recount(
    walkers: Walkers, version: Version, retired: Version, who: str, days: int, django_assert_num_queries: Any
) -> None:
    walkers.make(version, 400)
    walkers.make(retired, 200)
    walkers.file(contact(), 200)
    for versions in [(version.pk,), (retired.pk,), (version.pk, retired.pk)]:
        scope = Scope(versions, NOW, days, who)
        with django_assert_num_queries(3):
            found = report.figures(scope)
        check(found, recount(walkers, scope))


def test_ten_thousand_walks_take_ten_statements(
    walkers: Walkers, version: Version, staff_client: Client, django_assert_max_num_queries: Any
) -> None:
    walkers.make(version, MANY)
    walkers.file(contact(), 1000)
    address = reverse("admin:checklist_statistics", args=["nothing-arrives"])
    with django_assert_max_num_queries(10):
        page = staff_client.get(address)
    assert page.status_code == 200
    scope = Scope((version.pk,), page.context["choice"].scope.now, 90)
    check(page.context["figures"], recount(walkers, scope))
    assert page.context["figures"].total.started > 1500
    with django_assert_max_num_queries(10):
        year = staff_client.get(f"{address}?days=365&version=all").context["figures"]
    check(year, recount(walkers, Scope((version.pk,), scope.now, 365)))
    with django_assert_max_num_queries(10):
        staff_client.get(reverse("admin:checklists_overview"))
    with django_assert_max_num_queries(10):
        staff_client.get(reverse("admin:checklist_differences", args=["nothing-arrives"]))


def test_an_even_number_of_walks_has_its_median_in_the_middle(version: Version) -> None:
    outcome = version.outcomes.all()[0]
    for n, minutes in enumerate([1, 2, 6, 60]):
        started = NOW - timedelta(hours=3)
        finished = started + timedelta(minutes=minutes)
        Walk.objects.create(
            version=version, token=f"t{n}", language="ja", outcome=outcome, started=started, finished=finished
        )
    assert report.figures(Scope((version.pk,), NOW)).median == timedelta(minutes=4)


def ended(version: Version, key: str, cause: Cause, *, ticket: Ticket | None = None, n: int = 0) -> Ticket:
    """A resolved request with a finished walk."""
    outcome = version.outcomes.get(key=key)
    walk = Walk.objects.create(
        version=version, token=f"w{n}", language="ja", outcome=outcome, finished=timezone.now()
    )
    ticket = ticket or Ticket.objects.create(
        number=f"{n:010d}",
        contact=contact(),
        subject=f"相談{n}",
        symptom="nothing-arrives",
        status="resolved",
        cause=cause,
        resolved_at=timezone.now(),
    )
    Evidence.objects.create(ticket=ticket, kind="walk", walk=walk)
    return ticket


class TestAgreement:
    def test_the_last_walk_of_a_request_speaks_for_it(self, version: Version) -> None:
        outage = version.outcomes.get(key="outage").cause
        other = Cause.objects.exclude(pk=outage.pk)[0]
        ticket = ended(version, "password", outage, n=1)
        ended(version, "outage", outage, ticket=ticket, n=2)
        ended(version, "outage", other, n=3)
        assert report.figures(Scope((version.pk,), timezone.now())).agreement == Agreement(1, 1)
        rows, total = report.overview(timezone.now(), 90)
        assert total == Agreement(1, 1)
        assert total.percent == 50
        found = {row.checklist.slug: row for row in rows}
        assert found["nothing-arrives"].agreement == total
        assert found["nothing-arrives"].tally.started == 3
        assert len(found) == Checklist.objects.count()

    def test_what_is_not_resolved_says_nothing(self, version: Version) -> None:
        outage = version.outcomes.get(key="outage").cause
        ticket = ended(version, "outage", outage, n=1)
        Ticket.objects.filter(pk=ticket.pk).update(status="reopened")
        assert report.figures(Scope((version.pk,), timezone.now())).agreement == Agreement()

    def test_differences_are_listed_with_both_causes_newest_first(
        self, version: Version, staff_client: Client
    ) -> None:
        other = Cause.objects.exclude(pk=version.outcomes.get(key="outage").cause_id)[0]
        tickets = [ended(version, "outage", other, n=n) for n in range(27)]
        for n, ticket in enumerate(tickets):
            Ticket.objects.filter(pk=ticket.pk).update(resolved_at=timezone.now() - timedelta(hours=n))
        address = reverse("admin:checklist_differences", args=["nothing-arrives"])
        html = staff_client.get(address).content.decode()
        assert html.index("相談0<") < html.index("相談1<") < html.index("相談24<")
        assert "相談25<" not in html
        assert reverse("admin:tickets_ticket_change", args=[tickets[0].pk]) in html
        assert other.name in html
        assert version.outcomes.get(key="outage").cause.name in html
        assert "相談26<" in staff_client.get(f"{address}?page=2").content.decode()
        assert staff_client.get(f"{address}?page=x").status_code == 200


class TestPages:
    def test_only_staff_with_the_right_see_them(self, version: Version, client: Client) -> None:
        nobody = User.objects.create_user("new", password="x", is_staff=True)
        for name, args in [
            ("checklists_overview", []),
            ("checklist_statistics", ["nothing-arrives"]),
            ("checklist_differences", ["nothing-arrives"]),
        ]:
            address = reverse(f"admin:{name}", args=args)
            assert client.get(address).status_code == 302
            assert login(nobody).get(address).status_code == 403
            assert login(nobody).post(address).status_code in (403, 405)

    def test_who_may_not_see_requests_does_not_see_their_list(self, version: Version, editor: User) -> None:
        other = Cause.objects.exclude(pk=version.outcomes.get(key="outage").cause_id)[0]
        ended(version, "outage", other, n=1)
        address = reverse("admin:checklist_differences", args=["nothing-arrives"])
        page = login(editor).get(reverse("admin:checklist_statistics", args=["nothing-arrives"]))
        assert page.status_code == 200
        assert address not in page.content.decode()
        assert login(editor).get(address).status_code == 403

    def test_the_home_leads_to_them(self, version: Version, staff_client: Client, desk: object) -> None:
        overview = reverse("admin:checklists_overview")
        assert overview in staff_client.get("/admin/").content.decode()
        address = reverse("admin:checklist_statistics", args=["nothing-arrives"])
        assert address in staff_client.get(overview).content.decode()
        assert staff_client.get(address).status_code == 200

    def test_a_version_can_be_chosen_and_one_that_is_not_there_is_not(
        self, walkers: Walkers, version: Version, retired: Version, staff_client: Client
    ) -> None:
        walkers.make(retired, 5)
        Walk.objects.update(started=NOW - timedelta(days=1))
        address = reverse("admin:checklist_statistics", args=["nothing-arrives"])
        for query, started in [
            ("", 0), (f"?version={version.number}", 0), (f"?version={retired.number}", 5), ("?version=all", 5)
        ]:  # fmt: skip
            assert staff_client.get(address + query).context["figures"].total.started == started
        for wrong in ("99", "x", "-1", "9" * 30):
            assert staff_client.get(address, {"version": wrong}).status_code == 404
        assert staff_client.get(address, {"days": "7", "who": "<b>"}).status_code == 200
        assert staff_client.get(address.replace("nothing", "no")).status_code == 404

    def test_walks_of_a_draft_do_not_count(
        self, walkers: Walkers, version: Version, staff_client: Client
    ) -> None:
        draft = write_version(
            checklist=version.checklist, file=file_of(version), version=Version(status=Version.Status.DRAFT)
        )
        walkers.make(draft, 5)
        Walk.objects.update(started=NOW - timedelta(days=1))
        address = reverse("admin:checklist_statistics", args=["nothing-arrives"])
        page = staff_client.get(f"{address}?version=all")
        assert page.context["figures"].total == Tally()
        rows = staff_client.get(reverse("admin:checklists_overview")).context["rows"]
        assert [row.tally.started for row in rows] == [0] * len(rows)
        assert staff_client.get(address, {"version": str(draft.number)}).status_code == 404

    def test_questions_of_another_version_stand_at_the_end(
        self, walkers: Walkers, version: Version, retired: Version, staff_client: Client
    ) -> None:
        retired.questions.filter(key="outage").update(key="gone", text_ja="むかしの質問")
        retired.outcomes.filter(key="outage").update(key="gone", title_ja="むかしの結果")
        Version.objects.filter(pk=retired.pk).update(first="gone")
        walkers.make(Version.objects.get(pk=retired.pk), 60)
        Walk.objects.create(
            version=retired, token="w", language="ja", outcome=retired.outcomes.get(key="gone"), finished=NOW
        )
        Walk.objects.update(started=NOW - timedelta(days=1))
        address = reverse("admin:checklist_statistics", args=["nothing-arrives"])
        html = staff_client.get(f"{address}?version=all").content.decode()
        assert "むかしの質問" in html
        assert "むかしの結果" in html
        assert "むかし" not in staff_client.get(address).content.decode()

    def test_without_a_walk_it_says_so_and_divides_by_nothing(
        self, version: Version, staff_client: Client
    ) -> None:
        address = reverse("admin:checklist_statistics", args=["nothing-arrives"])
        page = staff_client.get(address)
        assert "まだ" in page.content.decode() or "いません" in page.content.decode()
        empty = Checklist.objects.create(slug="new", symptom="other", title_ja="新しい", title_en="New")
        html = staff_client.get(reverse("admin:checklist_statistics", args=["new"])).content.decode()
        assert reverse("admin:faq_checklist_change", args=[empty.pk]) in html
        assert staff_client.get(reverse("admin:checklist_differences", args=["new"])).status_code == 200

    def test_the_drawing_says_what_the_table_says(
        self, walkers: Walkers, version: Version, staff_client: Client
    ) -> None:
        walkers.make(version, 300)
        page = staff_client.get(
            reverse("admin:checklist_statistics", args=["nothing-arrives"]), {"days": "365"}
        )
        rows = {row.asked.key: row for row in page.context["questions"]}
        drawn = {box.key: box for box in page.context["drawing"].boxes if box.kind == "question"}
        assert set(rows) == set(drawn)
        for key, box in drawn.items():
            assert sum(way.number or 0 for way in box.ways) == sum(a.count for a in rows[key].answers)
        html = page.content.decode()
        for key in rows:
            assert f'href="#question-{key}"' in html
            assert f'id="question-{key}"' in html
        assert "style=" not in html
