"""What we know; knows nothing of tickets or diagnosis."""

from faq.models.article import Article, ArticleCause, ArticleText, Lookup, Phrase, Vote
from faq.models.cause import Category, Cause
from faq.models.checklist import Answer, Checklist, Outcome, Question, Version, Walk, WalkStep
from faq.models.desk import ClosedPeriod, Desk, Outage
from faq.models.edition import Edition
from faq.models.host import Host
from faq.models.search import IndexedText, Posting

__all__ = [
    "Answer",
    "Article",
    "ArticleCause",
    "ArticleText",
    "Category",
    "Cause",
    "Checklist",
    "ClosedPeriod",
    "Desk",
    "Edition",
    "Host",
    "IndexedText",
    "Lookup",
    "Outage",
    "Outcome",
    "Phrase",
    "Posting",
    "Question",
    "Version",
    "Vote",
    "Walk",
    "WalkStep",
]
