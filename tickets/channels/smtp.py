"""Mail out, through Django's mail backend (SMTP, or files while no server is set)."""

import smtplib
from email.utils import format_datetime
from typing import Protocol

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.utils import timezone

from tickets.rules.letters import Letter, header

OUR_FAULT = (smtplib.SMTPAuthenticationError, smtplib.SMTPConnectError, smtplib.SMTPHeloError)


class NotSent(Exception):
    """The mail did not go out. `permanent`: trying again cannot help.

    The text holds the reply code and what kind of error it was, never an address: it is stored and logged.
    """

    def __init__(self, reason: str, *, permanent: bool) -> None:
        super().__init__(reason)
        self.permanent = permanent


class Channel(Protocol):
    """Sends one letter, now."""

    def send(self, letter: Letter) -> None:
        """Returns once the other side has taken responsibility. Raises NotSent."""


class Mail:
    """The channel for e-mail."""

    def send(self, letter: Letter) -> None:
        """One connection a letter: a broken one never takes another letter along. Raises NotSent."""
        try:
            get_connection().send_messages([message_of(letter)])
        except smtplib.SMTPException as error:
            raise _refusal(error) from None
        except (OSError, ValueError) as error:
            # No connection, a time-out, a broken TLS handshake; an address that no header can carry.
            raise NotSent(type(error).__name__, permanent=isinstance(error, ValueError)) from None


def message_of(letter: Letter) -> EmailMessage:
    """The letter as a MIME message. Every value passes `header`, so that none begins a header of its own."""
    extra = {
        "Message-ID": header(letter.message_id),
        "Date": format_datetime(timezone.localtime(letter.written)),
    }
    if letter.automatic:
        # RFC 3834: no vacation notice, no mail loop.
        extra["Auto-Submitted"] = "auto-generated"
        extra["X-Auto-Response-Suppress"] = "All"
    message = EmailMessage(
        subject=header(letter.subject),
        body=letter.body,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[header(letter.to, 254)],
        headers=extra,
    )
    message.encoding = "utf-8"
    return message


def _refusal(error: smtplib.SMTPException) -> NotSent:
    code = _code(error)
    if code is None:
        return NotSent(type(error).__name__, permanent=isinstance(error, smtplib.SMTPNotSupportedError))
    # A refused login is our own fault, not the letter's: it is tried again once that is mended.
    ours = isinstance(
        error, smtplib.SMTPAuthenticationError | smtplib.SMTPConnectError | smtplib.SMTPHeloError
    )
    return NotSent(f"SMTP {code} {type(error).__name__}", permanent=500 <= code < 600 and not ours)


def _code(error: smtplib.SMTPException) -> int | None:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return next((code for code, _text in error.recipients.values()), None)
    return error.smtp_code if isinstance(error, smtplib.SMTPResponseException) else None
