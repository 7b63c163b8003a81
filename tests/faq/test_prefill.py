"""From a client's words to a walk: what they answer ahead, what stays to be asked, going on and pausing."""

from datetime import timedelta
from urllib.parse import quote, urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from faq.models import Checklist, Lookup, Version, Walk
from faq.models.base import Audience
from faq.rules.clues import SURE, clues_of, facts_of_words
from faq.rules.facts import VALUES, Facts
from faq.services import ahead
from faq.services.lookup import sign
from faq.services.walk import answer, begin, script_of, standing

pytestmark = pytest.mark.django_db
START = "/checklists/nothing-arrives/"
WORDS = "会社のアドレス全部に届かない。ウェブメールにも来ていない"
BOTH = {"own_addresses=all", "webmail_works=no"}
HEADING = "お書きになった言葉から読み取ったこと"
MOST = 6


def codes(html: str) -> set[str]:
    """The facts that a page shows with a tick."""
    return {one for one in BOTH if f'name="told" value="{one}" checked' in html}


def published(slug: str) -> Version:
    version = Checklist.objects.get(slug=slug).published()
    assert version
    return version


@pytest.fixture
def checklist(knowledge: None) -> Checklist:
    return Checklist.objects.get(slug="nothing-arrives")


class TestStart:
    def test_words_are_read_shown_and_quoted(self, client: Client, checklist: Checklist) -> None:
        html = client.get(START, {"q": WORDS}).content.decode()
        assert codes(html) == BOTH
        assert HEADING in html
        assert "「会社のアドレス全部に届かない」" in html
        assert "届いていない" in html

    def test_words_of_a_search_are_read_where_the_address_carries_none(
        self, client: Client, checklist: Checklist
    ) -> None:
        lookup = Lookup.objects.create(text=WORDS, language="ja", hits=[])
        assert codes(client.get(START, {"l": sign([lookup.pk])}).content.decode()) == BOTH
        html = client.get(
            START, {"l": sign([lookup.pk]), "q": "ウェブメールには届いています"}
        ).content.decode()
        assert not codes(html)
        assert 'value="webmail_works=yes" checked' in html

    def test_words_of_yesterday_s_search_say_nothing_about_today(
        self, client: Client, checklist: Checklist
    ) -> None:
        lookup = Lookup.objects.create(text=WORDS, language="ja", hits=[])
        Lookup.objects.update(created=timezone.now() - timedelta(hours=25))
        assert HEADING not in client.get(START, {"l": sign([lookup.pk])}).content.decode()

    def test_the_last_search_of_the_visit_counts_where_a_cached_page_leads_here(
        self, client: Client, checklist: Checklist
    ) -> None:
        lookup = Lookup.objects.create(text=WORDS, language="ja", hits=[])
        client.get("/faq/mailbox-full/feedback/", {"l": sign([lookup.pk])})
        assert codes(client.get(START).content.decode()) == BOTH

    @pytest.mark.parametrize(
        "query", ["", "?q=", "?q=こんにちは", "?l=forged", "?q=%00&l=%00", "?l=" + "x" * 3000]
    )
    def test_without_words_that_tell_anything_the_page_is_as_ever(
        self, client: Client, checklist: Checklist, query: str
    ) -> None:
        html = client.get(START + query).content.decode()
        assert HEADING not in html
        assert "最初の質問へ" in html

    def test_words_are_escaped(self, client: Client, checklist: Checklist) -> None:
        html = client.get(START, {"q": "<b>ウェブメール</b>にも来ていない"}).content.decode()
        assert "<b>" not in html

    def test_english(self, client: Client, checklist: Checklist) -> None:
        html = client.get("/en" + START, {"q": WORDS}).content.decode()
        assert "What we read in your words" in html
        assert codes(html) == BOTH

    def test_reading_words_takes_no_statement_more(self, client: Client, checklist: Checklist) -> None:
        counted = []
        client.get(START)
        for query in ("", "?q=" + quote(WORDS)):
            with CaptureQueriesContext(connection) as queries:
                client.get(START + query)
            counted.append(len(queries))
        assert counted[0] == counted[1] <= MOST


