"""What the worker tidies up."""

from django.db import transaction
from django.utils import timezone

from tickets.models import Draft
from tickets.services import counting, drafts, files, routing


def tidy() -> None:
    """Close quiet requests, forget old drafts with their files, and expired attempts."""
    routing.close_quiet()
    purge_drafts()
    counting.purge()


def purge_drafts() -> int:
    """Delete drafts that nobody touched for a week, with files never sent; gives how many."""
    old = Draft.objects.filter(updated__lt=timezone.now() - drafts.KEPT)
    return sum(_purge(pk) for pk in list(old.values_list("pk", flat=True)[:500]))


@transaction.atomic
def _purge(pk: int) -> bool:
    draft = Draft.objects.select_for_update().filter(pk=pk, updated__lt=timezone.now() - drafts.KEPT).first()
    if draft is None:
        return False
    for attachment in draft.attachments.all():
        files.discard(attachment=attachment)
    draft.delete()
    return True
