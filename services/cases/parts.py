"""What runs behind the routes: opened in order, told of in health and metrics, closed in the opposite order."""

import threading
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import structlog
from anyio import to_thread
from fastapi import FastAPI

from services.cases.application import Cases
from services.cases.clock import Ticker
from services.cases.evidence import EvidenceStore, StoreUnavailable
from services.cases.ledgerclient import LedgerClient
from services.cases.recallworker import RecallWorker
from services.cases.sweeping import sweep
from services.cases.vault import VaultUnavailable
from shared.kit.log.model import LogUnavailable
from shared.kit.telemetry import Metrics

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Parts:
    """The service behind its routes."""

    cases: Cases
    evidence: EvidenceStore
    ticker: Ticker
    interval_s: float
    ledger: LedgerClient
    recalls: RecallWorker
    recall_interval_s: float
    _ticking: threading.Event = field(default_factory=threading.Event)
    _recalling: threading.Event = field(default_factory=threading.Event)

    @asynccontextmanager
    async def lifespan(self, _: FastAPI) -> AsyncIterator[None]:
        """Sweep and tick in one thread, apply recalls in another; at the end join them, then close vault and log."""
        stop = threading.Event()
        jobs = {"clock": self._run, "recalls": self._apply_recalls}
        threads = [threading.Thread(target=job, args=(stop,), name=name) for name, job in jobs.items()]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            stop.set()
            for thread in threads:
                await to_thread.run_sync(thread.join)
            self.close()

    def close(self) -> None:
        """Close vault, log and what asks the ledger. Idempotent."""
        self.ledger.close()
        self.cases.vault.close()
        self.cases.log.close()

    def _run(self, stop: threading.Event) -> None:
        self._ticking.set()
        try:
            self._sweep()
            self.ticker.run(stop, self.interval_s)
        finally:
            self._ticking.clear()

    def _apply_recalls(self, stop: threading.Event) -> None:
        self._recalling.set()
        try:
            self.recalls.run(stop, self.recall_interval_s)
        finally:
            self._recalling.clear()

    def _sweep(self) -> None:
        """Sweep, or leave it to the next start where a store is away: nothing depends on it."""
        try:
            sweep(self.cases.log, self.cases.vault, self.evidence, self.cases.clock())
        except (LogUnavailable, VaultUnavailable, StoreUnavailable) as error:
            _log.warning("sweep_put_off", reason=type(error).__name__)

    def log_check(self) -> tuple[bool, Mapping[str, Any]]:
        """Return whether the log can be read, and its head."""
        return True, {"head": self.cases.log.head().position}

    def vault_check(self) -> tuple[bool, Mapping[str, Any]]:
        """Return whether the vault can be read."""
        return self.cases.vault.healthy(), {}

    def clock_check(self) -> tuple[bool, Mapping[str, Any]]:
        """Return whether somebody looks for passed deadlines."""
        return self._ticking.is_set(), {}

    def recall_check(self) -> tuple[bool, Mapping[str, Any]]:
        """Return whether somebody applies confirmed recalls."""
        return self._recalling.is_set(), {}

    def metrics(self) -> Metrics:
        """Return metrics with the service's own figures."""
        metrics = Metrics()
        metrics.gauge("cases_log_position", "Head of the cases log", lambda: self.cases.log.head().position)
        metrics.gauge("cases_clock_running", "1: breaches are being recorded", self._ticking.is_set)
        return metrics
