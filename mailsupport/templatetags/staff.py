"""Template tags of the staff screens: promises and ages in words."""

import re
from datetime import datetime, timedelta

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from mailsupport.lib import dates, icons, names

register = template.Library()


def duration(span: timedelta) -> str:
    """25 min, 1 h 10 min, 3 days: two units at most, never negative."""
    minutes = max(0, int(span.total_seconds() // 60))
    if minutes < 60:
        return gettext("%(minutes)d min") % {"minutes": minutes}
    if minutes < 24 * 60:
        return gettext("%(hours)d h %(minutes)d min") % {"hours": minutes // 60, "minutes": minutes % 60}
    return gettext("%(days)d d") % {"days": minutes // (24 * 60)}


register.filter(names.staff_name)


@register.filter
def ago(moment: datetime | None) -> str:
    """How long ago a moment was, as a duration."""
    return duration(timezone.now() - moment) if moment else ""


@register.filter(is_safe=True)
def corners(tables: str) -> str:
    """Django's inline tables with plain cells for headings that say nothing: a heading names its column."""
    plain = tables.replace('<th class="original"></th>', '<td class="original"></td>')
    return plain.replace("<th></th>", "<td></td>")


@register.filter(is_safe=True)
def unstyled(page: str) -> str:
    """What came and what went in the preview of an import, without the inline style that is blocked."""
    return re.sub(r'<(ins|del) style="[^"]*">', r"<\1>", page)


@register.simple_tag
def due(moment: datetime | None) -> SafeString:
    """`{% due ticket.due %}` in one line: until when, or how long overdue (in words, with an icon)."""
    if moment is None:
        return SafeString("")
    now = timezone.now()
    if moment < now:
        return _over(now - moment)
    return format_html("{}", gettext("by %(time)s") % {"time": dates.when_short(moment)})


@register.simple_tag
def due_rows(moment: datetime | None) -> SafeString:
    """The same as two lines for the queue and the ticket: time left or overdue, and the moment itself."""
    if moment is None:
        return SafeString("")
    now = timezone.now()
    until = gettext("by %(time)s") % {"time": dates.when_short(moment)}
    if moment < now:
        return format_html("{}<span>{}</span>", _over(now - moment), until)
    left = gettext("%(span)s left") % {"span": duration(moment - now)}
    return format_html("<b>{}</b><span>{}</span>", left, until)


def _over(late: timedelta) -> SafeString:
    words = gettext("%(span)s overdue") % {"span": duration(late)}
    return format_html('<b class="over">{}{}</b>', mark_safe(icons.svg("clock")), words)
