"""/metrics: who may read it, what it says, and what it costs."""

import os
import re
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as conf
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

import mailsupport
from faq.models import Lookup
from mailsupport import meter
from mailsupport.meter import Meter
from tests.security.attack import file_by_form
from tickets.models import Delivery, Ticket, WorkerBeat

SAMPLE = re.compile(r'^([a-z_]+)(?:\{((?:[a-z]+="[^"\\\n]*",?)+)\})? (\d+(?:\.\d+)?(?:e[+-]\d+)?)$')
TOKEN = "a-token-of-more-than-twenty-characters"


def parsed(text: str) -> dict[str, dict[str, float]]:
    """Samples by family and labels, held to the text format: HELP, then TYPE, then samples of that family."""
    assert text.endswith("\n")
    families: dict[str, dict[str, float]] = {}
    kinds: dict[str, str] = {}
    helped = ""
    for line in text.splitlines():
        if line.startswith("# HELP "):
            helped = line.split()[2]
            assert helped not in families
        elif line.startswith("# TYPE "):
            _hash, _type, name, kind = line.split()
            assert name == helped
            kinds[name], families[name] = kind, {}
        else:
            match = SAMPLE.match(line)
            assert match, line
            family = (
                re.sub("_(bucket|sum|count)$", "", match[1]) if kinds[helped] == "histogram" else match[1]
            )
            assert family == helped
            key = match[1].removeprefix(helped) + (match[2] or "")
            assert key not in families[helped]
            families[helped][key] = float(match[3])
    return families


@pytest.fixture
def read(client, db):
    return lambda: parsed(client.get("/metrics").content.decode())


