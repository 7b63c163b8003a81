"""The end of a walk as a page needs it."""

from urllib.parse import urlencode

from django.utils.html import linebreaks
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from faq.models import Article, Outcome, Walk
from faq.rules.content import tidy
from faq.rules.markup import MarkupError, render
from faq.services import rows
from faq.services.publish import Targets


def shown(walk: Walk) -> dict[str, object]:
    """Outcome, steps as HTML, the letter and the articles, in the active language. Seven statements."""
    if walk.outcome is None:
        raise ValueError("the walk has not ended")
    return told(walk.outcome, ask=urlencode({"walk": walk.token}))


def told(outcome: Outcome, *, ask: str = "") -> dict[str, object]:
    """The same without a walk; `ask` is the query of links to the ticket form. Seven statements at most.

    `fault` says what is wrong with the steps, as only a draft's can be: they stand as they were written then.
    """
    steps, fault = rendered(outcome.text("steps"), ask=ask)
    return {
        "outcome": outcome,
        "title": outcome.text("title"),
        "reason": outcome.text("reason"),
        "steps": steps,
        "fault": fault,
        "letter": outcome.text("letter").strip(),
        "articles": rows.of_articles(_articles(outcome)),
    }


def prose(markdown: str) -> SafeString:
    """Markdown of a checklist (a test to make) as HTML in the active language. Statements only for links."""
    return rendered(markdown)[0]


def rendered(markdown: str, *, ask: str = "") -> tuple[SafeString, str]:
    """HTML in the active language, and what is wrong with the Markdown ("" when all is well)."""
    if not markdown.strip():
        return SafeString(""), ""
    language = (get_language() or "ja")[:2]
    nothing: frozenset[str] = frozenset()
    linked = "]" in markdown or "<" in markdown
    targets = Targets.load(language, ask) if linked else Targets(language, nothing, nothing, nothing, ask)
    try:
        # What comes out went through nh3.
        return mark_safe(render(tidy(markdown), targets.resolve)), ""
    except MarkupError as error:
        return mark_safe(linebreaks(markdown, autoescape=True)), str(error)


def _articles(outcome: Outcome) -> list[Article]:
    """Public ones, in the order of the checklist's file."""
    links = Outcome.articles.through.objects.filter(outcome=outcome).order_by("pk")
    order = list(links.values_list("article_id", flat=True))
    found = {a.pk: a for a in Article.objects.public().for_display().filter(pk__in=order)}
    return [found[pk] for pk in order if pk in found]
