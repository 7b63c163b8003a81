"""Articles that may answer a request: while it is written, before it is sent, and beside it for staff."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from django.db.models import Q

from faq.models import Article, Cause, Outcome, Version
from faq.models.article import Status
from faq.models.kept import kept
from faq.rules.names import Symptom
from faq.search.find import Hit, find
from faq.services import rows
from faq.services.rows import Row as Suggestion

__all__ = ["SYMPTOM_WORDS", "Suggestion", "suggest"]

SYMPTOM_WORDS: Final = {
    Symptom.NOTHING_ARRIVES: "昨日から急に、メールが全然来なくなった",
    Symptom.SOME_MISSING: "特定の相手からのメールだけ届かない",
    Symptom.BOUNCED: "送ったメールが英語で戻ってきた",
    Symptom.SOME_PROVIDERS: "Gmailや携帯のお客様にだけ届かない",
    Symptom.CANNOT_SEND: "メールを送れない。送信エラーになる",
    Symptom.CANNOT_LOG_IN: "パスワードが通らない。何度も聞かれる",
    Symptom.SUSPICIOUS: "あやしいメールが来た",
}
"""What a client with a symptom would type: the home buttons search for it where there is no checklist."""


_IN_ORDER: Final = ("article_causes__position", "category__order", "order", "key")
LEAN: Final = 2.5
"""How much more an article counts that is typical of the symptom the client chose. At 1.5 a letter that
mentions waiting customers still puts the shop's lost mails before the full mailbox."""


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

    Only staff are given staff-only articles. Never raises on any words; at most ten statements.
    """
    found = _of_cause(cause, staff) if cause else []
    answering, typical = _hits(words, language=language, symptom=symptom, limit=limit, staff=staff)
    found += rows.of_hits(answering)
    if len(found) < limit:
        found += rows.of_hits(typical)
    once: dict[int, Suggestion] = {}
    for row in found:
        once.setdefault(row.article_id, row)
    return list(once.values())[:limit]


def probable_cause(words: str, *, language: str, symptom: str) -> Cause | None:
    """The main cause of the article that `suggest` puts first, without drawing a row; never to be changed."""
    answering, typical = _hits(words, language=language, symptom=symptom)
    best = next(iter([*answering, *typical]), None)
    return _main_cause(best.article_id) if best else None


@kept
def _main_cause(article: int) -> Cause | None:
    causes = Cause.objects.filter(article_causes__article=article)
    return causes.order_by("article_causes__position", "article_causes__pk").first()


def _hits(
    words: str, *, language: str, symptom: str, limit: int = 5, staff: bool = False
) -> tuple[Sequence[Hit], Sequence[Hit]]:
    """At most `limit` that answer the words, best first, and the symptom's own."""
    typical = _of_symptom(symptom, language=language, limit=limit, staff=staff)
    if not words.strip():
        return (), typical
    answer = find(words, language=language, limit=2 * limit, staff=staff)
    if answer.none and typical:
        return (), typical
    # What an editor's checklist leads to says more than what the symptom's own words find.
    likely = _outcomes_of(symptom) or {hit.article_id for hit in typical}
    return _leaning(answer.hits, likely)[:limit], typical


@kept
def _of_symptom(symptom: str, *, language: str, limit: int, staff: bool) -> Sequence[Hit]:
    words = SYMPTOM_WORDS.get(Symptom(symptom)) if symptom in SYMPTOM_WORDS else None
    return find(words, language=language, limit=limit, staff=staff).hits if words else ()


@kept
def _outcomes_of(symptom: str) -> set[int]:
    """The articles to which the published checklist of the symptom leads."""
    version = {"version__status": Version.Status.PUBLISHED, "version__checklist__symptom": symptom}
    return set(Outcome.objects.filter(**version, articles__isnull=False).values_list("articles", flat=True))


def _leaning(hits: Sequence[Hit], likely: Collection[int]) -> list[Hit]:
    """The hits, best first, with the articles that are likely for the chosen symptom counted `LEAN` times.

    Long letters speak of customers, orders and telephones; what was chosen tells what they are about.
    """
    return sorted(hits, key=lambda hit: hit.score * (LEAN if hit.article_id in likely else 1), reverse=True)


def _of_cause(cause: Cause, staff: bool) -> list[Suggestion]:
    articles = Article.objects.filter(
        article_causes__cause=cause, texts__language="ja", texts__status=Status.PUBLISHED
    )
    allowed = articles if staff else articles.filter(Q(audience="public"))
    return rows.of_articles(allowed.for_display().order_by(*_IN_ORDER))
