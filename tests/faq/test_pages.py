"""The public pages: what they show, what they keep, what they cost."""

import re

import pytest
from django.core.cache import cache
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from faq.models import Article, ArticleText, Checklist, Lookup, Outage, Version, Vote, Walk
from faq.services import lookup, visit

pytestmark = pytest.mark.django_db
HX = {"HX-Request": "true"}
FULL = [("outage", "no"), ("webmail", "no"), ("scope", "one"), ("other-device", "no"), ("quota", "yes")]


def walked(client: Client, answers: list[tuple[str, str]]) -> str:
    """The address of a walk with these answers."""
    asked = client.post("/checklists/nothing-arrives/")["Location"]
    address = asked.split("?")[0]
    for question, answer in answers:
        assert asked == f"{address}?question={question}", "the browser's Back leads to the question before"
        asked = client.post(address, {"question": question, "answer": answer})["Location"]
    return address


@pytest.mark.parametrize("prefix", ["", "/en"])
@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/faq/mailbox-full/",
        "/faq/mailbox-full/feedback/",
        "/faq/categories/not-receiving/",
        "/search/",
        "/search/?q=届かない",
        "/search/?symptom=bounced",
        "/checklists/",
        "/checklists/nothing-arrives/",
        "/privacy/",
    ],
)
def test_every_page_stands_in_both_languages(client: Client, knowledge: None, prefix: str, path: str) -> None:
    page = client.get(prefix + path)
    assert page.status_code == 200
    html = page.content.decode()
    assert html.count("<h1") == 1
    assert f'<html lang="{prefix.strip("/") or "ja"}">' in html
    assert "style=" not in html
    assert client.head(prefix + path).status_code == 200


def test_home_shows_the_outage_first_and_leads_to_the_checklist(client: Client, knowledge: None) -> None:
    Outage.objects.create(title_ja="受信が遅れています", text_ja="消えていません。")
    html = client.get("/").content.decode()
    assert html.index("受信が遅れています") < html.index("<h1") < html.index("/checklists/nothing-arrives/")
    assert "/checklists/bounced/" in html
    assert "/tickets/new/?symptom=other" in html
    Version.objects.update(status="retired")
    html = client.get("/").content.decode()
    assert "/search/?symptom=nothing-arrives" in html


@pytest.mark.parametrize(
    "path", ["/", "/faq/mailbox-full/?l=x", "/faq/categories/not-receiving/", "/search/?q=a"]
)
def test_pages_carry_no_cookie_and_no_token(client: Client, knowledge: None, path: str) -> None:
    page = client.get(path)
    assert not page.cookies
    assert "csrfmiddlewaretoken" not in page.content.decode()
    assert "Cookie" not in page.headers.get("Vary", "")


def test_what_pages_cost(
    client: Client, knowledge: None, desk: object, django_assert_max_num_queries: object
) -> None:
    most = django_assert_max_num_queries
    for path, queries in [("/", 8), ("/faq/mailbox-full/", 9), ("/search/?q=昨日から全然メールが来ない", 10)]:
        with most(queries):  # type: ignore[operator]  # a fixture of pytest-django
            client.get(path)
    address = walked(client, FULL[:2])
    with most(8):  # type: ignore[operator]  # the same
        client.get(address)


def test_the_seed_question_finds_the_full_mailbox(client: Client, knowledge: None) -> None:
    html = client.get("/search/", {"q": "昨日あたりから全然メールがきません"}).content.decode()
    assert "/faq/mailbox-full/" in re.findall(r'<li><a href="([^"?]+)\?l=', html)[:3]
    assert "<mark>" in html
    assert "/tickets/new/?q=%E6%98%A8%E6%97%A5" in html


def test_typing_gives_the_same_rows_and_keeps_nothing(client: Client, knowledge: None) -> None:
    part = client.get("/search/", {"q": "メールが来ない"}, headers=HX).content.decode()
    assert "<html" not in part
    assert "/faq/" in part
    client.head("/search/?q=メールが来ない")
    assert not Lookup.objects.exists()


def test_a_finished_search_is_kept_masked_and_once(client: Client, knowledge: None) -> None:
    words = "tanaka@shop.example 届かない 03-0000-0000"
    html = client.post("/search/", {"q": words}).content.decode()
    kept = Lookup.objects.get()
    assert kept.text == "［アドレス］ 届かない ［電話］"
    assert kept.hits
    trail = re.search(r'name="l" value="([^"]+)"', html)
    assert trail
    client.get("/search/", {"q": words, "l": trail[1]})
    assert Lookup.objects.count() == 1
    client.get("/search/", {"q": "別の言葉", "l": trail[1]})
    assert Lookup.objects.count() == 2


def test_the_opening_and_the_vote_reach_the_search(client: Client, knowledge: None) -> None:
    page = client.get("/search/", {"q": "昨日から全然来ない"}).content.decode()
    link = re.search(r'href="(/faq/mailbox-full/\?l=[^"]+)"', page)
    assert link
    part = client.get(
        "/faq/mailbox-full/feedback/", headers=HX | {"HX-Current-URL": f"http://testserver{link[1]}"}
    )
    assert "csrfmiddlewaretoken" in part.content.decode()
    kept = Lookup.objects.get()
    assert kept.opened
    assert kept.opened.key == "mailbox-full"
    here = visit.visit_of(client.session)
    assert (here.lookups, here.articles) == ((kept.pk,), ("mailbox-full",))
    answer = client.post("/faq/mailbox-full/feedback/", {"helpful": "no", "reason": "\x01長い"})
    assert answer["Location"].startswith("/tickets/new/?article=mailbox-full&l=")
    vote = Vote.objects.get()
    assert (vote.helpful, vote.reason, vote.visit) == (False, "長い", here.id)
    client.post("/faq/mailbox-full/feedback/", {"helpful": "yes"})
    assert Vote.objects.get().helpful is True
    assert Lookup.objects.get().helped is True


