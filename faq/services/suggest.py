"""Articles that may answer a request: while it is written, before it is sent, and beside it for staff."""

from __future__ import annotations

from typing import Final

from django.db.models import Q

from faq.models import Article, Cause
from faq.models.article import Status
from faq.rules.names import Symptom
from faq.search.find import find
from faq.services import rows
from faq.services.rows import Row as Suggestion

__all__ = ["SYMPTOM_WORDS", "Suggestion", "suggest"]

SYMPTOM_WORDS: Final = {
    Symptom.NOTHING_ARRIVES: "メールがまったく届かない",
    Symptom.SOME_MISSING: "特定の相手からのメールだけ届かない",
    Symptom.BOUNCED: "送ったメールが英語で戻ってきた",
    Symptom.SOME_PROVIDERS: "Gmailや携帯のお客様にだけ届かない",
    Symptom.CANNOT_SEND: "メールを送れない。送信エラーになる",
    Symptom.CANNOT_LOG_IN: "パスワードが通らない。何度も聞かれる",
    Symptom.SUSPICIOUS: "あやしいメールが来た",
}
"""What a client with a symptom would type: the home buttons search for it where there is no checklist."""


def suggest(
    words: str,
    *,
    language: str,
    symptom: str = "",
    cause: Cause | None = None,
    limit: int = 5,
    staff: bool = False,
) -> list[Suggestion]:
    """At most `limit` articles: those of the cause first, then what the words find, then the symptom's.

    Only staff are given staff-only articles. Never raises on any words; at most nine statements.
    """
    found = _of_cause(cause, staff) if cause else []
    if words.strip():
        answer = find(words, language=language, limit=limit, staff=staff)
        found += [] if answer.none and symptom in SYMPTOM_WORDS else rows.of_hits(answer.hits)
    if len(found) < limit and symptom in SYMPTOM_WORDS:
        hits = find(SYMPTOM_WORDS[Symptom(symptom)], language=language, limit=limit, staff=staff).hits
        found += rows.of_hits(hits)
    return list({row.article_id: row for row in reversed(found)}.values())[::-1][:limit]


def _of_cause(cause: Cause, staff: bool) -> list[Suggestion]:
    articles = Article.objects.filter(causes=cause, texts__language="ja", texts__status=Status.PUBLISHED)
    allowed = articles if staff else articles.filter(Q(audience="public"))
    return rows.of_articles(allowed.for_display().order_by("article_causes__position", "order"))