class TestBegin:
    def begun(self, client: Client, words: str, told: list[str], path: str = START) -> Walk:
        response = client.post(f"{path}?{urlencode({'q': words})}", {"told": told})
        assert response.status_code == 302
        return Walk.objects.select_related("version__checklist").latest("pk")

    def test_what_is_ticked_is_not_asked(self, client: Client, checklist: Checklist) -> None:
        walk = self.begun(client, WORDS, sorted(BOTH))
        assert Facts.from_json(walk.facts_json) == Facts(own_addresses="all", webmail_works="no")
        now = answer(walk=walk, question="outage", answer="no")
        assert now.prefilled == {"webmail", "scope"}
        assert now.place.question == "website"

    def test_a_question_answered_ahead_says_so_until_somebody_answers(
        self, client: Client, checklist: Checklist
    ) -> None:
        walk = self.begun(client, WORDS, sorted(BOTH))
        answer(walk=walk, question="outage", answer="no")
        page = reverse("faq:walk", args=[checklist.slug, walk.token]) + "?question=webmail"
        assert "読み取った答えを選んであります" in client.get(page).content.decode()
        answer(walk=walk, question="webmail", answer="no")
        assert "読み取った答えを選んであります" not in client.get(page).content.decode()

    def test_what_is_not_ticked_is_asked(self, client: Client, checklist: Checklist) -> None:
        walk = self.begun(client, WORDS, ["own_addresses=all"])
        assert answer(walk=walk, question="outage", answer="no").place.question == "webmail"

    @pytest.mark.parametrize(
        "told",
        [
            ["outage_known=no"],
            ["webmail_works=yes"],
            ["quota_full=yes"],
            ["direction=receiving"],
            ["nonsense", "=", "webmail_works", "webmail_works=no=no", "\0", "🦆" * 500],
            ["__class__=x"] * 50,
        ],
    )
    def test_only_what_was_shown_is_taken(
        self, client: Client, checklist: Checklist, told: list[str]
    ) -> None:
        walk = self.begun(client, WORDS + "\0", told)
        assert walk.facts_json == {}

    def test_no_words_no_facts(self, client: Client, checklist: Checklist) -> None:
        assert self.begun(client, "", sorted(BOTH)).facts_json == {}

    def test_the_other_sides_provider_is_not_asked_again(self, client: Client, knowledge: None) -> None:
        """The first question of that list; a doubt leaves it to be asked."""
        version = Version.objects.get(checklist__slug="some-providers", status=Version.Status.PUBLISHED)
        told = ahead.read(version, "昨日からGmailのお客様にだけ届かないようです").told
        assert "provider=gmail" in [one.code for one in told]
        for doubt in (
            "相手はGmailかもしれません。届きません",
            "もしドコモのお客様に届かなくなったら困ります",
        ):
            assert "provider" not in [one.code.split("=")[0] for one in ahead.read(version, doubt).told]

    @pytest.mark.parametrize("words", ["容量がいっぱいで届きません", "ホームページも開けません"])
    def test_what_is_not_sure_never_answers_ahead(self, client: Client, knowledge: None, words: str) -> None:
        facts = {clue.fact for clue in clues_of(words)}
        assert facts - SURE, "the words tell something unsure"
        for version in Version.objects.filter(status=Version.Status.PUBLISHED):
            told = {one.code.split("=")[0] for one in ahead.read(version, words).told}
            assert told <= SURE

    def test_no_walk_ends_by_what_is_known(self, knowledge: None) -> None:
        """Whatever words may tell, a person answers the last question of every list."""
        for checklist in Checklist.objects.filter(audience=Audience.PUBLIC):
            for name, values in VALUES.items():
                for value in values:
                    known = Facts.from_json({name: value, "webmail_works": "no", "error_shown": "yes"})
                    walk = begin(checklist=checklist, language="ja", facts=known)
                    assert walk.outcome_id is None
                    assert standing(walk).place.question

    def test_a_fact_is_shown_only_where_it_answers_a_question(self, knowledge: None) -> None:
        for version in Version.objects.filter(status=Version.Status.PUBLISHED):
            asked = {question.fact for question in script_of(version).questions.values()}
            for words in (
                WORDS,
                "リンクを押してしまった",
                "パスワードが違うと言われる",
                "昨日から全然来ない",
            ):
                for one in ahead.read(version, words).told:
                    assert one.code.split("=")[0] in asked


class TestAgainst:
    """Words about mail going the other way than the list's."""

    def test_nothing_is_answered_ahead_and_the_fitting_list_is_offered(
        self, client: Client, checklist: Checklist
    ) -> None:
        words = "送信できません。ウェブメールを見ると新しいメールは届いていません"
        assert facts_of_words(words).webmail_works == "no"
        html = client.get(START, {"q": words}).content.decode()
        assert HEADING not in html
        assert f"/checklists/cannot-send/?{urlencode({'q': words})}" in html
        client.post(f"{START}?{urlencode({'q': words})}", {"told": ["webmail_works=no"]})
        assert Walk.objects.get().facts_json == {}

    def test_never_from_one_to_the_other_and_back(self, knowledge: None) -> None:
        for words in ("どこに送ってもエラーで戻ってきます", "昨日から全然メールが来ない", "送信できない"):
            for checklist in Checklist.objects.public():
                instead = ahead.read(published(checklist.slug), words).instead
                if instead:
                    assert ahead.read(published(instead.slug), words).instead is None


