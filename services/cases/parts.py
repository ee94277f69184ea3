"""What runs behind the routes: opened in order, told of in health and metrics, closed in the opposite order."""

import threading
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from anyio import to_thread
from fastapi import FastAPI

from services.cases.application import Cases
from services.cases.chores import Chores
from services.cases.erasures import Erasures
from services.cases.ledgerclient import LedgerClient
from services.cases.recounting import Recounter
from shared.kit.audit.figures import figures_of
from shared.kit.audit.witness import Witness
from shared.kit.electing import Seat
from shared.kit.log.model import LogUnavailable
from shared.kit.running import running
from shared.kit.telemetry import Metrics


@dataclass(frozen=True)
class Parts:
    """The service behind its routes."""

    cases: Cases
    erasures: Erasures
    recounter: Recounter
    chores: Chores
    interval_s: float
    seat: Seat
    ledger: LedgerClient
    witness: Witness
    _ticking: threading.Event = field(default_factory=threading.Event)

    @asynccontextmanager
    async def lifespan(self, _: FastAPI) -> AsyncIterator[None]:
        """Do the chores and sign in threads of their own; at the end let them finish, then close vault and log."""
        try:
            await to_thread.run_sync(self.witness.look)
            async with running(clock=self._run, witness=self.witness.keep_up):
                yield
        finally:
            self.close()

    def close(self) -> None:
        """Close vault, log and what asks the ledger. Idempotent."""
        self.ledger.close()
        self.cases.vault.close()
        self.cases.log.close()

    def _run(self, stop: threading.Event) -> None:
        """Do a round of chores at once and then at the interval, while this process has the seat."""
        self._ticking.set()
        try:
            while not stop.is_set():
                if self._elected():
                    self.chores.round(stop)
                stop.wait(self.interval_s)
        finally:
            self._ticking.clear()
            self.seat.release()

    def _elected(self) -> bool:
        try:
            return self.seat.acquire()
        except LogUnavailable:
            return False

    def log_check(self) -> tuple[bool, Mapping[str, Any]]:
        """Return whether the log can be read, and its head."""
        return True, {"head": self.cases.log.head().position}

    def vault_check(self) -> tuple[bool, Mapping[str, Any]]:
        """Return whether the vault can be read."""
        return self.cases.vault.healthy(), {}

    def clock_check(self) -> tuple[bool, Mapping[str, Any]]:
        """Return whether somebody looks for passed deadlines, and whether all rest on the calendars as published.

        The second is known to the process that counts them alone.
        """
        counts = self.seat.held()
        return self._ticking.is_set(), {"calendars_counted": self.recounter.done} if counts else {
            "state": "standing_by"
        }

    def metrics(self) -> Metrics:
        """Return metrics with the service's own figures."""
        metrics = Metrics()
        metrics.gauge("cases_log_position", "Head of the cases log", lambda: self.cases.log.head().position)
        figures_of(self.witness, metrics)
        metrics.gauge("cases_clock_running", "1: breaches are being recorded", self._ticking.is_set)
        metrics.gauge(
            "cases_erasures_under_way", "Erasures recorded and not finished", lambda: len(self.erasures.under_way())
        )
        return metrics
