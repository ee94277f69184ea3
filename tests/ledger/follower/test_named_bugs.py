"""Bugs of other penalty systems that only show between writers or at the border, each kept away by name."""

import threading
from pathlib import Path

import msgspec

from services.ledger.domain.events import OrdinaryViolationRecorded, SevereViolationRecorded
from services.ledger.tables import TABLES
from shared.contracts.decisions import SEVERE_UPHELD
from shared.kit.log.sqlite import open_sqlite_log
from tests.support.decisions import Decisions
from tests.support.following import Following


def test_racing_writers_cross_each_node_once_and_none_is_missed(tmp_path: Path) -> None:
    """Coop: of two concurrent penalties both crossed one threshold, and the next one was never crossed.

    Three followers over one log fold twelve times 8 points: nodes 12 to 96 are ordered once each.
    """
    cases = Decisions()
    log = open_sqlite_log(tmp_path / "ledger.db", cases.clock, TABLES)
    followers = [Following(cases, cases.clock, log) for _ in range(3)]
    start = threading.Barrier(4)

    def follow(ledger: Following) -> None:
        start.wait()
        while ledger.progress.now.position < 12:
            ledger.step(limit=2)

    threads = [threading.Thread(target=follow, args=(ledger,)) for ledger in followers]
    for thread in threads:
        thread.start()
    start.wait()
    for _ in range(12):
        cases.ordinary("s-1", points=8)
    for thread in threads:
        thread.join(60)
    told = [event for event in followers[0].events("s-1") if isinstance(event, OrdinaryViolationRecorded)]
    nodes = [change.node for event in told for change in event.sanctions]
    assert [event.after["ordinary"] for event in told] == [8 * number for number in range(1, 13)]
    assert nodes == [12, 24, 36, 48, 60, 72, 84, 96]
    log.close()


def test_a_severe_decision_fills_the_severe_total_whatever_its_data_are_labelled(
    cases: Decisions, ledger: Following
) -> None:
    """A public client filled the ordinary total from the severe label: here the type of the event alone decides."""
    data = msgspec.to_builtins(cases.upheld(12, "general", ()))
    cases.add(SEVERE_UPHELD, "s-1", {**data, "track": "ordinary", "grade": "ordinary"})
    ledger.step()
    (told,) = ledger.events("s-1")
    assert isinstance(told, SevereViolationRecorded)
    assert ledger.ask("s-1")["points"] == {"ordinary": 0, "severe": 12}
