"""The conformance suite runs once for each store: what is promised in `shared/kit/log/model.py` holds for all."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.kit.log.model import EventLog
from tests.support.logs import STORES, LogStore, StandingClock, store_at


@pytest.fixture
def clock() -> StandingClock:
    """Noon of some day, until the test moves it."""
    return StandingClock()


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[LogStore]:
    """One place of each kind."""
    place = store_at(request.param, tmp_path)
    yield place
    place.close()


@pytest.fixture
def log(store: LogStore, clock: StandingClock) -> EventLog:
    """An empty log with the tables of the tests."""
    return store.open(clock)
