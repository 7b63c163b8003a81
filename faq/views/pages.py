"""Home, categories, articles with their feedback, privacy.

Home, category and article pages touch neither session nor CSRF token, so that they can be cached; what is
personal is the uncached feedback fragment, a plain page without JavaScript.
"""

from functools import partial
from urllib.parse import parse_qs, urlencode, urlsplit

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import get_language, ngettext, pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from faq.forms import VoteForm
from faq.models import Article, Category, Host, Outage
from faq.pagecache import shared
from faq.services import hosts, lookup, offer, rows, visit, walk
from faq.services.home import helpful_articles, symptom_links
from faq.services.related import related
from faq.services.sitemap import address
from faq.services.structured import faq_page
from faq.services.vote import vote


@require_safe
@shared
def home(request: HttpRequest) -> HttpResponse:
    """Known outage, search, symptoms, the answers that helped most."""
    context = {
        "outages": Outage.objects.now(),
        "symptoms": symptom_links(walk.checklists()),
        "helpful": rows.of_articles(helpful_articles()),
    }
    return render(request, "faq/home.html", context)


@require_safe
@shared
def category(request: HttpRequest, slug: str) -> HttpResponse:
    """The articles of one category."""
    shelf = get_object_or_404(Category.objects.with_public_articles(), slug=slug)
    articles = Article.objects.public().for_display().filter(category=shelf)
    context = {
        "category": shelf,
        "articles": rows.of_articles(articles),
        "others": Category.objects.with_public_articles().exclude(pk=shelf.pk),
    }
    return render(request, "faq/category.html", context)


@require_safe
@shared
def article(request: HttpRequest, key: str) -> HttpResponse:
    """One problem and its fix. Of the query only `?host=` is for this page; `?l=` is for the fragment."""
    found = _find(key)
    slug = request.GET.get("host", "")
    offered = hosts.choices(found)
    host = hosts.chosen(offered, slug)
    if slug and host is None:
        return HttpResponseRedirect(request.path)
    shown = _shown(found) | _hosts(found, offered, host)
    more = {
        "questions": offer.checklist_of(found.pk),
        "related": related(found),
        # Called where the page is drawn anew.
        "faq_page": partial(_faq_page, found),
    }
    return render(request, "faq/article.html", shown | more)


@never_cache
@require_safe
def host_note(request: HttpRequest, key: str) -> HttpResponse:
    """The note about the host that this visitor chose before, for the article's page; 204 where none."""
    found = _find(key)
    offered = hosts.choices(found)
    host = hosts.chosen(offered, visit.visit_of(request.session).host)
    if host is None:
        return HttpResponse(status=204)
    return render(request, "faq/_hosts.html", {"article": found} | _hosts(found, offered, host))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def feedback(request: HttpRequest, key: str) -> HttpResponse:
    """Did it help? GET gives the form and remembers that the article was opened; POST votes."""
    found = get_object_or_404(Article.objects.public().for_display(), key=key)
    if request.method != "POST":
        _remember_opening(request, found)
        return _feedback(request, found, VoteForm())
    form = VoteForm(request.POST)
    if not form.is_valid():
        return _feedback(request, found, form)
    here = visit.remember_article(request.session, found.key)
    said, reason = form.cleaned_data["helpful"], form.cleaned_data["reason"]
    vote(article=found, language=get_language() or "ja", visit=here.id, helpful=said == "yes", reason=reason)
    lookup.helped(lookups=here.lookups, article=found, helped=said == "yes")
    if said == "no":
        return HttpResponseRedirect(_ask(found, here))
    return _feedback(request, found, VoteForm(), done=True)


@require_safe
@shared
def privacy(request: HttpRequest) -> HttpResponse:
    """What we keep, how long, and who sees it."""
    return render(request, "faq/privacy.html")


def _find(key: str) -> Article:
    """As everybody may read it; kept, and never to be changed."""
    try:
        return Article.shown(key)
    except Article.DoesNotExist:
        raise Http404 from None


def _hosts(found: Article, offered: list[Host], host: Host | None) -> dict[str, object]:
    return {"hosts": offered, "host": host, "host_note": hosts.note_of(found, host)}


def _shown(found: Article) -> dict[str, object]:
    text = found.text_in()
    fallen_back = text is not None and text.language != (get_language() or "ja")[:2]
    return {
        "article": found,
        "text": text,
        "fallen_back": fallen_back,
        "note": _note(found),
        "written_in": [text.language for text in found.texts.all()],
    }


def _faq_page(found: Article) -> dict[str, object]:
    """What search engines read, with the address of the text itself: where it fell back, the Japanese one."""
    text = found.text_in()
    return faq_page(text, url=address("faq:article", found.key, language=text.language)) if text else {}


def _note(found: Article) -> str:
    """The small line on the badge: how long it takes, and what the author says beside it."""
    text = found.text_in()
    minutes = found.minutes
    time = ngettext("about %(n)d minute", "about %(n)d minutes", minutes) % {"n": minutes} if minutes else ""
    # Notes begin with a capital letter in English: each is a sentence of its own.
    return pgettext("between two notes", ". ").join(filter(None, (capfirst(time), text.note if text else "")))


def _feedback(request: HttpRequest, found: Article, form: VoteForm, *, done: bool = False) -> HttpResponse:
    # `htmx` is set by django_htmx; the fragment and the page hold the same form.
    template = "faq/_feedback.html" if getattr(request, "htmx", False) else "faq/feedback.html"
    here = visit.visit_of(request.session)
    context = _shown(found) | {"form": form, "done": done, "ask": _ask(found, here)}
    return render(request, template, context)


def _remember_opening(request: HttpRequest, found: Article) -> None:
    if host := hosts.chosen(hosts.choices(found), _asked(request, "host")):
        visit.remember_host(request.session, host.slug)
    signed = _asked(request, "l")
    lookup.follow(request.session, signed)
    here = visit.remember_article(request.session, found.key)
    lookup.opened(lookups=lookup.unsign(signed), article=found, visit=here.id)


def _asked(request: HttpRequest, name: str) -> str:
    """Of the query of this address, or of the article's page that asks for this fragment or links here."""
    if own := request.GET.get(name):
        return own
    page = request.headers.get("HX-Current-URL") or request.headers.get("Referer", "")
    try:
        return parse_qs(urlsplit(page).query).get(name, [""])[0]
    except ValueError:
        return ""


def _ask(found: Article, here: visit.Visit) -> str:
    carried = {"article": found.key}
    if signed := lookup.sign(here.lookups):
        carried["l"] = signed
    return f"{reverse('tickets:new')}?{urlencode(carried)}"
