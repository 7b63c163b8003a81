"""Writing a checklist: the list, one checklist, and a version with its cards."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import translation

from faq.models import Answer, Checklist, Question, Version
from faq.services import editing
from faq.services.faults import check

pytestmark = pytest.mark.django_db
MOST = 30
Statements = Callable[[int], AbstractContextManager[Any]]


def login(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def client(editor: User) -> Client:
    return login(editor)


@pytest.fixture
def checklist(knowledge: None) -> Checklist:
    return Checklist.objects.get(slug="nothing-arrives")


@pytest.fixture
def draft(checklist: Checklist, editor: User) -> Version:
    return editing.draft_of(checklist=checklist, by=editor)


def page(version: Version) -> str:
    return reverse("admin:faq_version_change", args=[version.pk])


def keys(version: Version) -> list[str]:
    return list(version.questions.values_list("key", flat=True))


def press(client: Client, version: Version, do: str) -> Any:
    return client.post(page(version), {"do": do})


class TestList:
    def test_it_says_what_is_published_and_what_is_being_written(
        self, client: Client, draft: Version
    ) -> None:
        html = client.get("/admin/faq/checklist/").content.decode()
        live = draft.checklist.published()
        assert live
        assert page(draft) in html
        assert page(live) in html
        assert "鈴木" in html or "suzuki" in html

    def test_its_statements_do_not_grow_with_the_lists(
        self, client: Client, draft: Version, django_assert_max_num_queries: Statements
    ) -> None:
        for number in range(5):
            editing.copy_checklist(
                checklist=draft.checklist, slug=f"copy-{number}", title_ja="写し", title_en="Copy", by=None
            )
        with django_assert_max_num_queries(9):
            client.get("/admin/faq/checklist/")

    def test_a_new_one_begins_with_an_empty_draft(self, client: Client, knowledge: None) -> None:
        data = {
            "slug": "printer",
            "symptom": "other",
            "title_ja": "複合機から送れない",
            "title_en": "Printer",
        }
        response = client.post("/admin/faq/checklist/add/", {**data, "audience": "staff", "order": "90"})
        made = Version.objects.get(checklist__slug="printer")
        assert response["Location"] == page(made)
        assert (made.status, made.created_by and made.created_by.username) == ("draft", "suzuki")
        html = client.get(page(made)).content.decode()
        assert "まだ質問がありません" in html
        assert "最初の質問がまだありません" in html

    def test_an_address_is_taken_once(self, client: Client, checklist: Checklist) -> None:
        data = {"slug": "nothing-arrives", "symptom": "other", "title_ja": "題", "title_en": "T"}
        response = client.post("/admin/faq/checklist/add/", {**data, "audience": "public", "order": "1"})
        assert response.status_code == 200
        assert "errorlist" in response.content.decode()
        assert Checklist.objects.filter(slug="nothing-arrives").count() == 1

    def test_an_address_is_one_that_content_files_take(self, client: Client, checklist: Checklist) -> None:
        data = {"slug": "My-List", "title_ja": "題", "title_en": "T"}
        more = {"symptom": "other", "audience": "public", "order": "1"}
        added = client.post("/admin/faq/checklist/add/", {**data, **more})
        copied = client.post(reverse("admin:faq_checklist_copy", args=[checklist.pk]), data)
        for response in (added, copied):
            assert "半角の小文字・数字・ハイフンだけで書いてください" in response.content.decode()
        assert not Checklist.objects.filter(slug="My-List").exists()


class TestChecklist:
    def test_its_versions_can_be_opened_and_compared(self, client: Client, draft: Version) -> None:
        html = client.get(f"/admin/faq/checklist/{draft.checklist_id}/change/").content.decode()
        live = draft.checklist.published()
        assert live
        for version in (draft, live):
            assert page(version) in html
        assert f"/compare/?with={live.pk}" in html

    def test_the_button_begins_a_draft_and_leads_to_it_again(
        self, client: Client, checklist: Checklist
    ) -> None:
        begin = reverse("admin:faq_checklist_draft", args=[checklist.pk])
        assert client.get(begin).status_code == 405
        first = client.post(begin)["Location"]
        assert client.post(begin)["Location"] == first
        assert checklist.versions.filter(status="draft").count() == 1

    def test_its_own_texts_are_changed_and_its_address_is_not(
        self, client: Client, checklist: Checklist
    ) -> None:
        data = {"slug": "other", "symptom": "other", "title_ja": "新しい題", "title_en": "New", "order": "1"}
        client.post(f"/admin/faq/checklist/{checklist.pk}/change/", {**data, "audience": "public"})
        checklist.refresh_from_db()
        assert (checklist.title_ja, checklist.slug) == ("新しい題", "nothing-arrives")
        assert checklist.symptom == "nothing-arrives"

    def test_a_copy_has_the_same_questions_and_another_address(
        self, client: Client, checklist: Checklist
    ) -> None:
        copy = reverse("admin:faq_checklist_copy", args=[checklist.pk])
        assert 'value="nothing-arrives-2"' in client.get(copy).content.decode()
        names = {"title_ja": "写し", "title_en": "Copy"}
        taken = client.post(copy, {**names, "slug": "suspicious"})
        assert taken.status_code == 422
        assert "写し" in taken.content.decode()
        response = client.post(copy, {**names, "slug": "nothing-arrives-2"})
        made = Version.objects.get(checklist__slug="nothing-arrives-2")
        assert response["Location"] == page(made)
        live = checklist.published()
        assert live
        assert keys(made) == keys(live)

    def test_what_is_not_there_is_not_found(self, client: Client, knowledge: None) -> None:
        for name in ("faq_checklist_copy", "faq_version_remove"):
            for pk in (0, 2**70):
                assert client.get(reverse(f"admin:{name}", args=[pk])).status_code == 404
        for number in ("x", "9" * 5000):
            assert client.get(f"/admin/faq/version/{number}/change/").status_code == 404


class TestVersion:
    def test_a_card_says_where_answers_lead_and_where_they_come_from(
        self, client: Client, draft: Version
    ) -> None:
        html = client.get(page(draft)).content.decode()
        for question in draft.questions.all():
            assert f'id="q-{question.key}"' in html
            assert html.count(f"/admin/faq/question/{question.pk}/change/") >= 3
        for outcome in draft.outcomes.all():
            assert f'id="o-{outcome.key}"' in html
            assert f"/admin/faq/outcome/{outcome.pk}/change/" in html
        assert "公開をさまたげるものは、ありません" in html

    def test_faults_name_their_path_and_lead_to_the_question(self, client: Client, draft: Version) -> None:
        Answer.objects.filter(question__version=draft, question__key="webmail", key="no").update(
            next=None, outcome=None
        )
        html = client.get(page(draft)).content.decode()
        fault = check(editing.read(draft)).problems[0]
        assert "→" in fault.words
        assert fault.words in html
        webmail = draft.questions.get(key="webmail")
        assert f'{fault.words} <a href="/admin/faq/question/{webmail.pk}/change/">' in html

    def test_questions_change_places_without_dragging(self, client: Client, draft: Version) -> None:
        before = keys(draft)
        response = press(client, draft, f"up:{before[2]}")
        assert response["Location"] == f"{page(draft)}#q-{before[2]}"
        assert keys(draft) == [before[0], before[2], before[1], *before[3:]]
        press(client, draft, f"down:{before[2]}")
        assert keys(draft) == before
        press(client, draft, f"first:{before[1]}")
        draft.refresh_from_db()
        assert draft.first == before[1]

    def test_sorted_as_walks_meet_them(self, client: Client, draft: Version) -> None:
        press(client, draft, f"up:{keys(draft)[3]}")
        press(client, draft, "sort")
        assert keys(draft)[0] == draft.first

    def test_new_ones_are_made_where_they_are_wanted(self, client: Client, draft: Version) -> None:
        before = keys(draft)
        response = press(client, draft, f"question:{before[0]}")
        made = next(key for key in keys(draft) if key not in before)
        assert keys(draft)[1] == made
        assert response["Location"].endswith(f"#q-{made}")
        press(client, draft, "outcome")
        html = client.get(page(draft)).content.decode()
        assert "まだ文がありません" in html

    def test_removing_says_what_would_lead_nowhere(self, client: Client, draft: Version) -> None:
        address = reverse("admin:faq_version_remove", args=[draft.pk])
        html = client.get(f"{address}?what=question:webmail").content.decode()
        assert "行き先がなくなります" in html
        assert draft.questions.filter(key="webmail").exists()
        assert client.post(f"{address}?what=question:webmail")["Location"] == page(draft)
        assert not draft.questions.filter(key="webmail").exists()
        outcome = draft.outcomes.first()
        assert outcome
        client.post(f"{address}?what=outcome:{outcome.key}")
        assert not draft.outcomes.filter(pk=outcome.pk).exists()
        for what in ("question:webmail", "answer:x", "", "outcome:\x00"):
            assert client.get(address, {"what": what}).status_code == 404
        # A colleague was faster.
        assert (
            "ほかの人が先に" in client.post(f"{address}?what=question:webmail", follow=True).content.decode()
        )

    def test_garbage_changes_nothing(self, client: Client, draft: Version) -> None:
        before = editing.read(draft)
        for do in ("", "up", "up:", "up:none", "explode:x", "up:\x00", "first:" + "x" * 5000):
            assert press(client, draft, do).status_code == 302
        assert editing.read(draft) == before

    def test_what_is_published_is_read_only(self, client: Client, checklist: Checklist) -> None:
        live = checklist.published()
        assert live
        html = client.get(page(live)).content.decode()
        assert 'name="do"' not in html
        assert reverse("admin:faq_checklist_draft", args=[checklist.pk]) in html
        before = editing.read(live)
        press(client, live, f"up:{keys(live)[1]}")
        client.post(reverse("admin:faq_version_remove", args=[live.pk]) + "?what=question:webmail")
        assert editing.read(live) == before

    def test_statements_do_not_grow_with_the_questions(
        self, client: Client, draft: Version, django_assert_max_num_queries: Statements
    ) -> None:
        for _ in range(20):
            editing.add_question(version=draft, by=None)
            editing.add_outcome(version=draft, by=None)
        with django_assert_max_num_queries(MOST):
            client.get(page(draft))

    def test_in_english_too(self, client: Client, draft: Version) -> None:
        with translation.override("en"):
            html = client.get(page(draft)).content.decode()
        assert "Sort as walks meet them" in html
        assert "Is there a notice" in html or draft.questions.all()[0].text_en in html


class TestRights:
    def test_agents_read_and_write_nothing(self, staff: User, draft: Version) -> None:
        client = login(staff)
        html = client.get(page(draft)).content.decode()
        assert 'name="do"' not in html
        assert press(client, draft, "question").status_code == 403
        for name, pk in (("faq_checklist_copy", draft.checklist_id), ("faq_version_remove", draft.pk)):
            address = reverse(f"admin:{name}", args=[pk])
            assert client.get(address).status_code == 403
            assert client.post(address).status_code == 403
        begin = reverse("admin:faq_checklist_draft", args=[draft.checklist_id])
        assert client.post(begin).status_code == 403
        assert client.get("/admin/faq/checklist/add/").status_code == 403
        html = client.get(f"/admin/faq/checklist/{draft.checklist_id}/change/").content.decode()
        assert begin not in html

    def test_strangers_are_asked_to_log_in(self, draft: Version) -> None:
        for address in (page(draft), reverse("admin:faq_version_remove", args=[draft.pk])):
            assert Client().get(address)["Location"].startswith("/admin/login/")
            assert Client().post(address, {"do": "question"})["Location"].startswith("/admin/login/")
        assert Question.objects.filter(version=draft).count() == len(keys(draft))
