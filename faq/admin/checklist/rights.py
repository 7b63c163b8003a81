"""Who may write checklists: one answer for every page of this room."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest


def may_write(request: HttpRequest) -> bool:
    """Editors write drafts and publish them; everybody else of the staff reads."""
    return request.user.has_perm("faq.change_version")


def require_writer(request: HttpRequest) -> None:
    """Raises PermissionDenied for everybody else."""
    if not may_write(request):
        raise PermissionDenied
