"""What monitors ask."""

from datetime import timedelta

import pytest
from django.db import DatabaseError
from django.utils import timezone

from mailsupport import health
from tickets.models import WorkerBeat

ALL_WELL = {"database": "ok", "migrations": "ok", "index": "ok", "worker": "ok"}


def test_healthz_asks_no_database(client):
    # Without the db fixture any statement raises.
    assert client.get("/healthz").content == b"ok\n"


@pytest.mark.django_db
class TestReady:
    def test_ready(self, client):
        WorkerBeat.objects.update_or_create(pk=1, defaults={"at": timezone.now()})
        response = client.get("/readyz")
        assert (response.status_code, response.json()) == (200, ALL_WELL)
        assert "no-store" in response["Cache-Control"]

    @pytest.mark.parametrize("age", [None, timedelta(minutes=3)])
    def test_no_worker(self, client, age):
        WorkerBeat.objects.all().delete()
        if age:
            WorkerBeat.objects.create(pk=1, at=timezone.now() - age)
        response = client.get("/readyz")
        assert (response.status_code, response.json()) == (503, ALL_WELL | {"worker": "bad"})

    def test_a_broken_check_is_bad_and_says_no_secret(self, client, monkeypatch):
        def fail():
            raise DatabaseError("password=hunter2")

        monkeypatch.setitem(health.CHECKS, "index", fail)
        response = client.get("/readyz")
        assert response.status_code == 503
        assert response.json()["index"] == "bad"
        assert b"hunter2" not in response.content
