"""The one codec of the ledger: bytes of the cases log → facts, domain events ⇄ the bytes of our own log.

Reading is strict about meaning: what moves points and cannot be understood stops the follower; a known fact whose
data breaks its contract is a matter of its account alone. No pydantic here: this runs once per event folded.
"""

import os
from datetime import datetime
from typing import Final

import msgspec

from services.ledger.accounts import stream_of
from services.ledger.casefacts import Asked, CaseFact, FollowerAlarm, Unpublishable, Unreadable
from services.ledger.decisions import READERS, ContractBroken, Limits
from services.ledger.domain.commands import FactCommand, RecordEntry, RegradeEntry
from services.ledger.domain.events import (
    AccountEvent,
    AccountQuarantined,
    AccountReleased,
    OrdinaryViolationRecorded,
    SanctionsMoved,
    SevereViolationRecorded,
    StandingLapsed,
    fact_of,
)
from services.ledger.entries import EFFECTS, written
from services.ledger.entries_read import read
from shared.contracts.entries import DIGEST, DIGEST_STREAM, DIGEST_SUBJECT, StandingsDigestRecorded
from shared.kit.cloudevent import MAX_EVENT_BYTES, Draft, Envelope, canonical, decode
from shared.kit.ids import uuid7
from shared.kit.log.model import Stored
from shared.rulebook.model import Timeline

MAX_DATA_BYTES: Final = MAX_EVENT_BYTES - 4096  # leaves room for the longest envelope
MAX_NAME: Final = 128  # characters of an id or an account in an envelope
MAX_REASON: Final = 300


class DamagedEvent(msgspec.ValidationError):
    """An event of our own log is not as it was written; the message names its position."""


class Publication:
    """Reads and writes with one rulebook timeline and one set of limits."""

    def __init__(self, timeline: Timeline, limits: Limits | None = None) -> None:
        self._timeline = timeline
        self._limits = limits or Limits()
        self._digests = {version.id: version.ref.digest for version in timeline.versions}

    def fact(self, envelope: Envelope, state: bytes) -> CaseFact | None:
        """Return what an event of the cases log is to an account, or None: it moves no points, whatever it is.

        Raises:
            FollowerAlarm: the event moves points and its type, its account or its rulebook is not known here.
        """
        reader = READERS.get(envelope.type)
        if reader is None:
            if envelope.standingeffect == "points":
                raise FollowerAlarm("unknown_type", envelope.position, f"{envelope.type!a} moves points")
            return None
        if not all(map(_speakable, (envelope.subject, envelope.id, envelope.correlationid))) or not envelope.subject:
            raise FollowerAlarm("unknown_account", envelope.position, "the event names no account that can be kept")
        command: Asked
        try:
            command = reader(envelope, self._limits)
        except (msgspec.ValidationError, ContractBroken) as broken:
            command = Unreadable(ascii(str(broken))[1:-1][:MAX_REASON])
        else:
            self._refuse_unknown_rulebook(command)
        return CaseFact(
            id=envelope.id,
            seller=envelope.subject,
            case=envelope.correlationid,
            position=envelope.position,
            recorded_at=envelope.recordedtime,
            command=command,
            state=state,
        )

    def parked(self, state: bytes) -> CaseFact:
        """Return a fact that has waited, read again from its bytes.

        Raises:
            FollowerAlarm: its rulebook is not known here.
            ValueError: the bytes are of no fact.
        """
        fact = self.fact(decode(state), state)
        if fact is None:
            raise ValueError("what waits moves points")
        return fact

    def draft(self, event: AccountEvent, seller: str, version: int, cause: CaseFact | None, actor: str = "") -> Draft:
        """Return the event that is to be appended as the account's `version`, caused by `cause` (None: no fact).

        Raises:
            Unpublishable: it does not fit into an event, or holds what an event must not.
        """
        event_type, data = written(event, version, self._timeline)
        try:
            rendered = canonical(data)
        except ValueError as error:
            raise Unpublishable(str(error)) from None
        if len(rendered) > MAX_DATA_BYTES:
            raise Unpublishable(f"the event would hold {len(rendered)} bytes, at most {MAX_DATA_BYTES} fit")
        by_time = isinstance(event, StandingLapsed)
        return Draft(
            id=uuid7(),
            type=event_type,
            stream=stream_of(seller),
            stream_version=version,
            subject=seller,
            data=rendered,
            time=_effective_at(event, cause),
            standing_effect=EFFECTS[event_type],
            correlation_id="" if cause is None or by_time else cause.case,
            causation_id="" if cause is None or by_time else cause.id,
            actor=actor or "system",
            actor_role="admin" if actor else "system",
            leaf_salt=os.urandom(16).hex(),
        )

    def digest(self, digest: StandingsDigestRecorded) -> Draft:
        """Return a digest of standings as it is to be appended: in a stream of its own, of no account."""
        return Draft(
            id=uuid7(),
            type=DIGEST,
            stream=DIGEST_STREAM,
            stream_version=digest.number,
            subject=DIGEST_SUBJECT,
            data=canonical(digest),
            actor="system",
            actor_role="system",
            leaf_salt=os.urandom(16).hex(),
        )

    def event(self, stored: Stored) -> AccountEvent:
        """Return the domain event of a stored event of our own log; strict, since we wrote it.

        Raises:
            DamagedEvent: the log has been tampered with.
        """
        try:
            return read(stored.type, decode(stored.state).data)
        except (KeyError, msgspec.DecodeError) as broken:
            raise DamagedEvent(
                f"the event at position {stored.position} would have to be readable: `verify` says what was changed"
            ) from broken

    def _refuse_unknown_rulebook(self, command: FactCommand) -> None:
        if not isinstance(command, RecordEntry | RegradeEntry):
            return  # only what adds points speaks by a rulebook
        pinned = command.entry.rulebook
        if pinned is None or self._digests.get(pinned.id) != pinned.digest:
            named = "none" if pinned is None else f"{pinned.id!a} with digest {pinned.digest[:64]!a}"
            raise FollowerAlarm("unknown_rulebook", command.entry.position, f"the rulebook is {named}")


def _speakable(name: str) -> bool:
    return len(name) <= MAX_NAME and name.isascii() and name.isprintable()


def _effective_at(event: AccountEvent, cause: CaseFact | None) -> datetime | None:
    match event:
        case OrdinaryViolationRecorded() | SevereViolationRecorded():
            return event.entry.effective_at
        case StandingLapsed():
            return event.at
        case AccountQuarantined() | AccountReleased():
            return None if cause is None else cause.recorded_at
        case SanctionsMoved():
            return event.recorded_at
        case corrected:
            return fact_of(corrected).recorded_at
