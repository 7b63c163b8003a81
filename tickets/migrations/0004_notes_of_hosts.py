"""Editors look after the notes about server companies; agents read them."""

from importlib import import_module

from django.db import migrations

ADDED = {"editor": ("view", "add", "change", "delete"), "agent": ("view",)}


def grant(apps, schema_editor):
    """More rights for the groups there are."""
    permission = import_module("tickets.migrations.0002_groups")._permission
    for name, actions in ADDED.items():
        # Somebody may have renamed or removed it.
        group = apps.get_model("auth", "Group").objects.get_or_create(name=name)[0]
        group.permissions.add(*(permission(apps, "faq", "host", action) for action in actions))


def revoke(apps, schema_editor):
    """Nobody sees them but superusers."""
    Permission = apps.get_model("auth", "Permission")
    theirs = Permission.objects.filter(content_type__app_label="faq", content_type__model="host")
    for group in apps.get_model("auth", "Group").objects.filter(name__in=ADDED):
        group.permissions.remove(*theirs)


class Migration(migrations.Migration):
    dependencies = [("tickets", "0003_editors_write_drafts"), ("faq", "0005_hosts_and_edition")]

    operations = [migrations.RunPython(grant, revoke)]
