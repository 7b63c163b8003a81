"""Which checklist is offered beside a search, below an article, from the home page."""

from urllib.parse import quote, urlencode

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from faq.models import Article, Checklist, Outcome, Version
from faq.models.base import Audience
from faq.rules.facts import Facts
from faq.search.find import find
from faq.services.lookup import unsign
from faq.services.offer import CARRIED, address_of, checklist_for, checklist_of, contradicts
from tests.faq.measure_offers import measure

pytestmark = pytest.mark.django_db
SHARED = settings.BASE_DIR.parent / "shared" / "search"

# Our own, and not those of the measuring sets.
SENTENCES = [
    ("朝からメールが1通も届きません", "nothing-arrives"),
    ("急にメールが全然来なくなりました", "nothing-arrives"),
    ("会社の全員がメールを受信できません", "nothing-arrives"),
    ("メールボックスがいっぱいで受信できない", "nothing-arrives"),
    ("佐藤さんからのメールだけ届きません", "some-missing"),
    ("特定の取引先からのメールが来ない。迷惑メールにもありません", "some-missing"),
    ("ほかの人からは届くのに、銀行からのメールだけ届かない", "some-missing"),
    ("送ったメールが英語の文と一緒に戻ってきます", "bounced"),
    ("1人だけに送れません。エラーで戻ってきます", "bounced"),
    ("送ったメールが届いていないと先方に言われました", "bounced"),
    ("User unknownと書かれて返ってきた", "bounced"),
    ("Gmailのお客様にだけ注文の控えが届きません", "some-providers"),
    ("ドコモのアドレスに送ると届かない", "some-providers"),
    ("自動返信メールがGmailの人に届かないと言われる", "some-providers"),
    ("送信ボタンを押すとエラーになって送れません", "cannot-send"),
    ("送信トレイに残ったまま送信できない", "cannot-send"),
    ("受信はできるのに送信ができません", "cannot-send"),
    ("パスワードを何度入れても通りません", "cannot-log-in"),
    ("ログインできない。パスワードが違うと出る", "cannot-log-in"),
    ("あやしいメールの添付ファイルを開いてしまいました", "suspicious"),
    ("銀行をかたるメールが来た。リンクを押してもいいのか", "suspicious"),
    ("カード番号を入れてしまった。詐欺かもしれない", "suspicious"),
]


def offered(words: str, symptom: str = "") -> str:
    found = checklist_for(words, find(words, language="ja", limit=5), symptom=symptom)
    return found.slug if found else ""


class TestWhichFits:
    def test_our_own_sentences(self, knowledge: None) -> None:
        wrong = [(words, offered(words)) for words, slug in SENTENCES if offered(words) != slug]
        assert len(wrong) <= len(SENTENCES) // 5, wrong

    @pytest.mark.skipif(not SHARED.is_dir(), reason=f"the measuring sets are not at {SHARED}")
    def test_floor_on_the_development_queries(self, knowledge: None) -> None:
        measured = measure(SHARED / "queries_dev.jsonl", checklist_for)
        assert measured.fitting > 100
        assert measured.right / measured.fitting >= 0.62
        assert measured.silent >= 12

    def test_its_own_title_finds_a_list(self, knowledge: None) -> None:
        for checklist in Checklist.objects.public():
            assert offered(checklist.title_ja) == checklist.slug

    def test_no_list_for_words_that_find_nothing(self, knowledge: None) -> None:
        for words in ("冷蔵庫の修理", "", "\0", "a" * 4000):
            assert offered(words) == ""

    def test_a_chosen_symptom_counts_more_than_the_words(self, knowledge: None) -> None:
        for symptom in Checklist.objects.public().values_list("symptom", flat=True):
            slug = offered("昨日から全然メールが来ない", symptom)
            assert Checklist.objects.get(slug=slug).symptom == symptom

    def test_none_about_mail_that_goes_the_other_way(self, knowledge: None) -> None:
        assert contradicts("nothing-arrives", Facts(direction="sending"))
        assert not contradicts("nothing-arrives", Facts(direction="receiving"))
        assert not contradicts("nothing-arrives", Facts())
        assert not contradicts("suspicious", Facts(direction="sending"))
        Outcome.objects.exclude(version__checklist__slug="nothing-arrives").delete()
        assert offered("容量がいっぱいのようで、メールを送れません") != "nothing-arrives"

    def test_only_public_and_published_ones(self, knowledge: None) -> None:
        words = "パスワードを何度入れても通りません"
        lists = Checklist.objects.filter(slug="cannot-log-in")
        lists.update(audience=Audience.STAFF)
        assert offered(words) != "cannot-log-in"
        lists.update(audience=Audience.PUBLIC)
        assert offered(words) == "cannot-log-in"
        Version.objects.filter(checklist__slug="cannot-log-in").update(status=Version.Status.RETIRED)
        assert offered(words) != "cannot-log-in"

    def test_two_statements(self, knowledge: None) -> None:
        found = find("Gmailのお客様にだけ届かない", language="ja", limit=5)
        with CaptureQueriesContext(connection) as queries:
            assert checklist_for("Gmailのお客様にだけ届かない", found)
        assert len(queries) <= 2


