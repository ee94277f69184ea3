"""A decision as the cases service appends it: encoded, with its work-queue row and its idempotency key."""

from typing import Final

from benchmarks.decisions import Sample
from services.cases.tables import CASES, FOREVER_US
from shared.kit.log.model import Append, Appended, EventLog, Idempotency
from shared.kit.log.rows import Put, Row, RowChange

NOW_US: Final = 1_760_000_000_000_000


def queue_row(sample: Sample) -> Row:
    """Return the work queue's row of a decided case."""
    instants = ("filed_us", "first_handling_due_us", "first_handled_us", "evidence_due_us", "resolution_due_us")
    return {
        "case_id": sample.case,
        "version": 9,
        "state": "upheld",
        "notified": 1,
        "review_from_us": 0,
        "respondent": sample.seller,
        "complainant": "b-1",
        "officer": "o-1",
        "ended_us": NOW_US,
        "provisional": 0,
        "next_due_us": FOREVER_US,
        "decision": sample.case,
        "decision_type": "ordinary",
        **dict.fromkeys(instants, NOW_US),
    }


def listed(sample: Sample) -> list[RowChange]:
    """Return the change that writes the work queue's row."""
    return [Put(CASES, queue_row(sample))]


def scope(sample: Sample) -> str:
    """Return the scope of the request's key."""
    return f"demerit-local o-1 POST /cases/{sample.case}/decision {sample.case}"


def appending(sample: Sample) -> Append:
    """Return a decision, ready to be appended."""
    kept = Idempotency(scope(sample), b"\0" * 32, lambda stamps: b'{"position":%d,"status":201}' % stamps[0].position)
    return Append(events=[sample.draft()], rows=lambda _: listed(sample), idempotency=kept)


def append(log: EventLog, sample: Sample) -> None:
    """Append it and wait until it is on disk."""
    outcome = log.append(appending(sample))
    assert isinstance(outcome, Appended)
