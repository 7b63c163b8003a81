"""Answers beside an answer: what clients really opened, else what is near it."""

import re
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.test import Client
from django.utils import timezone, translation

from faq.models import Article, ArticleText, Lookup
from faq.models.article import Status
from faq.services.publish import archive
from faq.services.related import Related, related
from tests.faq.test_sitemap import english

pytestmark = pytest.mark.django_db
HERE = "mailbox-full"


def pk(key: str) -> int:
    return Article.objects.get(key=key).pk


def opened(visit: str, *keys: str, hits: tuple[str, ...] = (), days: int = 0) -> None:
    for key in keys:
        row = Lookup.objects.create(
            text="a", language="ja", visit=visit, opened_id=pk(key), hits=[pk(hit) for hit in hits]
        )
        Lookup.objects.filter(pk=row.pk).update(created=timezone.now() - timedelta(days=days))


def found(key: str = HERE) -> Related:
    return related(Article.objects.public().for_display().get(key=key))


def keys(answer: Related) -> list[str]:
    return [row.key for row in answer.rows]


def test_what_the_same_visits_opened_comes_in_the_order_of_how_often(knowledge: None) -> None:
    for visit in "abcd":
        opened(visit, HERE, "suspicious-mail")
    for visit in "abc":
        opened(visit, "not-mail")
    opened("a", "gmail-tabs")
    opened("b", "gmail-tabs")
    opened("other", "bounced-mail", "bounced-mail", "bounced-mail")
    answer = found()
    assert answer.seen
    assert keys(answer) == ["suspicious-mail", "not-mail", "gmail-tabs"]


def test_one_visit_counts_once_and_is_not_enough(knowledge: None) -> None:
    for key in ("suspicious-mail", "not-mail", "panel-login"):
        opened("a", HERE, key, key, key)
    answer = found()
    assert not answer.seen
    assert not {"suspicious-mail", "not-mail"} & set(keys(answer))


def test_what_was_only_shown_beside_it_is_weaker(knowledge: None) -> None:
    for number in range(10):
        opened("", HERE, hits=(HERE, "suspicious-mail", "not-mail", "panel-login"), days=number)
    assert set(keys(found())) == {"suspicious-mail", "not-mail", "panel-login"}
    for visit in ("v", "w", "x"):
        opened(visit, HERE, "panel-login")
    assert keys(found())[0] == "panel-login"


def test_what_is_old_says_nothing(knowledge: None) -> None:
    for visit in "abc":
        opened(visit, HERE, "suspicious-mail", "not-mail", "panel-login", days=91)
    assert not found().seen


def test_what_is_near_where_nobody_looked_yet(knowledge: None) -> None:
    article = Article.objects.get(key=HERE)
    answer = found()
    causes = set(article.causes.values_list("slug", flat=True))
    rows = [Article.objects.get(key=key) for key in keys(answer)]
    alike = [bool(causes & set(row.causes.values_list("slug", flat=True))) for row in rows]
    assert not answer.seen
    assert 3 <= len(rows) <= 4
    assert alike[0]
    assert alike == sorted(alike, reverse=True)
    assert all(
        row.category_id == article.category_id for row, same in zip(rows, alike, strict=True) if not same
    )


def test_two_that_were_opened_come_before_what_is_near(knowledge: None) -> None:
    for visit in "ab":
        opened(visit, HERE, "suspicious-mail")
    answer = found()
    assert not answer.seen
    assert keys(answer)[0] == "suspicious-mail"
    assert len(answer.rows) == 4


def test_nothing_hidden_is_in_it(knowledge: None) -> None:
    """SECURITY.md row 29."""
    staff = Article.objects.filter(audience="staff").first()
    assert staff
    near = keys(found())
    ArticleText.objects.filter(article__key=near[0]).update(status=Status.DRAFT)
    for visit in "abc":
        opened(visit, HERE, staff.key, near[0], "not-mail", hits=(staff.key,))
    answer = keys(found())
    assert "not-mail" in answer
    assert not {staff.key, near[0], HERE} & set(answer)


def test_an_article_that_is_gone_leaves_no_hole(knowledge: None) -> None:
    for visit in "ab":
        opened(visit, HERE, "suspicious-mail")
    Lookup.objects.update(hits=[987654321] * 10)
    assert keys(found())[0] == "suspicious-mail"


