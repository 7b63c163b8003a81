"""What a client's own sentences tell. The sentences are ours."""

import re
import time
from collections.abc import Iterator
from re import _parser  # type: ignore[attr-defined]
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from faq.rules.clue_table import table
from faq.rules.clues import clues_of, facts_of_words
from faq.rules.facts import VALUES, Facts
from mailsupport.lib.text import fold

TOLD = [
    # direction: ours
    ("朝になってもメールが届きません", "direction=receiving"),
    ("メールが来ない", "direction=receiving"),
    ("会社のメールを受信できなくなりました", "direction=receiving"),
    ("受信が出来ません", "direction=receiving"),
    ("取引先からのメールが届いておりません", "direction=receiving"),
    ("先方は送ったと言っているのですが、メールが届いていません", "direction=receiving"),
    ("見積書を送ってもらったのですが届きません", "direction=receiving"),
    ("お客様が何度送っても、こちらには届きません", "direction=receiving"),
    ("「そちらに送ったメールが戻ってきた」と得意先に言われました", "direction=receiving"),
    ("「お宅に送るとエラーで戻ってくる」と、急に電話がありました", "direction=receiving"),
    ("自分宛に送ったテストのメールが届きません", "direction=receiving"),
    ("知人から、私にメールを送れないと言われた", "direction=receiving"),
    ("送信はできますが受信ができません", "direction=receiving"),
    ("めーるがとどかへん", "direction=receiving"),
    ("ﾒｰﾙが届かず困っています", "direction=receiving"),
    ("My mail is not arriving", "direction=receiving"),
    ("We cannot receive any emails", "direction=receiving"),
    # direction: theirs
    ("見積書をメールで送ったのに届かない", "direction=sending"),
    ("相手にメールが届きません", "direction=sending"),
    ("お客様に、注文の控えが届いていないと言われました", "direction=sending"),
    ("お客様からメールが届かないとお問い合わせがありました", "direction=sending"),
    ("先方がこちらのメールを受信できないそうです", "direction=sending"),
    ("メールを送れなくなりました", "direction=sending"),
    ("受信はできるのですが、送信ができません", "direction=sending"),
    ("送信トレイにメールが残ってしまいます", "direction=sending"),
    ("返信するとエラーになります", "direction=sending"),
    ("出したメールが英語の文と一緒に戻ってきます", "direction=sending"),
    ("ドコモ宛のメールが届かない", "direction=sending"),
    ("I can't send any mail", "direction=sending"),
    # whose mail, to whom
    ("昨日からメールが全然届きません", "senders=all"),
    ("一通もメールが来なくなった", "senders=all"),
    ("どこからもメールが届かない", "senders=all"),
    ("佐藤さんからだけメールが届きません", "senders=one"),
    ("1人だけからメールが届かない", "senders=one"),
    ("特定の相手からのメールが届きません", "senders=some"),
    ("特定の会社からのメールがまったく届きません", "senders=some"),
    ("ヤフーの人からだけメールが届かない", "senders=some"),
    ("ほかの会社からのメールは届くのに、A社のメールが届かない", "senders=some"),
    ("どこに送ってもエラーで戻ってきます", "destinations=all"),
    ("誰に送っても届きません", "destinations=all"),
    ("1人だけに送れません", "destinations=one"),
    ("高橋さんにだけメールを送れない", "destinations=one"),
    ("Ｇｍａｉｌの人にだけ届かない", "destinations=some"),
    ("特定の取引先にメールを送るとエラーになります", "destinations=some"),
    # own addresses
    ("ほかのアドレスには届くのに、代表のアドレスに届きません", "own_addresses=one"),
    ("このアドレスだけメールが届かない", "own_addresses=one"),
    ("会社のアドレスすべてでメールが届きません", "own_addresses=all"),
    ("どのアドレスにもメールが届かなくなった", "own_addresses=all"),
    # since when
    ("今朝からメールが届きません", "since=today"),
    ("2時間ほど前から送信ができません", "since=today"),
    ("本日になって急に届かなくなりました", "since=today"),
    ("昨日までは普通に届いていました", "since=today"),
    ("昨日あたりからメールが届かない", "since=yesterday"),
    ("きのうの夕方ごろから受信できません", "since=yesterday"),
    ("昨晩から送れません", "since=yesterday"),
    ("先週から届かないメールがあります", "since=earlier"),
    ("3日前からメールが届きません", "since=earlier"),
    ("数週間ほど前から調子がおかしいです", "since=earlier"),
    ("一昨日から送信できません", "since=earlier"),
    ("いつからかは分かりませんが届いていません", "since=unknown"),
    ("No mail has come since yesterday, it's not working", "since=yesterday"),
    # work
    ("メールが使えず仕事になりません", "work_stopped=yes"),
    ("受注の業務が止まっています", "work_stopped=yes"),
    ("仕事ができません", "work_stopped=yes"),
    ("今のところ業務に支障はありません", "work_stopped=no"),
    # webmail, web site
    ("ウェブメールでは見られます", "webmail_works=yes"),
    ("webメールには届いているのですが、パソコンに来ません", "webmail_works=yes"),
    ("Webメールにも来ていません", "webmail_works=no"),
    ("ウェブメールを見ても届いていません", "webmail_works=no"),
    ("ｳｪﾌﾞﾒｰﾙにログインできません", "webmail_works=cannot-open"),
    ("ウェブメールも開けません", "webmail_works=cannot-open"),
    ("ホームページも見られません", "website_works=no"),
    ("ホームページは普通に開きます", "website_works=yes"),
    ("HPは見られるのに、メールだけ来ない", "website_works=yes"),
    # space
    ("メールの容量がいっぱいです", "quota_full=yes"),
    ("サーバーの容量が残り少ないと出ます", "quota_full=yes"),
    ("メールボックスが98%になっています", "quota_full=yes"),
    ("容量は余裕があります", "quota_full=no"),
    ("容量はいっぱいではありません", "quota_full=no"),
    # programs
    ("スマホでは届くのですが、パソコンでは届きません", "program=one"),
    ("Outlookだけ受信できません", "program=one"),
    ("スマホでもパソコンでも届きません", "program=all"),
    # the other side's service
    ("Gmailのお客様にだけ届きません", "provider=gmail"),
    ("ジーメール宛てのメールが戻ってきます", "provider=gmail"),
    ("docomoの方にだけ届きません", "provider=carrier"),
    ("auの人に送ると弾かれます", "provider=carrier"),
    ("ソフトバンクをお使いの方に届きません", "provider=carrier"),
    ("携帯のお客様に届かない", "provider=carrier"),
    ("Yahoo!宛に送ると届かない", "provider=yahoo"),
    ("相手のアドレスはiCloudです", "provider=icloud"),
    ("hotmail宛だけエラーで返ってくる", "provider=microsoft"),
    ("ヤフーの人には届くのに、Gmailの人に届かない", "provider=gmail"),
    ("相手に届きません。他の会社からのメールは届いているそうです", "others_reach=yes"),
    ("お客様に届きません。ほかの人が送っても届かないようです", "others_reach=no"),
    # errors
    ("送るとエラーで戻ってきます", "error_shown=yes"),
    ("Mailer-Daemonからメールが来ました", "error_shown=yes"),
    ("エラーが出ます", "error_shown=yes"),
    ("550 5.1.1 User unknown と書いてあります", "error_shown=yes"),
    ("エラーは出ません", "error_shown=no"),
    ("エラーメールも返ってきません", "error_shown=no"),
    ("特にエラーはなく、送信済みになります", "error_shown=no"),
    # spam
    ("迷惑メールに入っていました", "in_spam=yes"),
    ("相手の迷惑メールフォルダに振り分けられていたそうです", "in_spam=yes"),
    ("It was in the spam folder", "in_spam=yes"),
    ("迷惑メールにもありません", "in_spam=no"),
    ("迷惑メールフォルダも見ましたが、ありませんでした", "in_spam=no"),
    ("迷惑メールにも入っていません", "in_spam=no"),
    # passwords, sender addresses
    ("パスワードが違いますと出ます", "password_refused=yes"),
    ("何度もパスワードを聞かれます", "password_refused=yes"),
    ("パスワードは通ります", "password_refused=no"),
    ("ショップのドメインと差出人のアドレスが違います", "from_matches=no"),
    ("差出人のアドレスはGmailにしています", "from_matches=no"),
    ("サイトのドメインと送信元のドメインは同じです", "from_matches=yes"),
    # suspicious mail
    ("怪しいメールのリンクをクリックしてしまいました", "touched=link"),
    ("添付ファイルを開いてしまった", "touched=link"),
    ("不審なメールを開いてしまいました", "touched=opened"),
    ("偽のサイトにパスワードを入れてしまいました", "touched=entered"),
    ("リンクを押して、カード番号も入力してしまった", "touched=entered"),
    ("怪しいメールが来ました。まだ開いていません", "touched=nothing"),
    # device, address
    ("iPhoneでメールが見られません", "device=iPhone"),
    ("アンドロイドを使っています", "device=Android"),
    ("ｗｉｎｄｏｗｓ１１です", "device=Windows"),
    ("Macのメールで送れない", "device=Mac"),
    ("info@example.co.jp がおかしいです", "affected_address=info@example.co.jp"),
    ("ｉｎｆｏ＠ｅｘａｍｐｌｅ．ｊｐに何も届きません", "affected_address=info@example.jp"),
]

