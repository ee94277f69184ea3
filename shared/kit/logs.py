"""Logging: one JSON object per line on standard error, from this code and from libraries alike.

Exceptions are told by type and place, never by message: messages of libraries quote the values they failed on.
"""

import logging
import logging.config
import sys
import threading
from collections.abc import MutableMapping
from pathlib import Path
from traceback import extract_tb
from typing import Any, Final

import structlog

MAX_FRAMES: Final = 12


def configure_logging(service: str, level: str = "INFO") -> None:
    """Send every log record of this process to standard error as JSON. uvicorn's access log stays off.

    Idempotent; to be called once by a process's `__main__`, before anything logs.
    """
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _service(service),
        place_of_exception,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        library = logging.getLogger(name)
        library.handlers[:] = []
        library.propagate = name != "uvicorn.access"
    logging.getLogger("uvicorn.error").addFilter(_told_already)
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it logs addresses with their query strings
    threading.excepthook = _thread_died


def place_of_exception(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace `exc_info` by the exception's type and the last frames it passed through, innermost last."""
    info = event.pop("exc_info", None)
    error = sys.exc_info()[1] if info is True else info[1] if isinstance(info, tuple) else info
    return {**event, **told(error)} if isinstance(error, BaseException) else event


def told(error: BaseException) -> dict[str, Any]:
    """Return the type of an error and the last `MAX_FRAMES` frames it passed through, innermost last."""
    frames = extract_tb(error.__traceback__)[-MAX_FRAMES:]
    return {
        "exception": type(error).__qualname__,
        "frames": [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames],
    }


def _thread_died(died: threading.ExceptHookArgs) -> None:
    """Log an error that nobody caught; a `SystemExit` ends a thread without a word, as Python has it."""
    if isinstance(died.exc_value, Exception):
        name = None if died.thread is None else died.thread.name
        structlog.get_logger(__name__).error("thread_died", thread=name, **told(died.exc_value))


def _told_already(record: logging.LogRecord) -> bool:
    """Drop uvicorn's account of an error that `http` has logged with its request id."""
    return not record.msg.startswith("Exception in ASGI application") if isinstance(record.msg, str) else True


def _service(service: str) -> structlog.typing.Processor:
    def add(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        event["service"] = service
        return event

    return add