class TestResume:
    PATH = "/checklists/"

    def started(self, client: Client, answers: int = 2) -> Walk:
        client.post(START)
        walk = Walk.objects.latest("pk")
        for question, given in (("outage", "no"), ("webmail", "no"))[:answers]:
            client.post(f"{START}{walk.token}/", {"question": question, "answer": given})
        return walk

    def test_both_pages_lead_back_to_where_it_stopped(self, client: Client, checklist: Checklist) -> None:
        walk = self.started(client)
        for path in (self.PATH, START):
            html = client.get(path).content.decode()
            assert f"{START}{walk.token}/" in html
            assert "前回の続きから（3問目）" in html
        start = client.get(START).content.decode()
        assert start.index("前回の続きから") < start.index("最初の質問からやり直す")
        assert walk.token not in client.get("/checklists/bounced/").content.decode()

    def test_not_without_an_answer_not_after_the_end_not_after_a_month(
        self, client: Client, checklist: Checklist
    ) -> None:
        walk = self.started(client, answers=0)
        assert walk.token not in client.get(START).content.decode()
        for question, given in (("outage", "no"), ("webmail", "password")):
            client.post(f"{START}{walk.token}/", {"question": question, "answer": given})
        walk.refresh_from_db()
        assert walk.outcome_id
        assert walk.token not in client.get(START).content.decode()
        walk = self.started(client)
        Walk.objects.update(started=timezone.now() - timedelta(days=31))
        assert walk.token not in client.get(START).content.decode()

    def test_the_newest_counts_and_nobody_else_s(self, client: Client, checklist: Checklist) -> None:
        older, newer = self.started(client), self.started(client)
        html = client.get(self.PATH).content.decode()
        assert newer.token in html
        assert older.token not in html
        assert "前回の続き" not in Client().get(self.PATH).content.decode()

    def test_the_list_page_sets_no_cookie(self, client: Client, checklist: Checklist) -> None:
        response = client.get(self.PATH)
        assert not response.cookies
        assert "Cookie" not in response.headers.get("Vary", "")
        self.started(client)
        assert "no-store" in client.get(self.PATH)["Cache-Control"], "who has the address sees the answers"

    def test_one_statement_more(self, client: Client, checklist: Checklist) -> None:
        with CaptureQueriesContext(connection) as without:
            Client().get(self.PATH)
        self.started(client)
        with CaptureQueriesContext(connection) as queries:
            client.get(self.PATH)
        read = [q["sql"] for q in queries if "django_session" not in q["sql"]]
        assert len(read) == len(without) + 1


class TestPause:
    @pytest.fixture
    def walk(self, checklist: Checklist) -> Walk:
        version = checklist.published()
        assert version
        version.questions.filter(key="outage").update(test_ja="1. 自分あてに1通送ります")
        return begin(checklist=checklist, language="ja")

    def test_the_answer_chosen_is_there_again(self, client: Client, walk: Walk) -> None:
        address = f"{START}{walk.token}/"
        paused = client.post(address, {"question": "outage", "answer": "no", "pause": "1"})["Location"]
        html = client.get(paused).content.decode()
        assert "ここで待ちます" in html
        assert "chosen=no" in html, "the address to keep carries it"
        back = client.post(address, {"resume": "1", "question": "outage", "chosen": "no"})["Location"]
        html = client.get(back).content.decode()
        assert 'value="no" required' in html or 'value="no"' in html
        assert "checked" in html.split('value="no"')[1].split(">")[0]
        assert not walk.steps.exists(), "pausing answers nothing"
        client.post(address, {"question": "outage", "answer": "no"})
        walk.refresh_from_db()
        assert walk.question
        assert walk.question.key == "webmail"

    @pytest.mark.parametrize("chosen", ["", "nope", "\0", "<b>", "x" * 5000])
    def test_garbage_is_not_shown(self, client: Client, walk: Walk, chosen: str) -> None:
        address = f"{START}{walk.token}/"
        there = client.post(address, {"question": "outage", "answer": chosen, "pause": "1"})["Location"]
        assert client.get(there).status_code == 200
        there = client.post(address, {"question": "outage", "chosen": chosen, "resume": "1"})["Location"]
        html = client.get(there).content.decode()
        assert " checked" not in html
        assert "<b>" not in html

    def test_statements(self, client: Client, walk: Walk) -> None:
        address = f"{START}{walk.token}/"
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            there = client.post(address, {"question": "outage", "answer": "no", "pause": "1"})["Location"]
        with CaptureQueriesContext(connection) as shown:
            client.get(there)
        for one in (queries, shown):
            said = [q["sql"] for q in one if not q["sql"].startswith(("SAVEPOINT", "RELEASE"))]
            assert len(said) <= MOST


def test_what_is_read_is_described_in_the_active_language(knowledge: None) -> None:
    with translation.override("en"):
        told = ahead.read(published("nothing-arrives"), WORDS).told
    assert ("In webmail", "New mail is not there", "ウェブメールにも来ていない") in [one[1:] for one in told]
