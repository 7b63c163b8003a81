"""What a run needs of a site from inside, in a process of its own with that site's settings.

`python -m tests.bench.inside furnish | drafts COUNT FIRST | count | staff`: the last line is JSON.
"""

import json
import os
import random
import sys
from collections.abc import Callable
from itertools import cycle, islice
from typing import Any
from urllib.parse import quote

CSRF = "b" * 32


def furnish() -> dict[str, Any]:
    """Demo requests, a desk that mails its staff; gives the addresses to ask for."""
    from django.contrib.auth.models import Group, User
    from django.core.management import call_command

    from faq.models import Article, Phrase

    call_command("demo", desk=True, verbosity=0)
    for name in ("kato", "mori"):
        user = User.objects.create_user(name, f"{name}@desk.example", is_staff=True)
        user.groups.add(Group.objects.get(name="agent"))
    phrases = Phrase.objects.filter(language="ja").order_by("pk").values_list("text", flat=True)
    return {
        "articles": [f"/faq/{key}/" for key in Article.objects.public().values_list("key", flat=True)],
        "searches": [f"/search/?q={quote(text)}" for text in phrases],
    }


def drafts(count: int, first: int) -> list[dict[str, str]]:
    """So many requests that wait for their last step, as the form leaves them: draft, session, and all that
    can come along (a search, an article read, with every other one a checklist walked)."""
    from django.db import transaction

    with transaction.atomic():
        return [_draft(number) for number in range(first, first + count)]


def _draft(number: int) -> dict[str, str]:
    from django.conf import settings
    from django.contrib.sessions.backends.db import SessionStore

    from faq.models import Article
    from faq.services import lookup
    from tickets.management import demo_walks
    from tickets.management.commands.demo import PEOPLE, STORIES
    from tickets.services import drafts as service

    story = STORIES[number % len(STORIES)]
    chance = random.Random(number)
    trail = lookup.keep(words=story.words, language="ja", articles=[], none=False)
    article = list(islice(cycle(Article.objects.public().values_list("key", flat=True)[:9]), number % 9 + 1))
    visit: dict[str, list[Any]] = {"lookups": list(trail), "articles": article[-1:]}
    if number % 2:
        walk = demo_walks.before_request(symptom=story.symptom, cause=story.cause, chance=chance)
        visit["walks"] = [walk.pk] if walk else []
    draft = service.start(key="", language="ja")
    answers = {
        "symptom": story.symptom,
        "words": f"{story.words}\n({number})",
        "since": "today",
        "affected_address": f"info@shop{number}.example",
        "work_stopped": "no",
        "error_text": "",
        "name": PEOPLE[number % len(PEOPLE)],
        "phone": f"03-{number // 10000 % 10000:04}-{number % 10000:04}",
        "email": f"person{number}@mobile.example",
    }
    service.save_step(draft=draft, answers=answers)
    service.bring(draft=draft, visit=visit)
    session = SessionStore()
    session["draft"] = draft.key
    session.create()
    cookies = f"{settings.SESSION_COOKIE_NAME}={session.session_key}; {settings.CSRF_COOKIE_NAME}={CSRF}"
    body = f"csrfmiddlewaretoken={CSRF}&draft={quote(service.sealed(draft.key))}"
    return {"cookies": cookies, "body": body}


def count() -> dict[str, int]:
    """Rows that must have come from the requests sent."""
    from faq.models import Lookup
    from tickets.models import AccessLink, Delivery, Draft, Event, Message, Ticket

    return {
        "tickets": Ticket.objects.count(),
        "numbers": Ticket.objects.values("number").distinct().count(),
        "messages": Message.objects.filter(kind="client").count(),
        "links": AccessLink.objects.count(),
        "unfiled": Draft.objects.filter(ticket=None).count(),
        "deliveries": Delivery.objects.count(),
        "unmailed": Event.objects.filter(kind__in=["mail-skipped", "mail-limited"]).count(),
        "failed": Delivery.objects.filter(state="failed").count(),
        "lookups": Lookup.objects.count(),
    }


def staff() -> dict[str, str]:
    """A signed-in superuser's cookies, and things of this site to look for."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.auth.models import User
    from django.contrib.sessions.backends.db import SessionStore

    from mailsupport.lib.admin import MOST
    from tickets.models import Ticket
    from tickets.rules.workflow import OURS

    user = User.objects.get(username="admin")
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    count = Ticket.objects.count()
    one = Ticket.objects.select_related("contact", "cause").filter(cause__isnull=False)[count // 2]
    views = {
        "all": Ticket.objects.all(),
        "ours": Ticket.objects.filter(status__in=OURS),
        "waiting": Ticket.objects.filter(status="waiting"),
    }
    return {
        "cookies": f"{settings.SESSION_COOKIE_NAME}={session.session_key}",
        "pk": str(one.pk),
        "number": one.number,
        "phone": one.contact.phone,
        "email": one.contact.email,
        "domain": one.affected_domain,
        "cause": one.cause.slug if one.cause else "",
        **{name: str((min(rows.count(), MOST) + 49) // 50) for name, rows in views.items()},
    }


def main(verb: str, *words: str) -> None:
    """Set Django up, run the verb, print its answer."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mailsupport.settings")
    django.setup()
    verbs: dict[str, Callable[..., Any]] = {
        "furnish": furnish,
        "drafts": drafts,
        "count": count,
        "staff": staff,
    }
    print(json.dumps(verbs[verb](*map(int, words))))


if __name__ == "__main__":
    main(*sys.argv[1:])
