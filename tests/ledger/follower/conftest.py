"""A cases log and a ledger that follows it, per test."""

import pytest

from tests.support.decisions import Decisions
from tests.support.following import Following


@pytest.fixture
def cases() -> Decisions:
    """An empty cases log."""
    return Decisions()


@pytest.fixture
def ledger(cases: Decisions) -> Following:
    """A ledger that follows it."""
    return Following(cases, cases.clock)
