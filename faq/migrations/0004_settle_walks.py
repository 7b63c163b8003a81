"""What 0003 cannot do beside changes of the tables: PostgreSQL refuses both in one transaction."""

from django.db import migrations
from django.db.models import F


def settle(apps, schema_editor):
    """Walks that were there have not moved since they began, or since they ended."""
    walks = apps.get_model("faq", "Walk").objects
    walks.filter(finished=None).update(last_step=F("started"))
    walks.exclude(finished=None).update(last_step=F("finished"))


def drop_drafts(apps, schema_editor):
    """Drafts may hold answers that lead nowhere, which the constraint before 0003 refuses."""
    apps.get_model("faq", "Version").objects.filter(status="draft").delete()


class Migration(migrations.Migration):
    dependencies = [("faq", "0003_walking")]

    operations = [migrations.RunPython(settle, drop_drafts)]
