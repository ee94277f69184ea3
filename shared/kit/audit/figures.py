"""What metrics tell of a log's witness."""

from shared.kit.audit.witness import Witness
from shared.kit.telemetry import Metrics


def figures_of(witness: Witness, metrics: Metrics) -> None:
    """Add how far the log is signed, whether it can be now, and how many receipts had to be left out."""
    metrics.gauge("log_signed_size", "Events under the last checkpoint", lambda: witness.check()[1]["signed"])
    metrics.gauge("log_unsigned", "1: nothing can be signed now", lambda: not witness.check()[0])
    metrics.gauge("log_receipts_left_out", "Receipts that could not be given", lambda: witness.left_out)
