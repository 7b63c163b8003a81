"""The shipped articles, found by the questions they were written for."""

import tomllib

import pytest
from django.conf import settings

from faq.search.plain import plain
from faq.search.rank import Memory, Question, Ranking, Text, rank

CONTENT = settings.BASE_DIR / "faq" / "content" / "ja"


def shipped() -> Memory[str]:
    texts = []
    for path in sorted(CONTENT.glob("*.md")):
        _, head, body = path.read_text("utf-8").split("+++\n", 2)
        front = tomllib.loads(head)
        if front.get("audience", "public") == "public":
            body = f"{front['summary']}\n{plain(body)}"
            texts.append(Text.read(front["key"], title=front["title"], phrases=front["phrases"], body=body))
    assert len(texts) >= 15
    return Memory(texts)


@pytest.fixture(scope="module")
def corpus() -> Memory[str]:
    return shipped()


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
