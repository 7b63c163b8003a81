"""The two groups of staff: `agent` answers requests, `editor` looks after the knowledge."""

from django.db import migrations

READ = ("view",)
WRITE = ("view", "add", "change")
EDIT = ("view", "add", "change", "delete")

KNOWLEDGE = {
    "article": WRITE,
    "articlecause": EDIT,
    "articletext": WRITE,
    "category": WRITE,
    "cause": WRITE,
    "phrase": EDIT,
    "checklist": ("view", "change"),
    "version": READ,
    "question": ("view", "change"),
    "answer": ("view", "change"),
    "outcome": ("view", "change"),
    "vote": READ,
    "lookup": READ,
    "desk": WRITE,
    "closedperiod": EDIT,
    "outage": EDIT,
}
REQUESTS = {
    "ticket": WRITE,
    "client": WRITE,
    "contact": WRITE,
    "domain": EDIT,
    "delivery": READ,
}
GROUPS = {
    "agent": {"tickets": REQUESTS, "faq": dict.fromkeys(KNOWLEDGE, READ)},
    "editor": {"faq": KNOWLEDGE},
}


def grant(apps, schema_editor):
    """Make the groups. Permissions are otherwise made only after the last migration, so make those we give:
    Django finds them by code name and content type afterwards, and adds the rest."""
    Group = apps.get_model("auth", "Group")
    for name, rights in GROUPS.items():
        group = Group.objects.get_or_create(name=name)[0]
        for app, models in rights.items():
            for model, actions in models.items():
                group.permissions.add(*(_permission(apps, app, model, action) for action in actions))


def _permission(apps, app, model, action):
    ContentType = apps.get_model("contenttypes", "ContentType")
    Permission = apps.get_model("auth", "Permission")
    kind = ContentType.objects.get_or_create(app_label=app, model=model)[0]
    words = apps.get_model(app, model)._meta.verbose_name_raw
    return Permission.objects.get_or_create(
        codename=f"{action}_{model}", content_type=kind, defaults={"name": f"Can {action} {words}"[:255]}
    )[0]


def revoke(apps, schema_editor):
    """Take the groups away; their members stay, without what the groups gave them."""
    apps.get_model("auth", "Group").objects.filter(name__in=GROUPS).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("tickets", "0001_initial"),
        ("faq", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(grant, revoke)]
