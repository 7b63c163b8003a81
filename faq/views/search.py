"""Words to answers: a plain page, the same as a partial while they type, and POST for long text."""

from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from faq.models.base import SYMPTOMS
from faq.rules.names import Symptom
from faq.rules.words import clean, is_personal
from faq.search.find import Found, find
from faq.services import lookup, offer, rows
from faq.services.offer import CARRIED
from faq.services.suggest import SYMPTOM_WORDS
from faq.services.visit import visit_of
from mailsupport.lib.limits import address_of, allowed

SHOWN = 5


# A POST here is a longer GET: it changes nothing but the statistics of searches, which a GET does as well,
# and home pages without a cookie have no token to give.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def search(request: HttpRequest) -> HttpResponse:
    """Answers to `q`. Only a finished question is remembered, never one that is still being typed."""
    if not allowed("search", address_of(request), most=settings.SEARCHES_PER_MINUTE, seconds=60):
        return render(request, "429.html", status=429)
    asked = request.POST if request.method == "POST" else request.GET
    symptom = asked.get("symptom", "")
    symptom = symptom if symptom in SYMPTOM_WORDS else ""
    typed = clean(asked.get("q", ""))
    words = typed or (SYMPTOM_WORDS[Symptom(symptom)] if symptom else "")
    language = (get_language() or "ja")[:2]
    found = find(words, language=language, limit=SHOWN) if words else Found((), False, ())
    trail, here = lookup.unsign(asked.get("l", "")), _visit(request)
    typing = bool(getattr(request, "htmx", False))
    if typed and not typing and request.method != "HEAD":
        shown = [hit.article_id for hit in found.hits]
        trail = lookup.keep(
            words=typed, language=language, articles=shown, none=found.none, trail=trail, visit=here
        )
    context = _context(typed, symptom, found, lookup.sign(trail)) | {"page": not typing}
    return render(request, "faq/_results.html" if typing else "faq/search.html", context)


def _visit(request: HttpRequest) -> str:
    """The id of this browser's visit where it has one; a first search gets no cookie."""
    has_one = settings.SESSION_COOKIE_NAME in request.COOKIES
    return visit_of(request.session).id if has_one else ""


def _context(typed: str, symptom: str, found: Found, signed: str) -> dict[str, object]:
    carried = {"q": typed[:CARRIED], "symptom": symptom, "l": signed}
    ask = urlencode({name: value for name, value in carried.items() if value})
    fitting = offer.checklist_for(typed, found, symptom=symptom) if typed or symptom else None
    none = found.none or not found.hits
    asked = bool(typed or symptom)
    return {
        "q": typed,
        "symptom": str(dict(SYMPTOMS)[Symptom(symptom)]) if symptom else "",
        "asked": asked,
        "findable": not (asked and none) and not is_personal(typed),
        "trail": signed,
        "none": none,
        "hits": rows.of_hits(found.hits, lookup=signed),
        "checklist": fitting,
        "questions": offer.address_of(fitting, words=typed, signed=signed) if fitting else "",
        "ask": f"{reverse('tickets:new')}?{ask}",
    }
