"""One service per test, in a folder of its own; and what the process prints."""

import io
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from shared.kit.logs import configure_logging
from tests.support.cases_service import CasesService, cases_service


@pytest.fixture
def cases(tmp_path: Path) -> Iterator[CasesService]:
    """A running service on the embedded store."""
    with cases_service(tmp_path) as service:
        yield service


@pytest.fixture
def printed() -> Iterator[io.StringIO]:
    """What the process prints, as it is configured to run."""
    root = logging.getLogger()
    handlers, level, config = root.handlers[:], root.level, structlog.get_config()
    configure_logging("cases", "DEBUG")
    stream = io.StringIO()
    for handler in root.handlers:
        assert isinstance(handler, logging.StreamHandler)
        handler.setStream(stream)
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.configure(**config)
    structlog.reset_defaults()
