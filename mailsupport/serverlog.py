"""gunicorn's own few lines, in the form of ours. Apart from logs.py: a worker has no use for gunicorn."""

import logging
import re

from gunicorn.config import Config
from gunicorn.glogging import Logger

from mailsupport.logs import Line, Number, TokenMask


class ServerMask(logging.Filter):
    """Takes out of gunicorn's lines what it quotes of a request: network address, query, broken headers."""

    quoted = re.compile(r"(Invalid request) from ip=.*|\?\S*", re.DOTALL)

    def filter(self, record: logging.LogRecord) -> bool:
        """Never drops a line."""
        record.msg, record.args = self.quoted.sub(r"\1", record.getMessage()), None
        return True


class ServerLog(Logger):  # type: ignore[misc] # gunicorn has no types
    """gunicorn's own few lines (a worker that hung, a request that is none), in our form."""

    def setup(self, cfg: Config) -> None:
        """gunicorn's handlers, with our format and masks. LOG_FORMAT is for the application's lines only:
        this runs before the settings are there."""
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(Line())
            for each in (Number(), ServerMask(), TokenMask()):
                handler.addFilter(each)
