"""The ledger's own figures among its metrics: how far it has come, and what waits for a person."""

import math

from services.ledger.running import Parts
from services.ledger.tables import ACCOUNTS
from shared.kit.audit.figures import figures_of
from shared.kit.log.model import EventLog, LogUnavailable
from shared.kit.log.rows import MAX_SELECT, Where
from shared.kit.telemetry import Metrics


def metrics_of(parts: Parts) -> Metrics:
    """Return metrics that read their figures when they are asked for."""
    metrics, follower, progress = Metrics(), parts.follower, parts.progress
    metrics.gauge("ledger_cases_position", "Cases position folded through", lambda: progress.now.position)
    metrics.gauge("ledger_log_position", "Head of the ledger's log", lambda: progress.now.ledger_position)
    metrics.gauge("ledger_lag_events", "Events of the cases log that are not folded yet", parts.lag)
    metrics.gauge("ledger_follower_alarmed", "1: following has stopped", lambda: follower.status.state == "alarmed")
    metrics.gauge("ledger_accounts_quarantined", "Accounts that wait for release", lambda: quarantined(parts.log))
    metrics.gauge("ledger_events_passed_over", "Events that move no points", lambda: follower.status.passed_over)
    checked = parts.watching.check
    metrics.gauge("ledger_cases_checked", "Cases events under an accepted checkpoint", lambda: checked()[1]["checked"])
    metrics.gauge("ledger_cases_unchecked", "1: for too long no checkpoint", lambda: not checked()[0])
    figures_of(parts.witness, metrics)
    return metrics


def quarantined(log: EventLog) -> float:
    """Return how many accounts are in quarantine, `MAX_SELECT` at most; no number where the log cannot say."""
    try:
        return len(log.select(ACCOUNTS, Where("quarantined", "not null"), limit=MAX_SELECT))
    except LogUnavailable:
        return math.nan
