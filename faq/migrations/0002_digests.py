from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("faq", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="category",
            name="file_digest",
            field=models.CharField(default="", editable=False, max_length=64),
        ),
        migrations.AddField(
            model_name="cause",
            name="file_digest",
            field=models.CharField(default="", editable=False, max_length=64),
        ),
    ]
