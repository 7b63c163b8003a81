"""Editors write checklists: they begin, change, publish and discard drafts."""

from importlib import import_module

from django.db import migrations

ADDED = {
    "checklist": ("add",),
    "version": ("add", "change", "delete"),
    "question": ("add", "delete"),
    "answer": ("add", "delete"),
    "outcome": ("add", "delete"),
}


def grant(apps, schema_editor):
    """More rights for the group there is."""
    permission = import_module("tickets.migrations.0002_groups")._permission
    # Somebody may have renamed or removed it.
    group = apps.get_model("auth", "Group").objects.get_or_create(name="editor")[0]
    for model, actions in ADDED.items():
        for action in actions:
            group.permissions.add(permission(apps, "faq", model, action))


def revoke(apps, schema_editor):
    """Back to reading."""
    group = apps.get_model("auth", "Group").objects.filter(name="editor").first()
    names = [f"{action}_{model}" for model, actions in ADDED.items() for action in actions]
    if group:
        Permission = apps.get_model("auth", "Permission")
        group.permissions.remove(
            *Permission.objects.filter(content_type__app_label="faq", codename__in=names)
        )


class Migration(migrations.Migration):
    dependencies = [("tickets", "0002_groups"), ("faq", "0004_settle_walks")]

    operations = [migrations.RunPython(grant, revoke)]
