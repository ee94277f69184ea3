"""One ledger service per test, following a cases log of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.decisions import Decisions
from tests.support.ledger_service import LedgerService, ledger_service


@pytest.fixture
def service(tmp_path: Path) -> Iterator[LedgerService]:
    """A ledger in a fresh folder."""
    with ledger_service(tmp_path, Decisions()) as running:
        yield running
