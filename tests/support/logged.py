"""What a module logs, for tests that read it."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any
from unittest.mock import patch

import structlog
from structlog.testing import capture_logs


@contextmanager
def logged_by(module: ModuleType) -> Iterator[list[Any]]:
    """Collect what a module logs. Its own logger may have been used before, and keeps then to how it was set up."""
    with patch.object(module, "_log", structlog.get_logger(module.__name__)), capture_logs() as lines:
        yield lines
