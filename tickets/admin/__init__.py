"""The staff screens of requests."""

from tickets.admin import mail, people, ticket

__all__ = ["mail", "people", "ticket"]
