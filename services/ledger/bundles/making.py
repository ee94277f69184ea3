"""Makes the bundle of a seller: what is folded of it, proven in both logs, with the rules and standings asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import takewhile
from threading import BoundedSemaphore
from typing import Final, NamedTuple

import msgspec

from services.ledger.accounts import stream_of
from services.ledger.bundles.calendars import pinned_by
from services.ledger.bundles.content import Bundle, sealed
from services.ledger.bundles.proving import CasesRefused, Evidence, TooManyEvents, own_part
from services.ledger.casestree import Known, what_is_known
from services.ledger.questions import Questions
from services.ledger.rendering import Asked
from shared.kit.audit.note import NoteRefused
from shared.kit.audit.vkey import VerifierKey
from shared.kit.audit.wire import Malformed
from shared.kit.audit.witness import Witness
from shared.kit.cloudevent import decode
from shared.kit.decider import Refusal
from shared.kit.feed_client import FeedUnavailable
from shared.kit.log.model import EventLog, Stored
from shared.rulebook.model import Ref

MAX_EVENTS: Final = 10_000  # of one log in one bundle
MAX_STANDINGS: Final = 100
MAX_BYTES: Final = 32 * 1024 * 1024
MAX_AT_ONCE: Final = 2  # bundles that one process makes at a time


class _Data(msgspec.Struct):
    """What is read of an event's data, whatever it tells of."""

    position: int = 0


class _Told(NamedTuple):
    """An event of the account, the cases position that it tells of (0: of none)."""

    stored: Stored
    position: int


_data: Final = msgspec.json.Decoder(_Data)


class Bundling:
    """Makes bundles. Calls block, for seconds where an account has thousands of events; safe from threads."""

    def __init__(
        self,
        log: EventLog,
        questions: Questions,
        witness: Witness,
        evidence: Evidence,
        calendars: Mapping[Ref, str],
        given: Sequence[VerifierKey] = (),
    ) -> None:
        """`calendars` are the canonical forms of the calendars that are known, by what pins them; `given` are the keys
        of the cases log that an operator trusts.
        """
        self._log, self._questions, self._witness, self._evidence = log, questions, witness, evidence
        self._calendars, self._given = calendars, given
        self._free = BoundedSemaphore(MAX_AT_ONCE)

    def bundle(self, seller: str, clocks: Sequence[datetime], asked: Asked) -> bytes | Refusal:
        """Return the file of a bundle with one standing for each of `clocks`, or now, that asks what `asked` does.

        Why there is none: `seller_unknown`, `seller_quarantined`, `rulebook_unknown`, `position_not_folded`,
        `bundle_too_large`, `bundles_busy`.

        Raises:
            FeedUnavailable, FeedBroken, CasesRefused: see `Evidence.part`; or nothing is known of the cases log yet.
            Unsigned: our own log cannot be signed now.
            LogUnavailable: it cannot be read now.
        """
        if not self._free.acquire(blocking=False):
            return Refusal("bundles_busy", f"fewer than {MAX_AT_ONCE} bundles would have to be in the making")
        try:
            return self._bundle(seller, clocks, asked)
        finally:
            self._free.release()

    def _bundle(self, seller: str, clocks: Sequence[datetime], asked: Asked) -> bytes | Refusal:
        folded = self._questions.folded.position
        told = [_told_by(stored) for stored in self._log.stream(stream_of(seller))]
        told = list(takewhile(lambda one: one.position <= folded, told))  # what was folded meanwhile is left aside
        if not told:
            return Refusal("seller_unknown", "a fact of the account would have to be folded")
        if len(told) > MAX_EVENTS:
            return _too_large()
        standings = self._standings(seller, clocks or [self._questions.now()], asked, folded)
        if isinstance(standings, Refusal):
            return standings
        try:
            cases = self._evidence.part(seller, folded, MAX_EVENTS, self._known())
            pins = pinned_by(one.event for one in cases.events)
        except TooManyEvents:
            return _too_large()
        except msgspec.MsgspecError:
            raise CasesRefused("an event of its log pins calendars in no known form") from None
        ledger = own_part(self._witness.checkpoint(), self._witness.nodes, [one.stored for one in told])
        calendars = [self._calendars[pin] for pin in pins if pin in self._calendars]
        missing = [pin for pin in pins if pin not in self._calendars]
        rulebook = self._questions.timeline
        bundle = Bundle(seller, folded, cases, ledger, rulebook, calendars, missing, standings)
        raw = sealed(bundle, self._witness.attest)
        return raw if len(raw) <= MAX_BYTES else _too_large()

    def _known(self) -> Known:
        try:
            known = what_is_known(self._log, self._given)
        except (Malformed, NoteRefused):
            raise CasesRefused("what is kept here of its keys and checkpoint would have to be whole") from None
        if known is None or not known.trust.keys:
            raise FeedUnavailable("no checkpoint of the cases log was looked at yet")
        return known

    def _standings(
        self, seller: str, clocks: Sequence[datetime], asked: Asked, folded: int
    ) -> list[tuple[int, bytes]] | Refusal:
        """Return the standings, each by what was known at the position asked for, or through `folded`."""
        position = folded if asked.known_position is None else asked.known_position
        found = []
        for at in clocks:
            answer = self._questions.standing(seller, replace(asked, as_of=at, known_position=position))
            if isinstance(answer, Refusal):
                return answer
            found.append((position, answer.body))
        return found


def _told_by(stored: Stored) -> _Told:
    return _Told(stored, _data.decode(decode(stored.state).data).position)


def _too_large() -> Refusal:
    detail = f"the account would have to have at most {MAX_EVENTS} events in each log, of {MAX_BYTES} bytes with proofs"
    return Refusal("bundle_too_large", detail, {"most_events": MAX_EVENTS, "most_bytes": MAX_BYTES})
