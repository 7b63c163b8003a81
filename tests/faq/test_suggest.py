"""Suggested articles: what was chosen outweighs what a long letter mentions by the way."""

from typing import Any

import pytest

from faq.models import Cause
from faq.services.suggest import SYMPTOM_WORDS, suggest

LETTER = "昨日の夕方から1通も来ません。お客様から「注文したのに返事がない」と電話があり困っています。"


def keys(words: str, **options: Any) -> list[str]:
    return [row.url.strip("/").split("/")[-1] for row in suggest(words, language="ja", **options)]


def test_the_chosen_symptom_outweighs_asides(knowledge):
    assert keys(LETTER, symptom="nothing-arrives")[0] == "mailbox-full"
    assert keys(LETTER, symptom="some-providers")[0] == "shop-gmail"


@pytest.mark.parametrize("symptom", SYMPTOM_WORDS)
def test_every_symptom_alone_has_suggestions(knowledge, symptom):
    assert len(keys("", symptom=symptom)) == 5


def test_articles_of_the_cause_come_first(knowledge):
    assert keys(LETTER, cause=Cause.objects.get(slug="phishing"))[0] in {
        "suspicious-mail",
        "opened-suspicious",
    }


def test_only_staff_see_staff_articles(knowledge):
    words = "社内：届かない原因の切り分け 転送テスト"
    assert "forwarding-test-staff" in keys(words, staff=True)
    assert "forwarding-test-staff" not in keys(words, cause=Cause.objects.get(slug="forwarding-broken"))


def test_costs_few_statements(knowledge, django_assert_max_num_queries):
    with django_assert_max_num_queries(10):
        suggest(LETTER, language="ja", symptom="nothing-arrives")
