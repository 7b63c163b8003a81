"""A mail that was given up, once more."""

from django.utils import timezone

from tickets.models import Delivery


def retry(*, delivery: Delivery) -> bool:
    """Put a mail that was given up back into the outbox, with all attempts before it.

    False where it was not given up: one statement decides, so that two staff members send it once.
    """
    again = Delivery.objects.filter(pk=delivery.pk, state=Delivery.State.FAILED)
    return bool(
        again.update(state=Delivery.State.WAITING, attempts=0, next_try=timezone.now(), leased_until=None)
    )
