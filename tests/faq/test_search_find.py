"""The database side of search: index, find, who may find what."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, connections
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django.fixtures import DjangoAssertNumQueries

from faq.models.article import Article, ArticleText, Phrase
from faq.models.cause import Category
from faq.models.search import IndexedText, Posting
from faq.search.find import Postings, find
from faq.search.index import read, reindex, reindex_all, state
from faq.search.rank import Memory, Question, rank

TEXTS = {
    "full": (
        "メールサーバーがいっぱいで届かない",
        "容量がいっぱいです。",
        "古いメールを消します。",
        ["昨日から全然来ません"],
    ),
    "spam": (
        "迷惑メールが大量に届く",
        "フィルターを強くします。",
        "## 手順\n1. **設定を開く**\n\n   強さを選びます。",
        [],
    ),
    "bounce": (
        "送ったメールが戻ってくる",
        "宛先を確かめます。",
        "550 5.1.1 は宛先がないことを示します。",
        ["英語のメールが返ってきた"],
    ),
    "password": ("パスワードを忘れた", "新しく決め直します。", "コントロールパネルで変更します。", []),
    "staff": (
        "社内向け: 届かないときの電話の受け方",
        "容量から聞きます。",
        "秘密の手順です。",
        ["届かないと電話"],
    ),
}


def make(key: str, *, audience: str = "public", status: str = "published") -> Article:
    title, summary, body, phrases = TEXTS[key]
    category, _ = Category.objects.get_or_create(
        slug="c", defaults={"name_ja": "受信", "name_en": "Receiving", "order": 1}
    )
    article = Article.objects.create(key=key, category=category, audience=audience)
    ArticleText.objects.create(
        article=article, language="ja", title=title, summary=summary, body=body, status=status
    )
    Phrase.objects.bulk_create(Phrase(article=article, text=text) for text in phrases)
    reindex(article)
    return article


@pytest.fixture
def corpus(db: None) -> dict[str, Article]:
    return {key: make(key, audience="staff" if key == "staff" else "public") for key in TEXTS}


def keys(words: str, **options: Any) -> list[str]:
    return [hit.key for hit in find(words, language="ja", **options).hits]


def test_finds_by_meaning_denial_phrase_sound_and_code(corpus: dict[str, Article]) -> None:
    assert keys("メールが来ません")[0] == "full"
    assert keys("変な広告ばっかり来る")[0] == "spam"
    assert keys("英語のが返ってきた")[0] == "bounce"
    assert keys("ﾊﾟｽﾜｰﾄﾞわすれた")[0] == "password"
    assert keys("5.1.1")[0] == "bounce"


def test_database_ranks_as_memory_does(corpus: dict[str, Article]) -> None:
    memory = Memory(read(article, article.texts.get()) for article in corpus.values())
    database = Postings(["ja"], ["public", "staff"])
    for words in (
        "届かない",
        "昨日から全然メールが来ません。困っています。",
        "迷惑メール",
        "パスワード 550",
        "ん",
        "",
    ):
        question = Question.read(words)
        assert rank(database, question) == rank(memory, question)
        assert words in ("ん", "") or rank(memory, question).hits


def test_staff_only_articles_are_for_staff(corpus: dict[str, Article]) -> None:
    assert "staff" not in keys("届かないと電話")
    assert "staff" in keys("届かないと電話", staff=True)
    # They do not even count: what the public gets is the same as without them.
    scores = [hit.score for hit in find("届かない", language="ja").hits]
    corpus["staff"].delete()
    assert [hit.score for hit in find("届かない", language="ja").hits] == scores


def test_the_index_is_not_what_protects_a_text(corpus: dict[str, Article]) -> None:
    """Audience and status changed behind the index's back: nothing is shown all the same."""
    Article.objects.filter(key="full").update(audience="staff")
    ArticleText.objects.filter(article__key="spam").update(status="draft")
    assert not {"full", "spam"} & set(keys("メール"))
    assert (state().missing, state().withdrawn) == (1, 1)
    call_command("reindex", verbosity=0)
    assert state().current


@pytest.mark.parametrize("status", ["draft", "archived"])
def test_unpublished_texts_are_not_found(db: None, status: str) -> None:
    make("full", status=status)
    assert not keys("届かない")
    assert not keys("届かない", staff=True)
    assert not Posting.objects.exists()


def test_a_text_without_a_published_japanese_one_is_not_found(db: None) -> None:
    article = make("full", status="draft")
    ArticleText.objects.create(
        article=article, language="en", title="Mailbox full", summary="s", body="b", status="published"
    )
    reindex(article)
    assert not find("mailbox full", language="en").hits
    assert state().current


