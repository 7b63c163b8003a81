"""Did it help? One vote a visit and article; a second one replaces the first."""

from faq.models import Article, Vote

REASON = 1000
"""Characters kept of a reason."""


def vote(*, article: Article, language: str, visit: str, helpful: bool, reason: str = "") -> Vote:
    """Keep a vote. An empty reason leaves the one given before."""
    values: dict[str, object] = {"language": language[:2], "helpful": helpful}
    if reason:
        values["reason"] = reason[:REASON]
    row, _created = Vote.objects.update_or_create(article=article, visit=visit, defaults=values)
    return row