def test_without_scripts_the_way_goes_through_the_page(client: Client, knowledge: None) -> None:
    signed = lookup.sign(lookup.keep(words="来ない", language="ja", articles=[], none=False))
    client.get(
        "/faq/mailbox-full/feedback/", headers={"Referer": f"http://testserver/faq/mailbox-full/?l={signed}"}
    )
    assert Lookup.objects.get().opened
    thanks = client.post("/faq/mailbox-full/feedback/", {"helpful": "words", "reason": "むずかしい"})
    assert thanks.status_code == 200
    assert Vote.objects.get().reason == "むずかしい"


def test_english_falls_back_to_japanese_and_says_so(client: Client, knowledge: None) -> None:
    ArticleText.objects.filter(language="en").delete()
    html = client.get("/en/faq/mailbox-full/").content.decode()
    assert "not in English yet" in html
    assert '<div class="prose run" lang="ja">' in html
    assert "not in English yet" not in client.get("/faq/mailbox-full/").content.decode()


def test_a_walk_from_the_first_question_to_the_end(client: Client, knowledge: None) -> None:
    address = walked(client, FULL[:3])
    html = client.get(address).content.decode()
    assert "4つめの質問です" in html
    assert "noindex" in html
    assert f"{address}?question=scope" in html
    changing = client.get(f"{address}?question=scope").content.decode()
    assert re.search(r'<input[^>]* value="one"[^>]* checked', changing)
    for question, answer in FULL[3:]:
        client.post(address, {"question": question, "answer": answer})
    html = client.get(address).content.decode()
    assert "<h1>メールサーバーがいっぱい" in html
    token = address.split("/")[-2]
    assert f"/tickets/new/?walk={token}" in html
    assert html.count("変更") >= 5
    client.post(address, {"helped": "yes"})
    assert Walk.objects.get().helped is True
    assert visit.visit_of(client.session).walks == (token,)


def test_nothing_chosen_says_what_to_do(client: Client, knowledge: None) -> None:
    address = walked(client, [])
    page = client.post(address, {"question": "outage"})
    html = page.content.decode()
    assert page.status_code == 200
    assert 'role="alert"' in html
    assert re.search(r"<title>\s*エラー：", html)
    assert not Walk.objects.get().steps.exists()


def test_a_stranger_finds_no_walk_and_no_staff_article(client: Client, knowledge: None) -> None:
    address = walked(client, [])
    token = address.split("/")[-2]
    assert client.get(f"/checklists/other/{token}/").status_code == 404
    assert client.get(f"/checklists/nothing-arrives/{token[:-1]}/").status_code == 404
    assert client.get(f"/checklists/nothing-arrives/{token.swapcase()}/").status_code == 404
    Checklist.objects.update(audience="staff")
    assert client.get("/checklists/nothing-arrives/").status_code == 404
    hidden = Article.objects.filter(audience="staff").first()
    assert hidden
    assert client.get(f"/faq/{hidden.key}/").status_code == 404
    assert client.get(f"/faq/{hidden.key}/feedback/").status_code == 404


def test_too_many_searches_are_told_to_wait(client: Client, knowledge: None, settings: object) -> None:
    settings.SEARCHES_PER_MINUTE = 2  # type: ignore[attr-defined]  # a fixture of pytest-django
    cache.clear()
    codes = [client.get("/search/", {"q": "a"}).status_code for _ in range(4)]
    assert codes.count(429) >= 1
    assert codes[0] == 200


NASTY = st.one_of(
    st.text(max_size=40),
    st.sampled_from(["\0", "%", "あ" * 5000, "'; DROP TABLE faq_article; --", "%ED%A0%80", "[]", "a\nb"]),
)


@hypothesis_settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    data=st.dictionaries(
        st.sampled_from(["q", "l", "symptom", "question", "answer", "helped", "helpful", "reason"]), NASTY
    )
)
def test_no_words_break_a_page(client: Client, knowledge: None, data: dict[str, str]) -> None:
    client.raise_request_exception = True
    walk = walked(client, [])
    for path in ("/search/", "/faq/mailbox-full/feedback/", walk, "/checklists/nothing-arrives/"):
        safe = {k: v.encode("utf-8", "replace").decode() for k, v in data.items()}
        assert client.get(path, safe).status_code < 500
        assert client.post(path, safe).status_code < 500


def test_raw_bytes_do_not_break_the_search(client: Client, knowledge: None) -> None:
    for query in (
        "q=%ED%A0%80",
        "q=%00%ff",
        "q[]=1&q=a&q=b",
        "q=" + "%E3%81%82" * 2000,
        "l=%00",
        "symptom=%00",
    ):
        assert client.get(f"/search/?{query}").status_code == 200
    referer = {"Referer": "http://[broken?l=\x00"}
    assert client.get("/faq/mailbox-full/feedback/", headers=referer).status_code == 200