class TestSearch:
    WORDS = "送信ボタンを押すとエラーになって送れません"

    def test_a_finished_search_carries_words_and_trail(self, client: Client, knowledge: None) -> None:
        response = client.get("/search/", {"q": self.WORDS})
        html = response.content.decode()
        assert f"/checklists/cannot-send/?q={quote(self.WORDS)}&amp;l=" in html
        assert unsign(response.context["trail"])
        assert "「メールが送れない」" in html

    def test_words_still_being_typed_are_carried_too(self, client: Client, knowledge: None) -> None:
        html = client.get("/search/", {"q": self.WORDS}, headers={"HX-Request": "true"}).content.decode()
        assert f'/checklists/cannot-send/?q={quote(self.WORDS)}"' in html

    def test_long_words_are_cut(self, client: Client, knowledge: None) -> None:
        words = self.WORDS + "。よろしくお願いします" * 100
        html = client.post("/search/", {"q": words}).content.decode()
        assert f"/checklists/cannot-send/?q={quote(words[:CARRIED])}&amp;l=" in html

    def test_a_symptom_leads_to_its_own_list(self, client: Client, knowledge: None) -> None:
        for checklist in Checklist.objects.public():
            html = client.get("/search/", {"symptom": checklist.symptom}).content.decode()
            assert f'"/checklists/{checklist.slug}/"' in html

    def test_the_address(self, knowledge: None) -> None:
        checklist = Checklist.objects.get(slug="bounced")
        assert address_of(checklist) == "/checklists/bounced/"
        assert address_of(checklist, words="a&b", signed="x:y") == "/checklists/bounced/?q=a%26b&l=x%3Ay"


class TestArticle:
    OFFER = "この答えで合っているか、分からないとき"

    def test_an_article_offers_the_list_that_leads_to_it(self, client: Client, knowledge: None) -> None:
        wanted = {
            "mailbox-full": "nothing-arrives",
            "shop-gmail": "some-providers",
            "bounced-mail": "bounced",
            "cannot-send": "cannot-send",
            "suspicious-mail": "suspicious",
            "one-sender-missing": "some-missing",
            "address-rebuild": "cannot-log-in",
        }
        for key, slug in wanted.items():
            html = client.get(f"/faq/{key}/").content.decode()
            assert self.OFFER in html
            assert f'href="/checklists/{slug}/"' in html.split(self.OFFER)[1], key

    def test_it_is_the_one_where_it_comes_first_most_often(self, knowledge: None) -> None:
        for article in Article.objects.public():
            found = checklist_of(article.pk)
            linked = Outcome.objects.filter(
                articles=article,
                version__status=Version.Status.PUBLISHED,
                version__checklist__audience=Audience.PUBLIC,
            )
            assert bool(found) == linked.exists()
            firsts: dict[str, int] = {}
            for outcome in linked.select_related("version__checklist"):
                through = Outcome.articles.through.objects.filter(outcome=outcome).earliest("pk")
                slug = outcome.version.checklist.slug
                firsts[slug] = firsts.get(slug, 0) + (through.article_id == article.pk)
            if found:
                assert firsts[found.slug] == max(firsts.values())

    def test_none_where_no_outcome_leads_to_it(self, client: Client, knowledge: None) -> None:
        Article.objects.get(key="give-up-address").outcomes.clear()
        html = client.get("/faq/give-up-address/").content.decode()
        assert self.OFFER not in html

    def test_one_statement_more_and_no_token(self, client: Client, knowledge: None) -> None:
        article = Article.objects.get(key="mailbox-full")
        with CaptureQueriesContext(connection) as queries:
            checklist_of(article.pk)
        assert len(queries) == 1
        with CaptureQueriesContext(connection) as page:
            response = client.get("/faq/mailbox-full/?l=x:y")
        assert sum("faq_outcome" in query["sql"] for query in page) == 1
        assert not response.cookies
        assert "/checklists/nothing-arrives/?" not in response.content.decode()
        assert "csrf" not in response.content.decode()


class TestHome:
    def test_each_button_leads_to_the_list_of_its_symptom(self, client: Client, knowledge: None) -> None:
        html = client.get("/").content.decode()
        for checklist in Checklist.objects.public():
            assert f'href="/checklists/{checklist.slug}/"' in html

    def test_without_a_list_to_the_search_which_offers_what_is_nearest(
        self, client: Client, knowledge: None
    ) -> None:
        Version.objects.filter(checklist__slug="bounced").update(status=Version.Status.RETIRED)
        assert 'href="/search/?symptom=bounced"' in client.get("/").content.decode()
        assert client.get("/search/", {"symptom": "bounced"}).status_code == 200


def test_what_is_offered_is_escaped(client: Client, knowledge: None) -> None:
    title = "<b>送れない</b>"
    Checklist.objects.filter(slug="cannot-send").update(title_ja=title)
    for path in ("/faq/cannot-send/", f"/search/?{urlencode({'symptom': 'cannot-send'})}"):
        html = client.get(path).content.decode()
        assert title not in html
        assert escape(title) in html
