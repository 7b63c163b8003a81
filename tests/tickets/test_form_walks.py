"""The form after checklists: what was answered stands there and is not asked again."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from faq.models import Checklist, Lookup, Walk
from faq.rules.facts import Facts
from faq.services.lookup import sign
from faq.services.walk import answer, begin, finish
from tests.tickets.test_form import WHAT, WHEN, WHO, url
from tickets.models import Draft, Ticket
from tickets.services import opening
from tickets.views.stages import Told

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("knowledge")]
FULL = [("outage", "no"), ("webmail", "no"), ("scope", "one"), ("other-device", "no"), ("quota", "yes")]
SPAM = [("reader", "gmail"), ("gmail-spam", "yes")]
KNOWN = Facts(since="yesterday", work_stopped="yes", affected_address="info@yamadaya.example")


def walked(
    slug: str = "nothing-arrives",
    answers: list[tuple[str, str]] = FULL,
    *,
    facts: Facts | None = None,
    by: User | None = None,
) -> Walk:
    walk = begin(checklist=Checklist.objects.get(slug=slug), language="ja", facts=facts, by=by)
    for question, given in answers:
        answer(walk=walk, question=question, answer=given)
    return walk


def fields(client: Client, address: str) -> list[str]:
    return list(client.get(address).context["form"].fields)


def rows(client: Client, address: str) -> dict[str, str]:
    return {row.name: row.value for row in client.get(address).context["known"]}


def come(client: Client, *walks: Walk, words: str = "") -> None:
    """From the outcome of each to the first page, and on."""
    for walk in walks:
        place = client.post(url("what") + f"?walk={walk.token}", {"words": words})
        assert place.headers["Location"] == url("when")


def ready(client: Client, *walks: Walk, words: str = "") -> str:
    """The check page."""
    come(client, *walks, words=words)
    client.post(url("when"), WHEN)
    client.post(url("who"), WHO)
    return client.get(url("check")).content.decode()


def file(client: Client, *walks: Walk, words: str = "", when: dict[str, str] = WHEN) -> Ticket:
    come(client, *walks, words=words)
    assert client.post(url("when"), when).headers["Location"] == url("who")
    assert client.post(url("who"), WHO).headers["Location"] == url("check")
    client.post(url("check"))
    return Ticket.objects.latest("pk")


class TestWhat:
    def test_the_symptom_is_not_asked_again_and_words_are_optional(self, client):
        address = url("what") + f"?walk={walked().token}"
        assert fields(client, address) == ["words"]
        assert rows(client, address) == {"symptom": "メールがまったく届かない"}
        page = client.get(address).content.decode()
        assert "困っていること" in page
        assert "ほかに伝えたいこと" in page
        assert 'name="symptom"' not in page

    def test_a_walk_of_this_visit_is_enough(self, client):
        begun = client.post("/checklists/nothing-arrives/").headers["Location"]
        assert fields(client, url("what")) == ["symptom", "words"]
        client.post(begun, {"question": "outage", "answer": "no"})
        assert fields(client, url("what")) == ["words"]

    def test_it_can_be_changed_without_losing_a_word(self, client):
        walk = walked()
        address = url("what") + f"?walk={walk.token}"
        place = client.post(address, {"words": "書きかけ", "change": "symptom"}).headers["Location"]
        assert place == f"{address}&change=symptom#id_symptom_0"
        form = client.get(place).context["form"]
        assert list(form.fields) == ["symptom", "words"]
        assert (form["symptom"].value(), form["words"].value()) == ("nothing-arrives", "書きかけ")
        client.post(place, {"symptom": "cannot-send", "words": ""})
        assert fields(client, url("what")) == ["symptom", "words"]
        ticket = file(client)
        assert (ticket.symptom, ticket.facts.direction) == ("cannot-send", "sending")

    def test_who_comes_with_another_symptom_has_chosen(self, client):
        come(client, walked())
        assert fields(client, url("what") + "?symptom=nothing-arrives") == ["words"]
        form = client.get(url("what") + "?symptom=bounced").context["form"]
        assert form["symptom"].value() == "bounced"

    def test_a_list_of_no_symptom_tells_none(self, client):
        Checklist.objects.filter(slug="nothing-arrives").update(symptom="other")
        assert fields(client, url("what") + f"?walk={walked().token}") == ["symptom", "words"]

    def test_strangers_and_staffs_walks_tell_nothing(self, client, staff):
        ours = walked(by=staff)
        sheet = walked()
        Checklist.objects.filter(pk=sheet.version.checklist_id).update(audience="staff")
        for token in (ours.token, sheet.token, "x" * 32, "\x00"):
            assert fields(client, url("what") + f"?walk={token}") == ["symptom", "words"]
            client.post(url("what") + f"?walk={token}", WHAT)
        assert Draft.objects.get().visit["walks"] == []


class TestWhen:
    def test_what_the_words_of_a_walk_told_is_not_asked(self, client):
        come(client, walked(facts=KNOWN))
        assert fields(client, url("when")) == ["error_text", "photos"]
        assert rows(client, url("when")) == {
            "since": "昨日",
            "affected_address": "info@yamadaya.example",
            "work_stopped": "はい",
        }
        assert client.post(url("when"), {"error_text": ""}).headers["Location"] == url("who")

    def test_nothing_left_to_ask_still_asks_for_photos(self, client):
        come(client, walked(facts=KNOWN.merged(Facts(error_text="550"))))
        assert fields(client, url("when")) == ["photos"]
        assert client.post(url("when"), {}).headers["Location"] == url("who")

    def test_the_form_counts_over_the_walk_and_the_walk_stays(self, client):
        walk = walked(facts=KNOWN.merged(Facts(error_text="550")))
        typed = {"since": "today", "error_text": ""}
        come(client, walk)
        address = url("when") + "?change=since&change=error_text"
        assert fields(client, address) == ["since", "error_text", "photos"]
        assert client.post(address, typed).headers["Location"] == url("who")
        client.post(url("who"), WHO)
        assert "550" not in client.get(url("check")).content.decode()
        client.post(url("check"))
        ticket = Ticket.objects.get()
        told = ticket.facts
        assert (told.since, told.error_text, told.work_stopped) == ("today", "", "yes")
        assert (told.affected_address, told.quota_full) == ("info@yamadaya.example", "yes")
        assert ticket.affected_domain == "yamadaya.example"
        assert ticket.work_stopped is True
        form, by_walk = ticket.evidence.get(kind="form"), ticket.evidence.get(kind="walk")
        assert form.facts_json == {"since": "today"}
        assert by_walk.facts_json["quota_full"] == "yes"
        walk.refresh_from_db()
        assert Facts.from_json(walk.facts_json).since == "yesterday"

    def test_what_would_not_do_for_an_answer_is_asked(self, client):
        come(client, walked(facts=Facts(since="long ago", affected_address="info@")))
        assert rows(client, url("when")) == {}

    def test_an_i_do_not_know_counts_over_words_before(self, client):
        ticket = file(client, walked(answers=[("outage", "unknown")], facts=Facts(outage_known="yes")))
        assert ticket.facts.outage_known == ""

    def test_the_today_of_another_day_is_asked_again(self, client):
        walk = walked(facts=KNOWN)
        Walk.objects.filter(pk=walk.pk).update(last_step=timezone.now() - timedelta(days=1))
        come(client, walk)
        assert fields(client, url("when")) == ["since", "error_text", "photos"]

    def test_the_contact_is_compared_with_the_address_that_a_walk_told(self, client):
        come(client, walked(facts=KNOWN))
        client.post(url("when"), {})
        response = client.post(url("who"), {"name": "山田", "email": "yamada@yamadaya.example"})
        assert "phone" in response.context["form"].errors


class TestWords:
    def searched(self, client: Client, text: str, **changed: object) -> Lookup:
        lookup = Lookup.objects.create(text=text, language="ja")
        Lookup.objects.filter(pk=lookup.pk).update(**changed)
        client.post(url("what") + f"?l={sign([lookup.pk])}", WHAT)
        return lookup

    def test_what_a_search_told_is_not_asked(self, client):
        self.searched(client, "今日から全然届かず、仕事が止まっています")
        assert rows(client, url("when")) == {"work_stopped": "はい"}
        client.post(url("what"), {**WHAT, "words": "届きません"})
        assert rows(client, url("when")) == {"since": "今日", "work_stopped": "はい"}
        client.post(url("when"), {"affected_address": "info@yamadaya.example"})
        client.post(url("who"), WHO)
        client.post(url("check"))
        ticket = Ticket.objects.get()
        assert (ticket.facts.since, ticket.work_stopped) == ("today", True)
        assert ticket.evidence.get(kind="words").facts_json == {"since": "today", "work_stopped": "yes"}
        # What the form does not ask is not taken from a search.
        assert not ticket.facts.senders

    def test_the_address_is_asked_though_words_name_one(self, client):
        self.searched(client, "info@yamadaya.example に届きません")
        assert rows(client, url("when")) == {}

    def test_yesterdays_search_tells_nothing(self, client):
        self.searched(client, "仕事が止まっています", created=timezone.now() - timedelta(days=1))
        assert rows(client, url("when")) == {}

    def test_a_walk_counts_over_a_search(self, client):
        self.searched(client, "今日から届かない")
        client.post(url("what") + f"?walk={walked(facts=KNOWN).token}", {**WHAT, "words": "届かない"})
        assert rows(client, url("when"))["since"] == "昨日"


class TestCheck:
    def test_every_answer_of_every_walk_can_be_changed(self, client):
        old, new = walked(facts=Facts(outage_known="no")), walked("some-missing", SPAM)
        page = ready(client, old, new)
        assert page.index("特定の相手・一部のメールが届かない") < page.index("「メールがまったく届かない")
        for question, _answer in FULL:
            assert f"/checklists/nothing-arrives/{old.token}/?question={question}" in page
        assert "上限に近い" in page
        assert "メールサーバーがいっぱい" in page
        assert "Gmailの「迷惑メール」に入れられています" in page

    def test_what_nobody_answered_is_marked(self, client):
        walk = walked(answers=[], facts=Facts(outage_known="no", webmail_works="no", own_addresses="one"))
        assert walk.steps.filter(prefilled=True).exists()
        assert "お客様の言葉から読み取りました" in ready(client, walk)
        client.post(url("check"))
        assert "→ 出ていない（お客様の言葉から読み取りました）" in Ticket.objects.get().messages.get().body

    def test_what_the_outcome_showed_is_not_suggested_again(self, client):
        come(client, walked(answers=FULL[:1]), words="全然届かない")
        assert client.get(url("when")).context["hits"][0].url.endswith("/mailbox-full/")
        come(client, walked(), words="全然届かない")
        hits = client.get(url("when")).context["hits"]
        assert len(hits) == 3
        assert not [hit for hit in hits if hit.url.endswith("/mailbox-full/")]

    def test_a_walk_is_left_out_and_taken_in_again(self, client):
        kept, left = walked("some-missing", SPAM), walked()
        assert "「迷惑メール」に入れられています" in ready(client, kept, left)
        place = client.post(url("check"), {"leave": left.pk})
        assert place.headers["Location"] == f"{url('check')}#walk-{left.pk}"
        page = client.get(url("check")).content.decode()
        assert "このお答えは送りません" in page
        assert left.token not in page
        # Going through the form again does not bring it back.
        come(client, left)
        client.post(url("check"))
        ticket = Ticket.objects.get()
        assert ticket.evidence.get(kind="walk").walk == kept
        assert ticket.facts.quota_full == ""
        assert ticket.suspected_cause
        assert ticket.suspected_cause.slug == "spam-folder"

    def test_taken_in_again(self, client):
        walk = walked()
        ready(client, walk, words="届きません")
        client.post(url("check"), {"leave": walk.pk})
        client.post(url("check"), {"take": walk.pk})
        client.post(url("check"))
        assert Ticket.objects.get().evidence.get(kind="walk").walk == walk

    def test_without_words_and_walks_the_first_page_asks_again(self, client):
        walk = walked()
        ready(client, walk)
        place = client.post(url("check"), {"leave": walk.pk}).headers["Location"]
        assert place == url("what") + "?missing=1"
        form = client.get(place).context["form"]
        assert (list(form.fields), list(form.errors)) == (["words"], ["words"])
        assert client.get(url("check")).headers["Location"] == url("what")

    @pytest.mark.parametrize("wanted", ["", "x", "999999", "-1", "9" * 30])
    def test_only_walks_of_the_request_can_be_left_out(self, client, wanted):
        ready(client, walked())
        assert client.post(url("check"), {"leave": wanted}).status_code == 302
        assert "left_out" not in Draft.objects.get().visit

    def test_back_from_a_changed_answer_the_check_page_is_next(self, client):
        walk = walked()
        ready(client, walk)
        address = url("what") + f"?walk={walk.token}"
        assert client.get(address).status_code == 200
        answer(walk=walk, question="quota", answer="no")
        assert client.get(address).headers["Location"] == url("check")
        # A new one is shown with the form first.
        assert client.get(url("what") + f"?walk={walked().token}").status_code == 200


class TestFiled:
    def test_without_a_word_the_answers_are_the_first_message(self, client):
        ticket = file(client, walked())
        assert ticket.subject.startswith("メールがまったく届かない：メールサーバーがいっぱい")
        body = ticket.messages.get().body
        assert body.startswith("質問へのお答え：メールがまったく届かない")
        assert "→ 上限に近い" in body
        assert ticket.symptom == "nothing-arrives"
        assert ticket.evidence.get(kind="form").facts_json["since"] == "yesterday"

    def test_in_the_clients_language(self, client):
        walk = walked(answers=FULL[:2])
        draft = Draft.objects.create(key="k", language="en", data=WHO, visit={"walks": [walk.pk]})
        ticket = opening.file_draft(draft=draft).ticket
        assert ticket.subject == walk.version.checklist.text("title", "en")
        assert ticket.messages.get().body.startswith("Answers to our questions: ")

    def test_with_words_the_words_are(self, client):
        ticket = file(client, walked(), words="昨日から来ません")
        assert (ticket.subject, ticket.messages.get().body) == ("昨日から来ません", "昨日から来ません")

    def test_several_walks_the_later_one_counts(self, client):
        first = walked("some-missing", SPAM)
        second = walked("nothing-arrives", [("outage", "no"), ("webmail", "yes")])
        ticket = file(client, first, second)
        assert [e.walk for e in ticket.evidence.filter(kind="walk")] == [first, second]
        assert (ticket.facts.in_spam, ticket.facts.webmail_works) == ("yes", "yes")
        # The second one has come to no outcome yet.
        assert second.outcome is None
        assert ticket.suspected_cause
        assert ticket.suspected_cause.slug == "spam-folder"
        assert ticket.messages.get().body.index("まったく届かない") < ticket.messages.get().body.index(
            "一部の"
        )

    def test_an_outcome_that_solved_it_is_not_suspected(self, client):
        first, second = walked(), walked("some-missing", SPAM)
        finish(walk=second, helped=True)
        ticket = file(client, first, second)
        assert ticket.suspected_cause
        assert ticket.suspected_cause.slug == "mailbox-full"

    def test_the_same_walk_for_a_second_request(self, client):
        walk = walked()
        first = file(client, walk)
        second = file(client, walk)
        assert first != second
        assert walk.evidence.count() == 2

    def test_a_draft_of_before_names_one_walk(self):
        walk = walked()
        draft = Draft.objects.create(key="k", language="ja", data=WHO, visit={"walk": walk.pk})
        assert opening.file_draft(draft=draft).ticket.evidence.get(kind="walk").walk == walk

    def test_a_walk_without_an_answer_stays_away(self, client):
        walk = walked(answers=[])
        form = client.get(url("what") + f"?walk={walk.token}").context["form"]
        assert form["symptom"].value() == "nothing-arrives"
        client.post(url("what") + f"?walk={walk.token}", WHAT)
        assert not Told.of(Draft.objects.get()).brought.walked

    @pytest.mark.parametrize(
        "visit",
        [
            {"walks": "x", "left_out": 3},
            {"walks": [[], None, "1", True, -1, 2**63], "lookups": [True, 10**30]},
            [],
            5,
        ],
    )
    def test_a_broken_visit_costs_nothing(self, visit):
        draft = Draft.objects.create(key="k", language="ja", data={**WHAT, **WHO}, visit=visit)
        assert opening.file_draft(draft=draft).created

    @pytest.mark.usefixtures("kept", "one_moment")
    def test_filing_costs_18_statements_however_many_walks(self, desk, staff):
        """With words searched, an article read, a browser, a confirmation and a mail to us; once this process
        knows the checklists."""
        lookup = Lookup.objects.create(text="全然来ない", language="ja")
        walks = [walked(facts=KNOWN), walked(), walked("some-missing", SPAM), walked("some-missing", SPAM)]
        for name, some in (("零", walks), ("一", walks[:1]), ("四", walks)):
            brought = {
                "lookups": [lookup.pk],
                "articles": ["mailbox-full"],
                "walks": [walk.pk for walk in some],
            }
            who = {**WHO, "name": name, "email": f"{ord(name)}@mobile.example"}
            draft = Draft.objects.create(key=name, language="ja", data=who, visit=brought)
            with CaptureQueriesContext(connection) as queries:
                opening.file_draft(draft=draft, user_agent="Mozilla/5.0 (iPhone) Safari/604")
            assert name == "零" or len(queries) == 18

    @pytest.mark.usefixtures("kept", "one_moment")
    def test_a_step_costs_few_statements(self, client, django_assert_max_num_queries):
        ready(client, walked(), walked("some-missing", SPAM))
        for step, most in (("what", 9), ("when", 14), ("check", 16)):
            with django_assert_max_num_queries(most):
                client.get(url(step))


class TestAnotherTrouble:
    """Walks of before say nothing about what is asked now, unless the client comes from one."""

    def of_this_visit(self, client: Client) -> Walk:
        begun = client.post("/checklists/suspicious/").headers["Location"].split("?")[0]
        walk = Walk.objects.latest("pk")
        for _ in range(20):
            walk.refresh_from_db()
            if walk.question is None:
                break
            given = walk.question.answers.first()
            assert given
            client.post(begun, {"question": walk.question.key, "answer": given.key})
        return walk

    @pytest.mark.parametrize("how", ["old", "helped", "filed"])
    def test_what_is_done_with_stays_away(self, client, how):
        walk = self.of_this_visit(client)
        assert fields(client, url("what")) == ["words"]
        if how == "old":
            Walk.objects.filter(pk=walk.pk).update(last_step=timezone.now() - timedelta(days=2))
        elif how == "helped":
            finish(walk=walk, helped=True)
        else:
            file(client, walk)
        assert fields(client, url("what")) == ["symptom", "words"]
        assert fields(client, url("what") + f"?walk={walk.token}") == ["words"]

    def test_words_of_another_day_are_not_offered(self, client):
        client.get("/search/?q=Gmailに届きません")
        signed = sign([Lookup.objects.get().pk])
        address = url("what") + f"?l={signed}"
        assert client.get(address).context["form"]["words"].value() == "Gmailに届きません"
        Lookup.objects.update(created=timezone.now() - timedelta(days=2))
        assert not client.get(address).context["form"]["words"].value()

    def test_a_walk_ended_on_another_device_comes_along_from_there(self, client):
        walk = walked(answers=FULL[:-1])
        other = Client()
        question, given = FULL[-1]
        other.post(f"/checklists/nothing-arrives/{walk.token}/", {"question": question, "answer": given})
        assert fields(other, url("what")) == ["words"]


@pytest.mark.parametrize(("step", "name"), [("who", "name"), ("what", "words")])
def test_what_shows_nothing_is_no_answer(client, step, name):
    answers = {"what": WHAT, "when": WHEN, "who": WHO}
    for each, data in answers.items():
        hidden = {name: "\u200b\u2060"} if each == step else {}
        response = client.post(url(each), {**data, **hidden})
        if each == step:
            assert response.status_code == 200
            assert response.context["form"].errors[name]
            return


def test_it_is_answered_in_the_language_it_is_sent_in(client):
    client.post(url("what"), WHAT)
    client.post(url("when"), WHEN)
    client.post(url("who"), WHO)
    client.post("/en" + url("check"))
    assert Ticket.objects.get().language == "en"
