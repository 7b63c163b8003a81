"""Text to terms: words, meaning, denial, direction, sound."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faq.search.terms import LIMIT, sentences, spell, terms, units


@pytest.mark.parametrize(
    "text",
    [
        "メールが届かない",
        "メールが届きません",
        "メールが届かなくなった",
        "メールが届いていません",
        "メールが届いてない",
        "メールが届いてへん",
        "メールが届きまへん",
        "メールが届かん",
        "メールが届かず困っています",
        "メールが届きませんでした",
        "めーるがとどきません",
        "ﾒｰﾙが届かない",
    ],
)
def test_every_way_of_denying_is_one_term(text: str) -> None:
    found = set(terms(text))
    assert {"n:届く", "x:receive"} <= found
    assert not {"w:届く", "c:receive"} & found


@pytest.mark.parametrize(
    "text", ["迷惑メールが届く", "変なメールが届いた", "届くかもしれない", "届かなければならない"]
)
def test_what_is_not_denied_stays_as_it_is(text: str) -> None:
    found = set(terms(text))
    assert "w:届く" in found or "届かなければ" in text
    assert not {"n:届く", "x:receive"} & found


@pytest.mark.parametrize(
    "text",
    [
        "来ない",
        "受信できない",
        "受信ができません",
        "受け取れない",
        "着きません",
        "不着",
        "受信だけできなくて困る",
        "音沙汰なし",
    ],
)
def test_words_of_one_meaning_share_its_concept(text: str) -> None:
    assert "x:receive" in terms(f"メールが{text}")


def test_denial_reaches_through_a_hollow_verb_to_its_noun() -> None:
    assert "n:送信" in terms("送信ができない")
    assert "n:ログイン" in terms("ログインできへん")
    assert "w:来る" not in terms("メールが返ってくる")


@pytest.mark.parametrize(
    ("text", "direction"),
    [
        ("メールが届かない", "d:receive"),
        ("お客さんに送ったって言われたけど来てない", "d:receive"),
        ("送ってもらったメールが届かない", "d:receive"),
        ("相手に届かない", "d:send"),
        ("Gmailのお客様に届きません", "d:send"),
        ("届いていないと言われた", "d:send"),
        ("メールが送れない", "d:send"),
        ("送ったメールが戻ってくる", "d:send"),
    ],
)
def test_direction(text: str, direction: str) -> None:
    found = set(terms(text))
    assert {term for term in found if term[:2] == "d:"} == {direction}


def test_codes_and_hosts_stay_whole() -> None:
    found = set(terms("550 5.1.1 User unknown, 0x800CCC0E, mail.example.co.jp のポート587"))
    assert {"w:550", "w:5.1.1", "w:0x800ccc0e", "w:mail.example.co.jp", "w:587"} <= found


def test_half_width_and_kana_say_the_same() -> None:
    assert terms("ﾊﾟｽﾜｰﾄﾞ") == terms("パスワード")
    assert "w:送る" in terms("おくったのにとどかない")
    assert spell("漢字とめーる") == "漢字とめーる"


def test_sounds_survive_a_slip_of_the_finger() -> None:
    right, wrong = (set(terms(text, sound=True)) for text in ("メールが届かない", "メールがとどかにあ"))
    assert {"r:メール", "r:トドカ"} <= right & wrong


def test_english_words_and_denial() -> None:
    assert "c:receive" in terms("emails received")
    assert "x:receive" in terms("I cannot receive any mail")


def test_places_are_those_of_the_text_as_given() -> None:
    text = "㈱のﾒｰﾙ🙂が届かない"
    assert [text[unit.start : unit.end] for unit in units(text) if unit.content][-2:] == ["ﾒｰﾙ", "届か"]


def test_sentences() -> None:
    assert sentences("届かない。困る！\n本当?  ") == ["届かない。", "困る！", "本当?"]


@given(st.text(alphabet=st.characters(), max_size=300))
@settings(max_examples=150, deadline=None)
def test_any_text_has_terms_of_known_kinds(text: str) -> None:
    assert all(
        term[:2] in {"w:", "n:", "c:", "x:", "d:", "r:"} and len(term) <= 80
        for term in terms(text, sound=True)
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\t",
        "。、！？・…",
        "\ud800メール\udfff",
        "\x00\x01\x1b[31m",
        "🙂" * 3000,
        "あ" * 100_000,
        "ﷺ" * 5000,
        "が" * 3000,
        "a" * 5000,
        "1." * 5000,
    ],
    ids=range(11),
)
def test_hostile_texts(text: str) -> None:
    assert len(terms(text, sound=True)) <= 3 * LIMIT


def test_threads_share_the_dictionary_and_nothing_else() -> None:
    texts = [f"メールが{word}届かなくなりました" for word in ("急に", "全然", "会社から", "Gmailに")] * 50
    alone = [terms(text, sound=True) for text in texts]
    with ThreadPoolExecutor(8) as pool:
        for _ in range(3):
            assert list(pool.map(lambda text: terms(text, sound=True), texts)) == alone
