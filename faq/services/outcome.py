"""The end of a walk as a page needs it."""

from urllib.parse import urlencode

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from faq.models import Article, Outcome, Walk
from faq.rules.content import tidy
from faq.rules.markup import render
from faq.services import rows
from faq.services.publish import Targets


def shown(walk: Walk) -> dict[str, object]:
    """Outcome, steps as HTML, the letter and the articles, in the active language. Seven statements."""
    outcome = walk.outcome
    if outcome is None:
        raise ValueError("the walk has not ended")
    language = (get_language() or "ja")[:2]
    targets = Targets.load(language, urlencode({"walk": walk.token}))
    return {
        "outcome": outcome,
        "title": outcome.text("title"),
        "reason": outcome.text("reason"),
        # Loading has rendered the same text without complaint; what comes out went through nh3.
        "steps": mark_safe(render(tidy(outcome.text("steps")), targets.resolve)),
        "letter": outcome.text("letter").strip(),
        "articles": rows.of_articles(_articles(outcome)),
    }


def prose(markdown: str) -> SafeString:
    """Markdown of a checklist (a test to make) as HTML in the active language. Statements only for links."""
    language = (get_language() or "ja")[:2]
    nothing: frozenset[str] = frozenset()
    targets = Targets.load(language) if "](" in markdown else Targets(language, nothing, nothing, nothing)
    return mark_safe(render(tidy(markdown), targets.resolve)) if markdown.strip() else SafeString("")


def _articles(outcome: Outcome) -> list[Article]:
    """Public ones, in the order of the checklist's file."""
    links = Outcome.articles.through.objects.filter(outcome=outcome).order_by("pk")
    order = list(links.values_list("article_id", flat=True))
    found = {a.pk: a for a in Article.objects.public().for_display().filter(pk__in=order)}
    return [found[pk] for pk in order if pk in found]
