"""Attempts counted in the database, where every process must see the same number."""

from django.db import models


class Attempt(models.Model):
    """How often `key` (an enum and a digest, never the address itself) was tried in a window of time."""

    key = models.CharField(max_length=80, unique=True)
    count = models.PositiveIntegerField(default=0)
    expires = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.key
