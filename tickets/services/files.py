"""Files of clients: kept under random names outside the web root, readable by us alone."""

import secrets

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from tickets.models import Attachment, Draft, Message, Ticket
from tickets.rules import uploads
from tickets.rules.uploads import Reason
from tickets.services.errors import UploadRefused

WORDS: dict[Reason, StrOrPromise] = {
    Reason.EMPTY: _("This file is empty."),
    Reason.TOO_LARGE: _("This file is larger than 10 MB."),
    Reason.KIND: _("Send photos (JPEG, PNG, GIF, WebP, HEIC), PDF, text or saved mails (.eml)."),
    Reason.PICTURE_TOO_LARGE: _("This picture has too many pixels. Send a smaller one or a screenshot."),
    Reason.BROKEN: _("This picture cannot be read. Take it again or send a screenshot."),
}


def store(
    *,
    upload: "UploadedFile[bytes]",
    draft: Draft | None = None,
    ticket: Ticket | None = None,
    message: Message | None = None,
) -> Attachment:
    """Check and keep one file of a draft, or of a ticket's message.

    Raises UploadRefused, with the words to show, for a file too many, too large or of another type.
    """
    data = upload.read(settings.UPLOAD_BYTES + 1)
    try:
        found = uploads.accept(data=data, name=upload.name or "", most=settings.UPLOAD_BYTES)
    except uploads.Unfit as unfit:
        raise UploadRefused(WORDS[unfit.reason]) from None
    return _keep(data, found, draft=draft, ticket=ticket, message=message)


@transaction.atomic
def _keep(
    data: bytes,
    found: uploads.Accepted,
    *,
    draft: Draft | None,
    ticket: Ticket | None,
    message: Message | None,
) -> Attachment:
    _refuse_one_too_many(draft, message)
    key = secrets.token_hex(16)
    attachment = Attachment(
        draft=draft,
        ticket=ticket,
        message=message,
        key=key,
        name=found.name,
        content_type=found.content_type,
        size=len(data),
    )
    attachment.file.save(f"{key[:2]}/{key}", ContentFile(data), save=False)
    try:
        attachment.save()
    except BaseException:
        attachment.file.delete(save=False)
        raise
    return attachment


def _refuse_one_too_many(draft: Draft | None, message: Message | None) -> None:
    kept = 0
    if draft is not None:
        # The lock makes two uploads at once count each other.
        kept = Draft.objects.select_for_update().get(pk=draft.pk).attachments.count()
    elif message is not None:
        kept = message.attachments.count()
    if kept >= settings.UPLOAD_FILES:
        raise UploadRefused(_("At most %(count)d files.") % {"count": settings.UPLOAD_FILES})


@transaction.atomic
def discard(*, attachment: Attachment) -> None:
    """Forget a file: the row now, the bytes when that is certain."""
    storage, name = attachment.file.storage, attachment.file.name
    attachment.delete()
    if name:
        transaction.on_commit(lambda: storage.delete(name))
