"""`make staff NAME=sato`: another person at the desk."""

import secrets
from typing import Any

from django.contrib.auth.models import Group, User
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction


class Command(BaseCommand):
    """Create a staff user and print the password once."""

    help = "Create a staff user in the groups agent and editor; the password is printed once."

    def add_arguments(self, parser: CommandParser) -> None:
        """One name; --superuser for somebody who may also manage users."""
        parser.add_argument("name")
        parser.add_argument("--superuser", action="store_true")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        """Raises CommandError where the name is taken."""
        name, is_superuser = options["name"], options["superuser"]
        if User.objects.filter(username=name).exists():
            raise CommandError(f"There is already a user {name}.")
        password = secrets.token_urlsafe(12)
        user = User.objects.create_user(name, password=password, is_staff=True, is_superuser=is_superuser)
        user.groups.set(Group.objects.filter(name__in=["agent", "editor"]))
        self.stdout.write(f"{name}   password, shown only now: {password}")