NOT_TOLD = [
    ("返信が来ません", "direction"),
    ("注文した商品が届きません", "direction"),
    ("送受信ができません", "direction"),
    ("送信も受信もできません", "direction"),
    ("メールが届かない場合はご連絡ください", "direction"),
    ("メールは届いています", "direction"),
    ("届かなかったメールが届くようになりました", "direction"),
    ("社員から、メールが届かないと言われました", "direction"),
    ("メールが自分にも相手にも届きません", "direction"),
    ("送信が完了しました", "direction"),
    ("ヤフーだけメールが届かない", "direction"),
    ("ヤフーメールだけ送受信できません", "provider"),
    ("迷惑メールが全然減りません", "senders"),
    ("認証コードのメールが全然届かない", "senders"),
    ("相手にまったく届きません", "senders"),
    ("メールが届きません", "senders"),
    ("Gmailの人には届きます", "provider"),
    ("Gmailから送れません", "provider"),
    ("受信したメールをGmailに転送しています", "provider"),
    ("Gmailの人にもヤフーの人にも送れません", "provider"),
    ("3年前から契約しています", "since"),
    ("昨日取引先から電話がありました", "since"),
    ("明日から休みです", "since"),
    ("昨日から、ではなく今朝から届かない。昨日から届かない", "since"),
    ("このままでは仕事が止まりそうです", "work_stopped"),
    ("仕事が止まると困ります", "work_stopped"),
    ("ウェブメールでは見られますか", "webmail_works"),
    ("ウェブメールの使い方を教えてください", "webmail_works"),
    ("銀行のホームページが見られません", "website_works"),
    ("ホームページを見て連絡しました", "website_works"),
    ("容量がいっぱいなのでしょうか", "quota_full"),
    ("容量がいっぱいかもしれません", "quota_full"),
    ("メルマガばかりで受信箱がいっぱい", "quota_full"),
    ("パソコンは買ったばかりで容量に余裕があります", "quota_full"),
    ("取引先に送ると、メールボックスがいっぱいだと英語で戻ってきます", "quota_full"),
    ("相手のメールボックスがいっぱいだそうです", "quota_full"),
    ("「容量不足です」というメールは詐欺ですか", "quota_full"),
    ("添付ファイルの容量がオーバーしています", "quota_full"),
    ("エラーは出ていますか", "error_shown"),
    ("エラーが出ないようにしたい", "error_shown"),
    ("返事が返ってきました", "error_shown"),
    ("迷惑メールに入っていないか確認してもらいました", "in_spam"),
    ("迷惑メールに入っていませんか", "in_spam"),
    ("迷惑メールに入らないようにしたい", "in_spam"),
    ("迷惑メールが多くて困っています", "in_spam"),
    ("zipのパスワードが違います", "password_refused"),
    ("パスワードを変えたい", "password_refused"),
    ("リンクは開いていません", "touched"),
    ("リンクをクリックしてしまったらどうなりますか", "touched"),
    ("お店はまだ開いていません", "touched"),
    ("iPhoneでもWindowsでも同じです", "device"),
    ("相手はiPhoneです", "device"),
    ("tanaka@example.comに送ったのですが届きません", "affected_address"),
    ("a@example.jpとb@example.jpです", "affected_address"),
    ("mailer-daemon@example.jp から来ました", "affected_address"),
]


