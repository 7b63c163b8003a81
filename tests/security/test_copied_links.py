"""Rows 27 and 42: a link copied from search results carries the words of nobody but who searched."""

import re
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from faq.models import Article, Lookup
from faq.services import lookup, visit
from tickets.models import Draft

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("knowledge")]
WORDS = "離婚の相談のメールが容量いっぱいで届かない"
ARTICLE = "/faq/mailbox-full/"
WHAT = {"symptom": "other", "words": "別の話"}


@pytest.fixture
def friend() -> Client:
    """Somebody who was sent the link."""
    return Client()


def signed_by(client: Client, words: str = WORDS) -> str:
    """What links in the results carry after `?l=`."""
    page = client.get("/search/", {"q": words}).content.decode()
    found = re.search(r'name="l" value="([^"]+)"', page)
    assert found
    return unescape(found[1])


def open_article(client: Client, signed: str) -> None:
    """As a browser does: the cached page, and the fragment that it asks for."""
    here = f"http://testserver{ARTICLE}?l={signed}"
    assert not client.get(ARTICLE, {"l": signed}).cookies
    client.get(f"{ARTICLE}feedback/", headers={"HX-Request": "true", "HX-Current-URL": here})


def carried(client: Client, query: str = "") -> list[str]:
    """The searches that a request of this browser would bring along."""
    client.post(f"/tickets/new/{query}", WHAT)
    ids = Draft.objects.latest("pk").visit["lookups"]
    return list(Lookup.objects.filter(pk__in=ids).values_list("text", flat=True))


def test_the_first_to_open_it_has_the_words_and_the_second_has_none(client: Client, friend: Client) -> None:
    signed = signed_by(client)
    open_article(client, signed)
    open_article(friend, signed)
    for path in ("/tickets/new/", "/checklists/nothing-arrives/", f"{ARTICLE}feedback/"):
        for query in ("", f"?l={signed}"):
            assert "離婚" not in friend.get(path + query).content.decode()
    assert "離婚" in client.get("/tickets/new/").content.decode()
    assert carried(friend) == carried(friend, f"?l={signed}") == []
    assert carried(client) == [WORDS]


@pytest.mark.parametrize("path", ["/tickets/new/", "/checklists/nothing-arrives/"])
def test_a_form_that_was_opened_has_them_as_well(client: Client, friend: Client, path: str) -> None:
    """Looking at it is enough: who is sent the address afterwards is second."""
    address = f"{path}?l={signed_by(client)}"
    assert "離婚" in client.get(address).content.decode() or "checklists" in path
    friend.get(address)
    open_article(friend, address.partition("=")[2])
    assert carried(friend) == []
    assert carried(client) == [WORDS]


def test_a_link_nobody_opened_is_bound_where_the_browser_is_known(client: Client, friend: Client) -> None:
    """The second search of a visit: its cookie is there already, and nothing new is set."""
    open_article(client, signed_by(client, "メールが届かない"))
    signed = signed_by(client)
    assert not client.get("/search/", {"q": WORDS}).cookies
    open_article(friend, signed)
    assert carried(friend) == []


def test_the_same_search_again_is_the_friends_own(client: Client, friend: Client) -> None:
    """The whole address of the results was sent: what it asks for, the friend asks, and no more."""
    first = signed_by(client, "社長に内緒でメールを見たい")
    page = client.get("/search/", {"q": WORDS, "l": first}).content.decode()
    both = unescape(re.findall(r'name="l" value="([^"]+)"', page)[0])
    open_article(client, both)
    again = friend.get("/search/", {"q": WORDS, "l": both}).content.decode()
    open_article(friend, unescape(re.findall(r'name="l" value="([^"]+)"', again)[0]))
    assert carried(friend) == [WORDS]
    assert Lookup.objects.count() == 3
    assert len(carried(client)) == 2


def test_openings_are_counted_but_never_over_who_searched(client: Client, friend: Client) -> None:
    signed = signed_by(client)
    open_article(client, signed)
    friend.get("/faq/server-outage/feedback/", {"l": signed})
    assert Lookup.objects.get().opened == Article.objects.get(key="mailbox-full")
    assert visit.visit_of(friend.session).articles == ("server-outage",)
    other = lookup.keep(words="x", language="ja", articles=[], none=False)
    lookup.claim(lookups=other, visit="somebody")
    open_article(friend, lookup.sign(other))
    assert Lookup.objects.get(pk=other[0]).opened == Article.objects.get(key="mailbox-full")


def test_the_update_itself_decides_who_was_first() -> None:
    """A look before the update would let two browsers in at once."""
    row = Lookup.objects.create(text="x", language="ja")
    with CaptureQueriesContext(connection) as asked:
        assert lookup.claim(lookups=[row.pk], visit="first") == (row.pk,)
    written, *after = [q["sql"] for q in asked if "lookup" in q["sql"]]
    assert written.startswith("UPDATE")
    assert """"visit" = ''""" in written
    assert [sql.split()[0] for sql in after] == ["SELECT"]
    assert lookup.claim(lookups=[row.pk], visit="second") == ()
    assert lookup.claim(lookups=[row.pk], visit="first") == (row.pk,)


def test_a_forged_trail_makes_no_session(client: Client) -> None:
    client.get("/checklists/nothing-arrives/", {"l": "[1]:x:y"})
    assert "session" not in client.cookies