class TestAccess:
    pytestmark = pytest.mark.django_db

    def status(self, client: Client, **headers: Any) -> int:
        return client.get("/metrics", **headers).status_code

    def test_this_machine_may(self, client):
        response = client.get("/metrics")
        assert response.status_code == 200
        assert response["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
        assert "no-store" in response["Cache-Control"]
        assert self.status(client, REMOTE_ADDR="::1") == 200

    @pytest.mark.parametrize("address", ["203.0.113.7", "10.0.0.9", "", "nonsense"])
    def test_others_find_nothing(self, client, address):
        assert self.status(client, REMOTE_ADDR=address) == 404

    def test_a_monitor_of_ours_may(self, client, settings):
        settings.TRUSTED_PROXIES = ["10.0.0.0/8"]
        assert self.status(client, REMOTE_ADDR="10.0.0.9") == 200

    @pytest.mark.parametrize("trusted", [[], ["127.0.0.0/8"]])
    @pytest.mark.parametrize(
        "header", ["HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_FORWARDED", "HTTP_X_REAL_IP"]
    )
    def test_what_a_proxy_passes_on_is_from_elsewhere(self, client, settings, trusted, header):
        settings.TRUSTED_PROXIES = trusted
        assert self.status(client, **{header: "127.0.0.1"}) == 404

    def test_a_token_opens_it_from_anywhere(self, client, settings):
        settings.METRICS_TOKEN = TOKEN
        asked = {"REMOTE_ADDR": "203.0.113.7", "HTTP_X_FORWARDED_FOR": "203.0.113.7"}
        assert self.status(client, **asked, HTTP_AUTHORIZATION=f"Bearer {TOKEN}") == 200
        for wrong in (TOKEN, f"Bearer {TOKEN}x", f"bearer {TOKEN}", "Bearer ", "", "Bearer あ"):
            assert self.status(client, **asked, HTTP_AUTHORIZATION=wrong) == 404

    def test_no_token_is_no_token(self, client):
        assert self.status(client, REMOTE_ADDR="203.0.113.7", HTTP_AUTHORIZATION="Bearer ") == 404

    def test_nobody_posts(self, client):
        assert client.post("/metrics").status_code == 405


class TestNumbers:
    def test_an_empty_desk(self, read):
        WorkerBeat.objects.all().delete()
        found = read()
        assert found["mailsupport_deliveries_unsent"] == {"": 0}
        assert found["mailsupport_delivery_oldest_unsent_seconds"] == {"": 0}
        assert found["mailsupport_worker_beat_age_seconds"] == {}
        assert set(found["mailsupport_tickets"].values()) == {0}
        assert any(f'version="{mailsupport.VERSION}"' in key for key in found["mailsupport_build_info"])

    @pytest.mark.usefixtures("knowledge", "desk")
    def test_work_that_piles_up(self, client, read):
        file_by_form(client, email="hanako@mail.example")
        now = timezone.now()
        waiting = Delivery.objects.filter(state="waiting")
        waiting.update(created=now - timedelta(minutes=10))
        WorkerBeat.objects.update_or_create(pk=1, defaults={"at": now - timedelta(seconds=90)})
        Lookup.objects.all().delete()
        for none in (True, True, False):
            Lookup.objects.create(text="x", language="ja", none=none)
        Lookup.objects.update(created=now - timedelta(hours=23))
        Lookup.objects.create(text="old", language="ja", none=True)
        Lookup.objects.filter(text="old").update(created=now - timedelta(hours=25))
        found = read()
        assert found["mailsupport_tickets"]['status="new"'] == Ticket.objects.count() == 1
        assert found["mailsupport_deliveries_unsent"][""] == waiting.count() > 0
        assert 600 <= found["mailsupport_delivery_oldest_unsent_seconds"][""] < 700
        assert 90 <= found["mailsupport_worker_beat_age_seconds"][""] < 190
        assert found["mailsupport_lookups_last_day"][""] == 3
        assert found["mailsupport_lookups_unanswered_last_day"][""] == 2
        waiting.update(state="failed")
        assert read()["mailsupport_deliveries_failed"][""] > 0

    def test_counting_stops_somewhere(self, read, monkeypatch):
        monkeypatch.setattr("mailsupport.metrics.MOST", 3)
        Lookup.objects.bulk_create([Lookup(text="x", language="ja") for _number in range(9)])
        assert read()["mailsupport_lookups_last_day"][""] == 4

    def test_three_statements(self, client, db):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert client.get("/metrics").status_code == 200
        assert len(asked) == 3

    def test_times_of_searches(self, client, read, knowledge):
        def searches(key: str) -> float:
            return float(read()["mailsupport_request_duration_seconds"][key])

        before, errors = searches('_countpage="search"'), read()["mailsupport_responses_total"]
        client.get("/search/?q=test")
        client.get("/en/search/?q=test")
        assert searches('_countpage="search"') == before + 2
        assert read()["mailsupport_responses_total"]['class="2xx"'] > errors['class="2xx"']
        buckets = [
            value
            for key, value in read()["mailsupport_request_duration_seconds"].items()
            if key.startswith('_bucketpage="search"')
        ]
        assert len(buckets) == len(meter.BUCKETS) + 1
        assert buckets == sorted(buckets)
        assert buckets[-1] == searches('_countpage="search"')


class TestMeter:
    def test_processes_count_together(self, tmp_path):
        children = []
        for _child in range(4):
            child = os.fork()
            if not child:
                mine = Meter(tmp_path / "meter")
                for _request in range(20_000):
                    mine.count("/search/", 200, 0.02)
                os._exit(0)
            children.append(child)
        assert all(os.waitpid(child, 0)[1] == 0 for child in children)
        times, answers = Meter(tmp_path / "meter").read()
        search = next(each for each in times if each.page == "search")
        assert search.buckets[2] == sum(search.buckets) == answers[2] == 80_000
        assert round(search.seconds) == 1600

    def test_ends_of_buckets(self, tmp_path):
        counters = Meter(tmp_path / "meter")
        for seconds in (0.005, 0.0051, 5.0, 5.1):
            counters.count("/", 503, seconds)
        other = next(each for each in counters.read()[0] if each.page == "other")
        assert [other.buckets[index] for index in (0, 1, -2, -1)] == [1, 1, 1, 1]
        assert counters.read()[1][5] == 4

    def test_a_file_of_another_layout_begins_anew(self, tmp_path):
        (tmp_path / "meter").write_bytes(b"x" * 5000)
        assert Meter(tmp_path / "meter").read()[1][2] == 0

    def test_a_place_that_cannot_be_written_costs_only_the_times(self, settings, tmp_path, caplog):
        settings.VAR_DIR = tmp_path / "missing"
        assert meter.shared.__wrapped__() is None
        assert "not counted" in caplog.text

    @pytest.mark.parametrize(
        ("path", "page"),
        [("/", "other"), ("/en/search/", "search"), ("/tickets/x/", "tickets"), ("/Ärger", "other")],
    )
    def test_kinds_of_pages(self, path, page):
        assert meter.page_of(path) == page


def test_the_monitor_is_not_redirected():
    assert any(re.match(pattern, "metrics") for pattern in conf.SECURE_REDIRECT_EXEMPT)