@pytest.mark.parametrize(("words", "told"), TOLD)
def test_told(words, told):
    fact, _, value = told.partition("=")
    assert facts_of_words(words).to_json().get(fact) == value


@pytest.mark.parametrize(("words", "fact"), NOT_TOLD)
def test_not_told(words, fact):
    assert fact not in facts_of_words(words).to_json()


def test_every_fact_is_tried_both_ways():
    facts = {rule.fact for rule in table().rules} | {"direction", "device", "affected_address"}
    assert {told.partition("=")[0] for _, told in TOLD} == facts
    without = {"destinations", "own_addresses", "program", "others_reach", "from_matches"}
    assert {fact for _, fact in NOT_TOLD} == facts - without
    assert len(TOLD) + len(NOT_TOLD) >= 120


def test_a_long_polite_letter():
    words = (
        "いつも大変お世話になっております。お忙しいところ恐れ入ります。\n"
        "昨日の夕方ごろから、info@example.co.jp にメールがまったく届かなくなってしまいました。\n"
        "ウェブメールも確認しましたが、届いていません。ホームページは問題なく開きます。\n"
        "迷惑メールフォルダにも入っておらず、エラーも出ません。容量がいっぱいなのでしょうか。\n"
        "仕事にならず困っております。何卒よろしくお願いいたします。"
    )
    assert facts_of_words(words).to_json() == {
        "direction": "receiving",
        "senders": "all",
        "since": "yesterday",
        "work_stopped": "yes",
        "webmail_works": "no",
        "website_works": "yes",
        "error_shown": "no",
        "in_spam": "no",
        "affected_address": "info@example.co.jp",
    }


