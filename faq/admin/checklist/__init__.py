"""Checklists in the admin: read here, written as drafts, tried out, compared and published."""

from faq.admin.checklist import lists, parts, versions

__all__ = ["lists", "parts", "versions"]
