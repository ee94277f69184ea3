"""A head to which no log comes: the store says so, whoever asks, and writes nothing behind it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.kit.log.model import Append, LogUnavailable
from tests.support.damage import Victim
from tests.support.logs import TALLIES, draft


@pytest.fixture(params=["sqlite", "postgres"])
def victim(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Victim]:
    """A log of one event."""
    victim = Victim(request.param, (TALLIES,), tmp_path)
    with victim.log() as log:
        log.append(Append([draft("one")]))
    yield victim
    victim.drop()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE log_head SET promised_us = 9223372036854775807",
        "UPDATE log_head SET promised_us = 253402300799999999",
        "UPDATE log_head SET recorded_us = 9223372036854775807",
        "UPDATE log_head SET recorded_us = -1",
        "UPDATE log_head SET position = position + 6",
        "DELETE FROM log_head",
    ],
)
def test_a_head_that_cannot_be_is_told_and_not_written_behind(victim: Victim, change: str) -> None:
    """By a log that is open, and by one that is to be opened; nothing is raised that is not said in the contract."""
    with victim.log() as log:
        with victim.changed() as execute:
            execute(change)
        for ask in (lambda: log.append(Append([draft("two")])), lambda: log.read(0, 10), log.head):
            with pytest.raises(LogUnavailable):
                ask()
    if change != "DELETE FROM log_head" or victim.kind == "postgres":
        with pytest.raises(LogUnavailable), victim.log():
            pass
    with victim.raw() as raw:
        assert len([*raw.every_event()]) == 1
