"""One service per test, in a folder of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.cases_service import CasesService, cases_service


@pytest.fixture
def cases(tmp_path: Path) -> Iterator[CasesService]:
    """A running service on the embedded store."""
    with cases_service(tmp_path) as service:
        yield service
