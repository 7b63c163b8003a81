"""Error pages as the running site gives them: the right status, calm words, what happened to the text."""

import pytest
from django.db import OperationalError
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.fixture
def patient():
    return Client(raise_request_exception=False)


def test_a_database_that_does_not_answer_is_503(patient, monkeypatch):
    def no_answer(*_args, **_options):
        raise OperationalError("server closed the connection")

    monkeypatch.setattr("faq.models.Outage.objects.now", no_answer)
    response = patient.get("/")
    assert response.status_code == 503
    assert response["Retry-After"] == "60"
    assert "もう一度" in response.content.decode()


def test_any_other_fault_is_500(patient, monkeypatch):
    def broken(*_args, **_options):
        raise RuntimeError("unexpected")

    monkeypatch.setattr("faq.models.Outage.objects.now", broken)
    response = patient.get("/")
    assert response.status_code == 500
    assert "unexpected" not in response.content.decode()


def test_too_much_text_is_413_and_says_what_happened(patient, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    response = patient.post("/search/", {"q": "あ" * 2000})
    assert response.status_code == 413
    assert "<h1" in response.content.decode()


def test_too_many_fields_are_413(patient, settings):
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 3
    assert patient.post("/search/", {f"f{n}": "x" for n in range(9)}).status_code == 413
