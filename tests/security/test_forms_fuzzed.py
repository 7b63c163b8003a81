"""Every public form takes any text there is: no page breaks, and what was typed is there again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote_from_bytes
from uuid import uuid4

import pytest
from django.test import Client
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as bounded
from hypothesis import strategies as st

from faq.models import Desk
from faq.rules.words import clean as clean_search
from tests.conftest import SOAK
from tests.security.attack import ANSWERS, WHAT, file_request
from tickets.forms import LONGEST
from tickets.models import AccessLink
from tickets.rules.request import clean

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("knowledge", "desk")]
FORM = "application/x-www-form-urlencoded"
# The same texts every time, and few enough for every run: what fails here fails for everybody.
# `make soak` has others.
few = bounded(
    max_examples=SOAK or 20,
    derandomize=not SOAK,
    phases=[Phase.explicit, Phase.generate],
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
NASTY = [
    "",
    " ",
    "\0",
    "a\0b",
    "\ud800",
    "\udfff\ud800 half",
    "\u202egnp.exe\u202c",
    "\u2066\u200f\u200b\ufeff",
    "あ" * 100_000,
    "x" * 100_000,
    "行\r\n" * 3000,
    "\r\n\r\n",
    "\u2028\u2029\x85\x0b\x0c",
    "\x1b[31m\x07",
    "</textarea><script>x</script>",
    "&amp;&#0;&lt;",
    "{{ x }}{% x %}",
    "%s%n%(x)s",
    "'; DROP TABLE x; --",
    "[]",
    '{"a": {"b": null}}',
    "9" * 5000,
    "-1",
    "1e999",
    "NaN",
    "Ｔ０９０ー１２３４",
    "a@b.example" * 50,
    "\U0010ffff\U0001f469\u200d\U0001f4bb",
    "مرحبا שלום",
]
TEXT = st.one_of(st.sampled_from(NASTY), st.text(st.characters(exclude_categories=()), max_size=50))


def fields(*names: str) -> st.SearchStrategy[dict[str, list[str]]]:
    """Some of these fields and some of no form, each once or more often."""
    more = st.sampled_from([*names, "id", "draft", "__class__", "photos", "", "é"])
    several = st.lists(TEXT, min_size=1, max_size=2)
    given_ = st.fixed_dictionaries({}, optional=dict.fromkeys(names, several))
    extra = st.dictionaries(more, several, max_size=2)
    return st.builds(lambda mine, others: {**others, **mine}, given_, extra)


def encoded(data: Mapping[str, list[str]]) -> str:
    """As somebody sends it who is no browser: half characters, too."""
    pairs = [(name, value) for name, values in data.items() for value in values]
    return "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in pairs)


def _quoted(text: str) -> str:
    return quote_from_bytes(text.encode("utf-8", "surrogatepass"))


def post(client: Client, path: str, data: Mapping[str, list[str]]) -> Any:
    response = client.post(path, encoded(data), content_type=FORM)
    assert response.status_code < 500
    return response


def arrived(data: Mapping[str, list[str]], name: str) -> str:
    """What a page is given of a field: the last one, half characters replaced."""
    return data.get(name, [""])[-1].encode("utf-8", "surrogatepass").decode("utf-8", "replace")


class Shown(HTMLParser):
    """What stands in the text fields of a page."""

    def __init__(self, response: Any) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self.inside = ""
        self.feed(response.content.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "textarea":
            self.inside = found.get("name") or ""
            self.fields[self.inside] = ""
        elif tag == "input" and found.get("type", "text") not in ("radio", "checkbox", "hidden", "file"):
            self.fields[found.get("name") or ""] = found.get("value") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.inside = ""

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.fields[self.inside] += data


def same(typed: str, there: str) -> bool:
    """But for what HTML itself does: the first line break of a text box, and which kind they are."""
    lines = [re.sub("\r\n?", "\n", text.replace("\0", "")) for text in (typed, there)]
    return lines[0].removeprefix("\n") == lines[1].removeprefix("\n") or lines[0] == lines[1].removeprefix(
        "\n"
    )


def kept(typed: str) -> str:
    """What filing keeps of a text: its first 4000 characters, and nothing where nothing can be seen."""
    text = typed.replace("\0", "").replace("\r\n", "\n")[:LONGEST]
    return text if clean(text).strip() else ""


@few
@given(data=fields("symptom", "words"))
def test_what_happens(data: dict[str, list[str]]) -> None:
    a_step_keeps(data, "/tickets/new/", ["words"])


@few
@given(data=fields("since", "affected_address", "work_stopped", "error_text", "remove", "change"))
def test_the_situation(data: dict[str, list[str]]) -> None:
    data.pop("remove", None)
    a_step_keeps(data, "/tickets/new/when/", ["affected_address", "error_text"])


@few
@given(data=fields("name", "phone", "email", "page_only"))
def test_how_to_reach_you(data: dict[str, list[str]]) -> None:
    a_step_keeps(data, "/tickets/new/who/", ["name", "phone", "email"])


def a_step_keeps(data: dict[str, list[str]], path: str, texts: list[str]) -> None:
    """On the page itself where something is wrong, and on the way back to it in any case."""
    client = Client()
    client.post("/tickets/new/", WHAT)
    data = {name: values for name, values in data.items() if name != "change"}
    answer = post(client, path, data)
    pages = [client.get(path), *([answer] if answer.status_code == 200 else [])]
    for page in pages:
        shown = Shown(page).fields
        for name in texts:
            assert same(kept(arrived(data, name)), shown[name]), name


def test_line_breaks_cost_no_letters() -> None:
    """A browser counts a line break as one letter of the 4000, and sends two."""
    client, words = Client(), "\r\n".join(["あ" * 9] * 400)
    assert len(words.replace("\r\n", "\n")) < LONGEST < len(words)
    client.post("/tickets/new/", {"symptom": "other", "words": words})
    assert same(words, Shown(client.get("/tickets/new/")).fields["words"])
    link = file_request(**ANSWERS)
    answer = client.post(f"/tickets/{link.token}/", {"verb": "reply", "body": words, "key": str(uuid4())})
    assert answer.status_code == 302


@few
@given(data=fields("leave", "take", "remark", *ANSWERS))
def test_filing(data: dict[str, list[str]]) -> None:
    client = Client()
    for path in ("/tickets/new/", "/tickets/new/when/", "/tickets/new/who/"):
        client.post(path, ANSWERS)
    assert post(client, "/tickets/new/check/", data).status_code in (200, 302, 413)
    assert post(client, "/tickets/new/check/", {}).status_code in (200, 302)


@few
@given(data=fields("number", "phone"))
def test_finding(data: dict[str, list[str]]) -> None:
    page = post(Client(), "/tickets/find/", data)
    if page.status_code == 413:
        return
    for name, there in ((name, Shown(page).fields[name]) for name in ("number", "phone")):
        assert same(arrived(data, name), there) or not data


@few
@given(data=fields("helpful", "reason", "l"))
def test_voting(data: dict[str, list[str]]) -> None:
    page = post(Client(), "/faq/mailbox-full/feedback/", data)
    if page.status_code == 200 and "reason" in Shown(page).fields:
        assert same(arrived(data, "reason"), Shown(page).fields["reason"])


@few
@given(data=fields("question", "answer", "chosen", "helped", "pause", "resume"))
def test_answering_a_checklist(data: dict[str, list[str]]) -> None:
    client = Client()
    path = client.post("/checklists/nothing-arrives/")["Location"].partition("?")[0]
    post(client, path, data)
    post(client, "/checklists/nothing-arrives/", {**data, "told": data.get("answer", [])})
    assert client.get(f"{path}?{encoded(data)}").status_code < 500
    assert client.get(path, follow=True).status_code == 200


@few
@given(data=fields("verb", "body", "key"))
def test_writing_on_the_page_of_the_request(data: dict[str, list[str]]) -> None:
    link: AccessLink = file_request(**ANSWERS)
    data.setdefault("key", [str(uuid4())])
    page = post(Client(), f"/tickets/{link.token}/", data)
    if page.status_code == 200:
        assert same(arrived(data, "body"), Shown(page).fields["body"])


@few
@given(data=fields("q", "l", "symptom"))
def test_searching(data: dict[str, list[str]]) -> None:
    client = Client()
    for page in (post(client, "/search/", data), client.get(f"/search/?{encoded(data)}")):
        if page.status_code == 413:
            continue
        assert same(clean_search(arrived(data, "q")), Shown(page).fields["q"])


@few
@given(data=fields("username", "password", "next"))
def test_signing_in(data: dict[str, list[str]]) -> None:
    page = post(Client(), "/admin/login/", data)
    if page.status_code == 200:
        assert same(arrived(data, "username"), Shown(page).fields["username"])


@pytest.mark.parametrize("path", [
    "/tickets/new/", "/tickets/new/when/", "/tickets/new/who/", "/tickets/new/check/", "/tickets/find/",
    "/faq/mailbox-full/feedback/", "/checklists/nothing-arrives/", "/admin/login/",
])  # fmt: skip
def test_without_the_token_of_the_form_nothing_is_taken(path: str, desk: Desk) -> None:
    client = Client(enforce_csrf_checks=True)
    for text in NASTY:
        data = {"csrfmiddlewaretoken": [text], "words": [text]}
        assert post(client, path, data).status_code == 403
