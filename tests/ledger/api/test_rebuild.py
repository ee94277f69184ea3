"""The read model made anew by the running service: everybody reads and folds on, and the log stays as it is."""

import threading
from pathlib import Path
from typing import Final

from services.ledger.domain.events import AccountEvent
from services.ledger.publication import Publication
from services.ledger.renewal import Renewal, Renewed
from services.ledger.tables import ACCOUNTS, TABLES
from shared.kit.decider import Refusal
from shared.kit.electing import OnlyProcess
from shared.kit.log.model import Append, EventLog, Stored
from shared.kit.log.rows import Put, Remove, RowChange
from shared.kit.log.sqlite import open_sqlite_log
from tests.support.decisions import SEED, Decisions
from tests.support.eventually import eventually
from tests.support.following import Following
from tests.support.ledger_service import LedgerService, ledger_service

PATH: Final = "/read-model/rebuild"


def state(service: LedgerService) -> dict[str, object]:
    """Return how a rebuild stands."""
    told: dict[str, object] = service.http.get(PATH, headers=service.headers("admin")).json()
    return told


def damage(log: EventLog) -> None:
    """Change one account's row, lose another's, and invent a third."""
    changes: list[RowChange] = [
        Put(ACCOUNTS, {"seller": "s-1", "version": 77, "position": 99, "parked": 0, "next_lapse_us": 1}),
        Remove(ACCOUNTS, ("s-2",)),
        Put(ACCOUNTS, {"seller": "s-none", "version": 1, "position": 1, "parked": 0}),
    ]
    log.append(Append(rows=lambda _: changes))


def test_a_service_makes_its_rows_anew_while_it_goes_on(tmp_path: Path) -> None:
    """Given damaged rows, when an admin asks, then they are as the log has them, facts folded meanwhile included."""
    cases = Decisions()
    log = open_sqlite_log(tmp_path / "ledger.db", cases.clock, TABLES)
    with ledger_service(tmp_path, cases, log=log) as service:
        for seller in ("s-1", "s-2"):
            cases.ordinary(seller)
        right = {seller: service.standing(seller) for seller in ("s-1", "s-2")}
        rows = {seller: log.get(ACCOUNTS, seller) for seller in right}
        assert state(service) == {"state": "none", "accounts": 0, "differing": 0}
        head = log.head()
        damage(log)
        begun = service.http.post(PATH, headers=service.headers("admin"))
        assert (begun.status_code, begun.json()["state"]) == (202, "running")
        eventually(lambda: state(service) == {"state": "complete", "accounts": 2, "differing": 3})
        assert {seller: log.get(ACCOUNTS, seller) for seller in right} == rows
        assert log.get(ACCOUNTS, "s-none") is None
        assert log.head().position == head.position
        assert {seller: service.standing(seller) for seller in right} == right
        cases.ordinary("s-1")
        assert service.standing("s-1")["points"]["ordinary"] == 24
        assert service.http.post(PATH, headers=service.headers("admin")).status_code == 202
        eventually(lambda: state(service) == {"state": "complete", "accounts": 2, "differing": 0})
        assert service.standing("s-1")["points"]["ordinary"] == 24


class Held(Publication):
    """Reads no event until it is let go."""

    def __init__(self) -> None:
        super().__init__(SEED)
        self.go, self.reading = threading.Event(), threading.Event()

    def event(self, stored: Stored) -> AccountEvent:
        """Return the event, in the end."""
        self.reading.set()
        assert self.go.wait(30)
        return super().event(stored)


def test_one_is_made_at_a_time_and_ends_with_the_service(tmp_path: Path) -> None:
    cases, held = Decisions(), Held()
    log = open_sqlite_log(tmp_path / "ledger.db", cases.clock, TABLES)
    ledger = Following(cases, cases.clock, log)
    cases.ordinary("s-1")
    ledger.catch_up()
    renewal = Renewal(log, held, SEED, ledger.ledger, OnlyProcess())
    assert renewal.begin() == Renewed("running")
    assert held.reading.wait(30)
    refused = renewal.begin()
    assert isinstance(refused, Refusal)
    assert refused.code == "rebuild_under_way"
    closing = threading.Thread(target=renewal.close)
    closing.start()
    held.go.set()
    closing.join(30)
    assert renewal.now.state in ("stopped", "complete")  # it has one group alone, and may have done with it before
    log.close()


def test_a_log_that_takes_no_writes_ends_it(tmp_path: Path) -> None:
    cases = Decisions()
    log = open_sqlite_log(tmp_path / "ledger.db", cases.clock, TABLES)
    renewal = Renewal(log, Publication(SEED), SEED, Following(cases, cases.clock, log).ledger, OnlyProcess())
    log.close()
    renewal.begin()
    eventually(lambda: renewal.now.state == "failed")
    renewal.close()


class Unreadable(Publication):
    """Cannot read an event, as after damage to the log itself."""

    def event(self, stored: Stored) -> AccountEvent:
        """Fail."""
        raise ValueError(stored.position)


def test_an_error_that_nobody_foresaw_ends_it_too(tmp_path: Path) -> None:
    """The rows are as they were, and one may be begun again."""
    cases = Decisions()
    log = open_sqlite_log(tmp_path / "ledger.db", cases.clock, TABLES)
    ledger = Following(cases, cases.clock, log)
    cases.ordinary("s-1")
    ledger.catch_up()
    damage(log)
    rows = log.select(ACCOUNTS, limit=9)
    renewal = Renewal(log, Unreadable(SEED), SEED, ledger.ledger, OnlyProcess())
    for _ in range(2):
        assert renewal.begin() == Renewed("running")
        eventually(lambda: renewal.now.state == "failed")
    renewal.close()
    assert log.select(ACCOUNTS, limit=9) == rows
    log.close()
