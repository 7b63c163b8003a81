"""The staff screens of the knowledge base."""

from faq.admin import article, checklist, desk, host, usage

__all__ = ["article", "checklist", "desk", "host", "usage"]
