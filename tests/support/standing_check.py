"""Compares what the ledger answers over HTTP with the plain oracle fed from the cases feed."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.ledger.domain.facts import Entry
from shared.contracts.decisions import ORDINARY_UPHELD, SEVERE_UPHELD
from shared.rulebook.model import Timeline
from tests.support.ledger_oracle import Oracle

TRACKS = {ORDINARY_UPHELD: "ordinary", SEVERE_UPHELD: "severe"}


@dataclass(frozen=True)
class Clocks:
    """One question: when it counts, and what was known (None: everything)."""

    as_of: datetime
    known_at: datetime | None = None

    def params(self) -> dict[str, str]:
        """Return the query of the question."""
        asked = {"as_of": self.as_of.isoformat()}
        return asked if self.known_at is None else {**asked, "known_at": self.known_at.isoformat()}


def entries_by_seller(events: Iterable[Mapping[str, Any]]) -> dict[str, list[Entry]]:
    """Return the entries that the decisions among these CloudEvents make, per seller, in order of position."""
    found: dict[str, list[Entry]] = defaultdict(list)
    for event in events:
        if event["type"] in TRACKS:
            found[event["subject"]].append(
                Entry(
                    id=event["id"],
                    position=int(event["sequence"]),
                    track=TRACKS[event["type"]],
                    grade=event["data"]["grade"],
                    points=event["data"]["points"],
                    effective_at=datetime.fromisoformat(event["time"]),
                    recorded_at=datetime.fromisoformat(event["recordedtime"]),
                )
            )
    return dict(found)


def instant(text: str | None) -> datetime | None:
    """Return an instant of an answer."""
    return None if text is None else datetime.fromisoformat(text)


def answered(standing: Mapping[str, Any]) -> dict[str, Any]:
    """Return of an answer what the oracle knows of."""
    rows = [
        (row["entry"], row["node"], instant(row["start"]), instant(row["end"]), row["state"], instant(row["lifted_at"]))
        for row in standing["sanctions"]
    ]
    return {
        "standing": standing["standing"],
        "points": {track: points for track, points in standing["points"].items() if points},
        "restrictions": set(standing["restrictions"]),
        "restricted_until": instant(standing["restricted_until"]),
        "sanctions": sorted(rows, key=repr),
    }


def expected(entries: Sequence[Entry], timeline: Timeline, clocks: Clocks) -> dict[str, Any]:
    """Return what the oracle says of the entries known at these clocks."""
    known = [entry for entry in entries if clocks.known_at is None or entry.recorded_at <= clocks.known_at]
    oracle = Oracle(known, timeline)
    return {
        "standing": oracle.standing(clocks.as_of),
        "points": oracle.points(clocks.as_of),
        "restrictions": oracle.restrictions(clocks.as_of),
        "restricted_until": oracle.restricted_until(clocks.as_of),
        "sanctions": sorted(oracle.told(clocks.as_of), key=repr),
    }
