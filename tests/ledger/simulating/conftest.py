"""A cases log with findings, and a ledger that follows it."""

import pytest

from tests.support.following import Following
from tests.support.simulated import FoundDecisions


@pytest.fixture
def cases() -> FoundDecisions:
    """An empty cases log."""
    return FoundDecisions()


@pytest.fixture
def ledger(cases: FoundDecisions) -> Following:
    """A ledger that has folded nothing yet."""
    return Following(cases, cases.clock)