def test_what_contradicts_is_not_told_and_a_correction_counts():
    assert facts_of_words("エラーが出ます。エラーは出ません。").error_shown == ""
    assert facts_of_words("エラーが出ます。その後、エラーは出ません。").error_shown == "no"
    assert facts_of_words("今朝から届きません。訂正します、昨日から届きません。").since == "yesterday"


def test_a_plain_word_gives_way_to_a_clear_one():
    assert facts_of_words("メールが届きません。取引先に届いていないと言われました。").direction == "sending"


def test_words_are_shown_as_they_were_typed():
    (clue,) = clues_of("　鈴木さんからだけﾒｰﾙが来ないことはありません。ｸﾘｯｸしてしまった。")
    assert (clue.fact, clue.words) == ("touched", "ｸﾘｯｸしてしまった")
    shown = {clue.fact: clue.words for clue in clues_of("鈴木さんからだけメールが届きませんでした")}
    assert shown == {"senders": "鈴木さんからだけ", "direction": "届きませんでした"}


def test_nothing_told_is_nothing():
    assert facts_of_words("") == Facts()
    assert clues_of("こんにちは。よろしくお願いします。") == ()


PIECES = [
    *(words for words, _ in [*TOLD, *NOT_TOLD]),
    "。",
    "、",
    "?",
    "\n",
    "ﾞ",
    "\u200b",
    "ＡＢＣ",
    "か",
    "ない",
]
texts = st.one_of(st.text(max_size=80), st.lists(st.sampled_from(PIECES), max_size=6).map("".join))


@settings(max_examples=150, deadline=None)
@given(texts)
@example("\ud800ﾞﾞﾞ゙゙゙")
@example("ﾞ届かない")
@example("İ@example.jp ㍿のﾒｰﾙが届かない")
def test_any_text_gives_legal_clues_of_its_own_words(words):
    clues = clues_of(words)
    assert len({clue.fact for clue in clues}) == len(clues)
    for clue in clues:
        assert clue.value in VALUES.get(clue.fact, (clue.value,))
        assert clue.words
        assert clue.words in words
    assert facts_of_words(words) == Facts(**{clue.fact: clue.value for clue in clues})


HALF = str.maketrans({chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F) if chr(code) not in ".-!?"})


@pytest.mark.parametrize("words", [words for words, _ in [*TOLD, *NOT_TOLD]])
def test_the_width_of_letters_changes_nothing(words):
    assert facts_of_words(words.translate(HALF)) == facts_of_words(words)
    assert facts_of_words(fold(words)) == facts_of_words(words)
    assert facts_of_words(f"　{words}\r\n") == facts_of_words(words)


def repeats(tree: Any) -> Iterator[int]:
    """The upper bound of every repetition in a parsed pattern."""
    for operation, argument in tree:
        if "REPEAT" in str(operation):
            yield argument[1]
        stack = [argument]
        while stack:
            part = stack.pop()
            if isinstance(part, _parser.SubPattern):
                yield from repeats(part)
            elif isinstance(part, tuple | list):
                stack += part


def test_every_pattern_is_bounded_and_every_value_legal():
    found = table()
    patterns = [found.pattern(source) for source in found.parts.values()]
    patterns += [
        pattern for rule in found.rules for pattern in (rule.says, rule.before, rule.after) if pattern
    ]
    patterns += [found.unsure, *found.where.values()]
    assert len(patterns) > 100
    bounds = [bound for pattern in patterns for bound in repeats(_parser.parse(pattern.pattern))]
    assert len(bounds) > 500
    assert max(bounds) <= 60
    for rule in found.rules:
        assert rule.value in VALUES[rule.fact]
        assert {rule.where, rule.unless} <= {"", *found.where, *VALUES["direction"]}
        assert not re.search("<[a-z_]+>", rule.says.pattern)


HOSTILE = [
    "あ",
    "届",
    "来",
    "送った",
    "メールが",
    "a@",
    "a.",
    "迷惑メールに",
    "パスワードを何度も",
    "。あ",
    "ない",
    "ﾞ",
]
HOSTILE += [
    "スマホでもパソコンでも",
    "エラーで返って",
    "ウェブメールを見て",
    "Gmailの",
    "届かないと",
    "[^、]{0,8}",
    "\n",
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_hostile_text_is_read_in_linear_time(piece):
    def cost(length: int) -> float:
        words = (piece * length)[:length]
        times = []
        for _ in range(3):
            start = time.process_time()
            clues_of(words)
            times.append(time.process_time() - start)
        return min(times)

    clues_of("届かない")  # the table is read once
    # Four times the text; squared would be sixteen.
    assert cost(4000) < 9 * cost(1000) + 0.005
