"""Which edition of the public pages is the newest: what every process on every machine compares."""

from django.db import models
from django.db.models import F


class Edition(models.Model):
    """One row, counted up in the transaction of every change that visitors can see."""

    id = models.SmallAutoField(primary_key=True)
    number = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="edition_is_one_row")]

    def __str__(self) -> str:
        return str(self.number)

    @classmethod
    def move(cls) -> None:
        """The next one. Writers wait for each other here until they commit: keep it late and short."""
        if not Edition.objects.filter(pk=1).update(number=F("number") + 1):
            Edition.objects.get_or_create(pk=1, defaults={"number": 1})

    @classmethod
    def newest(cls) -> int:
        """0 before the first change. One statement."""
        return Edition.objects.filter(pk=1).values_list("number", flat=True).first() or 0
