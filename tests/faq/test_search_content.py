"""The shipped articles, found by the questions they were written for."""

import tomllib

import pytest
from django.conf import settings

from faq.search.highlight import snippet
from faq.search.plain import plain
from faq.search.rank import Memory, Question, Ranking, Ready, Text, rank

CONTENT = settings.BASE_DIR / "faq" / "content" / "ja"


def shipped() -> list[Text[str]]:
    texts = []
    for path in sorted(CONTENT.glob("*.md")):
        _, head, body = path.read_text("utf-8").split("+++\n", 2)
        front = tomllib.loads(head)
        if front.get("audience", "public") == "public":
            body = f"{front['summary']}\n{plain(body)}"
            texts.append(Text.read(front["key"], title=front["title"], phrases=front["phrases"], body=body))
    assert len(texts) >= 15
    return texts


@pytest.fixture(scope="module")
def texts() -> list[Text[str]]:
    return shipped()


@pytest.fixture(scope="module")
def corpus(texts: list[Text[str]]) -> Memory[str]:
    return Memory(texts)


def ask(corpus: Memory[str], words: str) -> Ranking[str]:
    return rank(corpus, Question.read(words))


@pytest.mark.parametrize(
    ("words", "key"),
    [
        ("昨日あたりから全然メールがきません", "mailbox-full"),
        ("昨日からメールが全然来ないんですけど", "mailbox-full"),
        ("めーるがぜんぜんこない", "mailbox-full"),
        ("Gmailのお客様にだけ注文確認メールが届かない", "shop-gmail"),
        ("変なメールのリンクを押してしまった", "opened-suspicious"),
        ("送ったメールが英語で戻ってきた", "bounced-mail"),
        ("相手のメールボックスがいっぱいだと言われて届かない", "other-mailbox-full"),
        ("サーバーの契約の画面に入れません", "panel-login"),
        ("メールのパスワードを忘れた", "address-rebuild"),
        ("メールがいっぱいで届かないみたい", "mailbox-full"),
        ("プリンターで印刷できません", "not-mail"),
    ],
)
def test_the_right_article_is_among_the_first_three(corpus: Memory[str], words: str, key: str) -> None:
    found = ask(corpus, words)
    assert key in [hit.text for hit in found.hits[:3]]
    assert not found.none


@pytest.mark.parametrize(
    "words",
    [
        "昨日あたりから全然メールがきません",
        "PC固まった",  # nothing of the trade: an article about other desks' matters may not make it an answer
        "プリンターが動きません。メールは届きます。",
        "Gmailのお客様に届かない。エラーは 550 5.7.26 です。急いでいます。",
        "届かない",
        "zzzz",
        "",
    ],
)
def test_weighed_once_ranks_as_weighed_anew(texts: list[Text[str]], words: str) -> None:
    anew, once = ask(Memory(texts), words), rank(Ready.of(texts), Question.read(words))
    assert once == anew
    assert rank(Ready.of(texts), Question.read(words), most=3).hits == anew.hits[:3]


def test_the_snippet_is_the_first_sentence_of_those_that_say_most() -> None:
    said = (
        "メールが届きます。",
        "フィルターを開きます。届かないときはフィルターです。フィルターで届かない。",
    )
    assert snippet(said, {"n:届く", "w:フィルター"}).startswith("<mark>届かない</mark>とき")
    assert snippet(said, {"w:フィルター"}).startswith("<mark>フィルター</mark>を開き")
    assert snippet(said, set()) == "メールが届きます。"
    assert snippet(("", ""), {"w:フィルター"}) == ""
