"""Logs: one JSON line for each event, with the reference that people quote, without secrets."""

from __future__ import annotations

import logging
import re
import sys
from typing import Any

import structlog
from flask import Flask
from structlog.typing import EventDict, WrappedLogger

from app.settings import Settings

#: Names whose values never reach a log, whoever logs them.
SECRET_NAMES = frozenset(
    {
        "access_token",
        "authorization",
        "client_secret",
        "code",
        "code_verifier",
        "cookie",
        "device_code",
        "id_token",
        "password",
        "refresh_token",
        "secret",
        "state",
        "token",
        "user_code",
    }
)
HIDDEN = "[hidden]"
#: Values of ours that open something, wherever they stand: in a path, an error, a message.
OPENERS = re.compile(r"swx_([a-z]+)_[A-Za-z0-9_-]+")

_SHARED = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.ExtraAdder(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
)


def hide_secrets(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Replace the values of fields that are named like secrets."""
    for name in SECRET_NAMES.intersection(event):
        event[name] = HIDDEN
    return event


def mask(text: str) -> str:
    """Return the text without the values that open something; their prefix stays."""
    return OPENERS.sub(r"swx_\1_…", text)


def _mask_line(_logger: WrappedLogger, _method: str, line: Any) -> str:
    return mask(str(line))


def init_logs(app: Flask, settings: Settings) -> None:
    """Send every log line of the process to standard error, as JSON."""
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=list(_SHARED),
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            hide_secrets,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
            _mask_line,
        ],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [kept for kept in root.handlers if not hasattr(kept, "sealwax")]
    handler.sealwax = True  # type: ignore[attr-defined]  # known again by the next application
    root.addHandler(handler)
    root.setLevel(settings.log_level)
    # At DEBUG Authlib writes whole token responses into the log.
    logging.getLogger("authlib").setLevel(logging.INFO)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    app.logger.handlers.clear()
    structlog.configure(
        processors=[*_SHARED, hide_secrets, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
