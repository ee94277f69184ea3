"""An answer that takes long keeps nobody else waiting."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import pytest

from services.ledger.tables import TABLES
from shared.kit.log.model import Stored
from shared.kit.log.sqlite import open_sqlite_log
from tests.support.decisions import Decisions
from tests.support.ledger_service import LedgerService, ledger_service

PATIENCE_S = 5.0


class Brake:
    """Holds back whoever reads an account's events, from `held` until `let_go`."""

    def __init__(self) -> None:
        self.held, self.met, self.let_go = Event(), Event(), Event()

    def pass_by(self) -> None:
        """Return at once, or wait."""
        if self.held.is_set():
            self.met.set()
            assert self.let_go.wait(PATIENCE_S)


@contextmanager
def braked(folder: Path, brake: Brake) -> Iterator[LedgerService]:
    """Serve a ledger that has folded one violation of s-1, and has to read it where s-1 is asked about."""
    cases = Decisions()
    log = open_sqlite_log(folder / "ledger.db", cases.clock, TABLES)
    read = log.stream

    def slowly(*names: str) -> list[Stored]:
        brake.pass_by()
        return read(*names)

    log.stream = slowly  # type: ignore[method-assign]  # a real log, on a disk that takes its time
    cases.ordinary("s-1")
    with ledger_service(folder, cases, log=log) as service:
        service.standing("s-2")
        brake.held.set()
        try:
            yield service
        finally:
            brake.let_go.set()


@pytest.mark.parametrize("question", ["standing", "standing?min_position=1", "entries", "timeline", "forecast"])
def test_who_waits_for_a_long_history_waits_alone(tmp_path: Path, question: str) -> None:
    """Reading it is no matter of the loop that answers everybody."""
    brake = Brake()
    with braked(tmp_path, brake) as service, ThreadPoolExecutor(1) as pool:
        headers = service.headers()
        slow = pool.submit(service.http.get, f"/sellers/s-1/{question}", headers=headers, timeout=2 * PATIENCE_S)
        assert brake.met.wait(PATIENCE_S)
        assert service.http.get("/health/live", timeout=PATIENCE_S / 2).status_code == 200
        assert not slow.done()
        brake.let_go.set()
        assert slow.result(PATIENCE_S).status_code == 200