def test_english_stands_before_japanese_and_falls_back_to_it(corpus: dict[str, Article]) -> None:
    ArticleText.objects.create(
        article=corpus["full"],
        language="en",
        title="No mail arrives: the mailbox is full",
        summary="Delete old mail.",
        body="b",
        status="published",
    )
    reindex(corpus["full"])
    found = find("I cannot receive any mail", language="en").hits
    assert (found[0].key, found[0].title) == ("full", "No mail arrives: the mailbox is full")
    assert len({hit.key for hit in found}) == len(found)
    assert find("迷惑メール", language="en").hits[0].title == "迷惑メールが大量に届く"
    assert find("届かない", language="ja").hits[0].title == "メールサーバーがいっぱいで届かない"


def test_reindex_is_idempotent_and_follows_the_text(corpus: dict[str, Article]) -> None:
    def rows() -> list[tuple[Any, ...]]:
        return list(
            Posting.objects.order_by("article", "term").values_list("article", "term", "title", "body")
        )

    before = rows()
    assert len(before) > 50
    assert list(reindex_all())[-1] == (5, 5)
    assert rows() == before
    text = corpus["spam"].texts.get()
    text.title = "文字化けして読めない"
    text.save()
    reindex(corpus["spam"])
    assert keys("文字化け") == ["spam"]
    assert IndexedText.objects.count() == 5


def test_another_analyser_makes_the_index_out_of_date(corpus: dict[str, Article]) -> None:
    assert state().current
    IndexedText.objects.filter(article=corpus["full"]).update(analyser="0")
    assert state().missing == 1
    call_command("reindex", verbosity=0)
    assert state().current
    call_command("reindex", "--all", verbosity=0)
    assert state().current


def test_three_statements_a_search(
    corpus: dict[str, Article], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(3):
        find("昨日からメールが届かない。どうしたらいいですか", language="en", staff=True)


def test_marks_what_was_meant_and_escapes_the_rest(corpus: dict[str, Article]) -> None:
    text = corpus["full"].texts.get()
    text.title = "<script>alert(1)</script> 新着が来ない"
    text.summary = "届かない & <b>困る</b>"
    text.save()
    reindex(corpus["full"])
    hit = next(hit for hit in find("届かない", language="ja").hits if hit.key == "full")
    assert "<script>" not in hit.title_html
    assert "&lt;script&gt;" in hit.title_html
    assert "<mark>来ない</mark>" in hit.title_html
    assert hit.snippet_html == "<mark>届かない</mark> &amp; &lt;b&gt;困る&lt;/b&gt;"


def test_snippet_is_one_plain_sentence_of_bearable_length(corpus: dict[str, Article]) -> None:
    text = corpus["spam"].texts.get()
    text.body = (
        "## 見出し\n\n```route\nyou: 送った人 | 秘\n```\n1. **強さ**\n\n   "
        + "あ" * 200
        + "フィルターの設定"
        + "い" * 200
    )
    text.summary = "短い。"
    text.save()
    snippet = find("フィルター 設定", language="ja").hits[0].snippet_html
    plain = snippet.replace("<mark>", "").replace("</mark>", "")
    assert "<mark>フィルター</mark>" in snippet
    assert len(plain) <= 82
    assert "*" not in plain
    assert "```" not in plain


def test_none_is_an_honest_low_score_and_hides_nothing(corpus: dict[str, Article]) -> None:
    assert not find("迷惑メールが届く", language="ja").none
    for words in ("プリンターから印刷できません", "こんにちは", ""):
        assert find(words, language="ja").none
    assert find("注文した商品が届かない", language="ja").none
    assert find("注文した商品が届かない", language="ja").hits


HOSTILE = [
    "",
    " ",
    "\ud800",
    "\x00",
    "🙂" * 500,
    "あ" * 100_000,
    "。" * 999,
    "' OR 1=1 --",
    "%",
    "<script>",
    "a\x00b",
]


@pytest.mark.parametrize("words", HOSTILE, ids=range(len(HOSTILE)))
def test_any_words_are_answered(corpus: dict[str, Article], words: str) -> None:
    find(words, language="ja")
    find(words, language="xx", staff=True)


@given(words=st.text(alphabet=st.characters(), max_size=80))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_is_answered(corpus: dict[str, Article], words: str) -> None:
    assert len(find(f"届かない{words}", language="ja", limit=3).hits) <= 3


@pytest.mark.django_db(transaction=True)
def test_eight_threads_search_at_once() -> None:
    for key in TEXTS:
        make(key)
    words = ["届かない", "迷惑メール", "戻ってくる", "パスワード"] * 10

    def search(text: str) -> list[str]:
        try:
            return keys(text)
        finally:
            connections.close_all()

    alone = [keys(text) for text in words]
    if connection.vendor == "sqlite":
        # The in-memory test database locks whole tables; only the analyser runs side by side.
        with ThreadPoolExecutor(8) as pool:
            questions = list(pool.map(Question.read, words))
        assert questions == [Question.read(text) for text in words]
        return
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(search, words)) == alone


def test_found_is_plain_data(corpus: dict[str, Article]) -> None:
    found = find("届かない", language="ja")
    assert "n:届く" in found.terms
    assert json.dumps([hit.score for hit in found.hits])
