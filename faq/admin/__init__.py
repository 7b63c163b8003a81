"""The staff screens of the knowledge base."""

from faq.admin import article, checklist, desk, usage

__all__ = ["article", "checklist", "desk", "usage"]
