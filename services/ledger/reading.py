"""Reading one page of the cases log strictly: no hole, no other log, no time that goes back, no unknown that counts."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

import msgspec

from services.ledger.application import Reached
from services.ledger.casefacts import CaseFact, FollowerAlarm
from shared.kit.cloudevent import Envelope, decode
from shared.kit.log import merkle
from shared.kit.log.merkle import Frontier


class FactCodec(Protocol):
    """What the follower needs of the publication."""

    def fact(self, envelope: Envelope, state: bytes) -> CaseFact | None:
        """Return what an event is to an account; see `Publication.fact`."""
        ...


class Reading:
    """Reads the events of one page behind a position, up to the first that raises an alarm.

    `facts` are those that move points, in order; `passed_over` counts the others.
    """

    def __init__(
        self,
        codec: FactCodec,
        source: str | None,
        position: int,
        recorded_at: datetime | None,
        frontier: Frontier | None,
    ) -> None:
        self._codec, self._source, self._frontier = codec, source, frontier
        self._leaves: list[bytes] = []
        self._began = self._position = position
        self._recorded_at = recorded_at
        self.facts: list[CaseFact] = []
        self.passed_over = 0

    @property
    def reached(self) -> Reached | None:
        """Where reading ended, None if nothing was new."""
        if self._position == self._began or self._recorded_at is None or self._source is None:
            return None
        before, leaves = self._frontier, self._leaves
        frontier = None if before is None else merkle.grown(before, self._began, leaves).frontier
        return Reached(self._position, self._recorded_at, self._source, frontier)

    def read(self, events: Sequence[bytes]) -> FollowerAlarm | None:
        """Take in what is new; return the alarm at which reading ended, if one was raised."""
        try:
            for state in events:
                self._take(state)
        except FollowerAlarm as alarm:
            return alarm
        return None

    def _take(self, state: bytes) -> None:
        expected = self._position + 1
        try:
            envelope = decode(state)
            position = envelope.position
        except (msgspec.DecodeError, ValueError):
            raise FollowerAlarm("not_an_event", expected, "the bytes are no event") from None
        if position <= self._position:
            return
        if position != expected:
            raise FollowerAlarm("hole", expected, f"the next event is {position}")
        if self._source not in (None, envelope.source):
            raise FollowerAlarm("other_log", position, f"the log is {envelope.source!a}, it was {self._source!a}")
        if self._recorded_at is not None and envelope.recordedtime <= self._recorded_at:
            raise FollowerAlarm("time_went_back", position, "the recorded time is not after the one before")
        fact = self._codec.fact(envelope, state)
        if fact is None:
            self.passed_over += 1
        else:
            self.facts.append(fact)
        self._leaves.append(merkle.leaf_hash(state))
        self._position, self._recorded_at, self._source = position, envelope.recordedtime, envelope.source
