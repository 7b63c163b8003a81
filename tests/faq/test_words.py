"""What is kept of a question: no address, number or password; error codes stay."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faq.rules.words import LONGEST, clean, is_personal, mask


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("tanaka@yamadaya.example に届かない", "［アドレス］ に届かない"),
        ("アドレスはｉｎｆｏ＠shop.jpです", "アドレスは［アドレス］です"),
        ("０３－１２３４－５６７８に電話", "［電話］に電話"),
        ("090 0000 0000です", "［電話］です"),
        ("パスワードはneko123です", "パスワードは［パスワード］です"),
        ("Tanaka2024! が通らない", "［パスワード］ が通らない"),
        ("https://x.example/a?b=c が開かない", "［URL］ が開かない"),
        ("会員番号123456", "会員番号［番号］"),
    ],
)
def test_what_names_a_person_is_hidden(words: str, kept: str) -> None:
    assert mask(words) == kept
    assert is_personal(words)


@pytest.mark.parametrize(
    "words",
    [
        "550 5.1.1 User unknown",
        "421 4.7.0 Try again later",
        "550-5.7.26 This mail",
        "0x800CCC0E エラー",
        "Windows11のOutlook 2019",
        "smtp.example.com に接続できない",
        "全然来ない!?",
        "IMAP/POP 993",
    ],
)
def test_error_codes_and_products_stay(words: str) -> None:
    assert mask(words) == words
    assert not is_personal(words)


PIECES = st.one_of(
    st.sampled_from(
        ["info@shop.example", "0x800CCC0E", "03-0000-0000", "パスワードは", "https://a.example/"]
    ),
    st.text(max_size=12),
)


@given(st.lists(PIECES, max_size=6).map("".join))
def test_nothing_slips_through(words: str) -> None:
    kept = mask(words)
    assert not re.search(r"[A-Za-z0-9]@[A-Za-z0-9]", kept)
    bare = re.sub(r"(?i)0x[0-9a-f]{4,8}|[a-z]\s{0,2}(?:19|20)\d\d", "", kept)
    assert not re.search(r"\d{4}", bare)
    assert "\0" not in kept


@given(st.text(max_size=50) | st.just("\0\ud800x" * 3000))
def test_clean_gives_what_both_databases_take(words: str) -> None:
    kept = clean(words)
    assert len(kept) <= LONGEST
    kept.encode()
    assert "\0" not in kept
