"""The trail of a visit, in its session."""

from django.contrib.sessions.backends.base import SessionBase

from faq.services.visit import MOST, remember_walk, visit_of


def test_walks_are_kept_the_newest_last():
    session = SessionBase()
    for token in ("a", "b", "", "a"):
        remember_walk(session, token)
    assert visit_of(session).walks == ("b", "a")
    for number in range(MOST):
        remember_walk(session, str(number))
    assert visit_of(session).walks == tuple(map(str, range(MOST)))


def test_a_session_of_before_holds_one():
    session = SessionBase()
    session["visit"] = {"id": "x", "lookups": [], "articles": [], "walk": "old"}
    assert visit_of(session).walks == ("old",)
    assert remember_walk(session, "new").walks == ("old", "new")
    session["visit"] = {"walk": ""}
    assert visit_of(session).walks == ()


def test_what_a_session_cannot_hold_is_left_out():
    session = SessionBase()
    session["visit"] = {"walks": "abc", "walk": 3}
    assert visit_of(session).walks == ()
    session["visit"] = {"walks": [1, "a", None, ""]}
    assert visit_of(session).walks == ("a",)
