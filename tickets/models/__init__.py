"""Who asked, and what we did; may use diagnosis and faq."""

from tickets.models.limits import Attempt
from tickets.models.mail import Delivery, Inbound, WorkerBeat
from tickets.models.people import Client, Contact, Domain
from tickets.models.thread import Attachment, Event, Evidence, Message, TicketArticle
from tickets.models.ticket import AccessLink, Draft, Ticket

__all__ = [
    "AccessLink",
    "Attachment",
    "Attempt",
    "Client",
    "Contact",
    "Delivery",
    "Domain",
    "Draft",
    "Event",
    "Evidence",
    "Inbound",
    "Message",
    "Ticket",
    "TicketArticle",
    "WorkerBeat",
]
