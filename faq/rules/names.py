"""The names that the whole house leans on (fixed early): who must act, and what is wrong."""

from enum import StrEnum


class Actor(StrEnum):
    """Who must act so that the trouble ends."""

    CLIENT = "client"
    AGENCY = "agency"
    CORRESPONDENT = "correspondent"
    HOST = "host"
    REGISTRAR = "registrar"
    SENDING_SERVICE = "sending-service"
    NOBODY = "nobody"

    @property
    def is_other(self) -> bool:
        """Another company or person must act: shown amber, with a text to forward."""
        return self in (Actor.CORRESPONDENT, Actor.HOST, Actor.REGISTRAR, Actor.SENDING_SERVICE)


class Symptom(StrEnum):
    """What a client sees: the home buttons, the ticket's symptom, checklists 1 to 7."""

    NOTHING_ARRIVES = "nothing-arrives"
    SOME_MISSING = "some-missing"
    BOUNCED = "bounced"
    SOME_PROVIDERS = "some-providers"
    CANNOT_SEND = "cannot-send"
    CANNOT_LOG_IN = "cannot-log-in"
    SUSPICIOUS = "suspicious"
    OTHER = "other"
