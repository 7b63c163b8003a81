"""Is the process alive, and is the site ready? For monitors: no texts of ours, no secrets."""

from collections.abc import Callable
from datetime import timedelta

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from faq.search import index
from tickets.models import WorkerBeat

OLDEST_BEAT = timedelta(minutes=2)


@require_safe
@never_cache
def healthz(_request: HttpRequest) -> HttpResponse:
    """The process answers; asks nothing else, so that a slow database restarts no process."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
@never_cache
def readyz(_request: HttpRequest) -> JsonResponse:
    """`{"database": "ok", ...}`; 503 where one is bad."""
    found = {name: _asked(check) for name, check in CHECKS.items()}
    is_ready = all(found.values())
    body = {name: "ok" if good else "bad" for name, good in found.items()}
    return JsonResponse(body, status=200 if is_ready else 503)


def _asked(check: Callable[[], bool]) -> bool:
    try:
        return check()
    except DatabaseError:
        return False


def _database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return True


def _migrations() -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def _index() -> bool:
    return index.state().current


def _worker() -> bool:
    return WorkerBeat.objects.filter(at__gte=timezone.now() - OLDEST_BEAT).exists()


CHECKS = {"database": _database, "migrations": _migrations, "index": _index, "worker": _worker}
