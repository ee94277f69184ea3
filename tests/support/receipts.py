"""Answers to writes in tests: what of them never changes, and that each event's receipt shows where it is."""

from collections.abc import Mapping
from typing import Any, Final

from shared.kit.audit.receipt import FIRST_LINE, parse

PROOF: Final = "receipt"


def bare(told: Mapping[str, Any]) -> dict[str, Any]:
    """Return an answer, or one event of it, without the receipts: a repetition may prove the same to a later root.

    Accepts only answers in which every event has a receipt that is of its position.
    """
    if "events" in told:
        return {**told, "events": [bare(event) for event in told["events"]]}
    assert told[PROOF].startswith(FIRST_LINE), told
    assert parse(told[PROOF].encode()).index == told["position"] - 1
    return {name: value for name, value in told.items() if name != PROOF}