def test_english_where_there_is_english(client: Client, knowledge: None) -> None:
    ArticleText.objects.filter(language="en").delete()
    for visit in "ab":
        opened(visit, HERE, "suspicious-mail")
    with translation.override("en"):
        assert found().rows[0].language == "ja"
        english("suspicious-mail", title="Is it genuine?")
        row = found().rows[0]
    assert (row.language, row.title, row.url) == ("en", "Is it genuine?", "/en/faq/suspicious-mail/")
    assert len({row.article_id for row in found().rows}) == 4
    html = client.get(f"/en/faq/{HERE}/").content.decode()
    assert "Is it genuine?" in html


def test_the_page_says_which_of_the_two_it_is(client: Client, knowledge: None) -> None:
    def heading() -> str:
        return client.get(f"/faq/{HERE}/").content.decode().split('id="related">')[1].split("<")[0]

    near = heading()
    for visit in "ab":
        opened(visit, HERE, "suspicious-mail", "not-mail", "gmail-tabs")
    assert heading() != near


def test_a_title_is_escaped(client: Client, knowledge: None) -> None:
    ArticleText.objects.filter(article__key="suspicious-mail").update(title="<b>&")
    for visit in "ab":
        opened(visit, HERE, "suspicious-mail")
    assert "&lt;b&gt;&amp;" in client.get(f"/faq/{HERE}/").content.decode()


def test_it_costs_the_same_however_much_there_is(knowledge: None, django_assert_num_queries: object) -> None:
    article = Article.objects.public().for_display().get(key=HERE)
    with django_assert_num_queries(2):  # type: ignore[operator]  # a fixture of pytest-django
        related(article)
    for number in range(20):
        opened(f"v{number}", HERE, "suspicious-mail", "not-mail", "gmail-tabs", hits=(HERE, "not-mail"))
    with django_assert_num_queries(3):  # type: ignore[operator]  # the same
        related(article)


def test_it_is_remembered_for_each_article_and_language(
    knowledge: None,
    settings: object,
    django_assert_num_queries: object,
    django_capture_on_commit_callbacks: object,
) -> None:
    settings.PAGE_CACHE = True  # type: ignore[attr-defined]  # a fixture of pytest-django
    article = Article.objects.public().for_display().get(key=HERE)
    first = related(article)
    with django_assert_num_queries(0):  # type: ignore[operator]  # the same
        assert related(article) == first
    assert keys(found("suspicious-mail")) != keys(first)
    with translation.override("en"):
        assert {row.url[:4] for row in found().rows} == {"/en/"}
    # Published, withdrawn, moved: whatever visitors see lets it be read anew.
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]  # the same
        archive(text=ArticleText.objects.get(article__key=keys(first)[0], language="ja"), by=None)
    assert keys(first)[0] not in keys(found())


def test_the_database_finds_them_by_index(knowledge: None) -> None:
    """With a million searches the table itself must not be read through."""
    Lookup.objects.bulk_create(
        Lookup(text="a", language="ja", visit=f"v{n % 900}", opened_id=pk(HERE) if n % 20 == 0 else None)
        for n in range(5000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE faq_lookup")
    lead = Lookup.objects.filter(opened=pk(HERE), created__gte=timezone.now() - timedelta(days=90))
    others = Lookup.objects.filter(visit__in=["v0", "v20"], opened__isnull=False).order_by(
        "visit", "opened_id"
    )
    plans = [
        lead.order_by("-created").values_list("visit", "hits")[:300].explain(),
        others.values_list("visit", "opened_id").distinct()[:3000].explain(),
    ]
    # PostgreSQL takes other indexes for a table as small as this one.
    names = (
        ["lookup_opened_created", "lookup_visit_opened"]
        if connection.vendor == "sqlite"
        else ["Index", "Index"]
    )
    for plan, name in zip(plans, names, strict=True):
        assert name in plan
        assert not re.search("Seq Scan|SCAN faq_lookup", plan)


@pytest.mark.django_db(transaction=True)
def test_the_indexes_can_be_taken_back() -> None:
    def names() -> set[str]:
        with connection.cursor() as cursor:
            return set(connection.introspection.get_constraints(cursor, "faq_lookup"))

    ours = {"lookup_opened_created", "lookup_visit_opened"}
    assert ours <= names()
    graph = MigrationExecutor(connection).loader.graph
    [before] = graph.node_map["faq", "0006_lookup_openings"].parents
    call_command("migrate", "faq", before.key[1], verbosity=0)
    assert not ours & names()
    # All apps: taking this one back took back what leans on it.
    call_command("migrate", verbosity=0)
    assert ours <= names()
