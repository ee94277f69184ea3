"""A cases log for tests of followers: decision events made by their contract, and pages of its feed."""

from collections.abc import Sequence
from dataclasses import InitVar, dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any, Final
from weakref import finalize

from shared.contracts.decisions import (
    ORDINARY_UPHELD,
    REGRADED,
    REVERSED,
    REVOKED,
    SANCTION_STAYED,
    SEVERE_UPHELD,
    STAY_LIFTED,
    DecisionRegraded,
    DecisionReversed,
    DecisionStayed,
    DirectSanction,
    PinnedRef,
    ViolationUpheld,
)
from shared.kit.audit.proofs import Proofs
from shared.kit.audit.vkey import VerifierKey
from shared.kit.audit.witness import Unsigned
from shared.kit.cloudevent import Draft, StandingEffect, canonical
from shared.kit.feed_client import FeedPage, FeedUnavailable
from shared.kit.ids import uuid7
from shared.kit.log.memory import open_memory_log
from shared.kit.log.model import Append, Appended, EventLog
from shared.rulebook.loader import shipped
from tests.support.logs import StandingClock
from tests.support.witnessing import Witnessed

SEED: Final = shipped("seed")
FIRST: Final = datetime(2026, 3, 2, 4, tzinfo=UTC)
DAY: Final = timedelta(days=1)
MOMENT_S: Final = 0.05
PINNED: Final = PinnedRef(SEED.versions[0].ref.id, SEED.versions[0].ref.digest)


@dataclass(frozen=True)
class Decision:
    """One event as the cases log holds it."""

    id: str
    case: str
    position: int
    recorded_at: datetime


@dataclass
class Decisions:
    """A cases log: the `store` given, or one in memory.

    Each event is recorded when the clock says; time is moved by `at` or `clock.now`.
    """

    clock: StandingClock = field(default_factory=lambda: StandingClock(FIRST))
    rulebook: PinnedRef = PINNED
    store: InitVar[EventLog | None] = None
    log: EventLog = field(init=False)

    def __post_init__(self, store: EventLog | None) -> None:
        """Open the log, unless there is one."""
        self.log = open_memory_log(self.clock) if store is None else store

    @cached_property
    def witnessed(self) -> Witnessed:
        """The log's witness, whose files go when the log does."""
        folder = mkdtemp()
        finalize(self, rmtree, folder)
        return Witnessed(Path(folder), self.log)

    def checkpoint(self) -> bytes:
        """Return the signed checkpoint of now, or say why there is none as the feed client would."""
        try:
            return self.witnessed.witness.checkpoint().note
        except Unsigned as unsigned:
            raise FeedUnavailable("answered 503", 1.0, unsigned.trouble.code) from None

    def consistency(self, old: int, new: int) -> list[bytes]:
        """Return the proof of growth."""
        return Proofs(self.log, self.witnessed.witness).continued(old, new).proof

    def keys(self) -> list[VerifierKey]:
        """Return the keys that sign."""
        return list(self.witnessed.witness.known())

    def ordinary(self, seller: str, points: int = 12, **given: Any) -> Decision:
        """Uphold an ordinary violation."""
        return self.add(ORDINARY_UPHELD, seller, self.upheld(points, "general", given.pop("direct", ())), **given)

    def severe(self, seller: str, points: int = 48, **given: Any) -> Decision:
        """Uphold a severe violation."""
        return self.add(SEVERE_UPHELD, seller, self.upheld(points, "grave", ()), **given)

    def reverse(self, seller: str, decision: str, *, revoked: bool = False, **given: Any) -> Decision:
        """Reverse a decision, or revoke it."""
        return self.add(REVOKED if revoked else REVERSED, seller, DecisionReversed(decision), **given)

    def regrade(self, seller: str, old: Decision, points: int, track: str = "ordinary", **given: Any) -> Decision:
        """Lower a decision, from its own instant on."""
        data = DecisionRegraded(old.id, track, "general", points, (), self.rulebook, ())
        return self.add(REGRADED, seller, data, time=old.recorded_at, **given)

    def stay(self, seller: str, decision: str, **given: Any) -> Decision:
        """Stay the sanctions of a decision."""
        return self.add(SANCTION_STAYED, seller, DecisionStayed(decision), **given)

    def lift(self, seller: str, decision: str, **given: Any) -> Decision:
        """Lift the stay over the sanctions of a decision."""
        return self.add(STAY_LIFTED, seller, DecisionStayed(decision), **given)

    def upheld(self, points: int, grade: str, direct: Sequence[DirectSanction]) -> ViolationUpheld:
        """Return the data of an upheld violation under this log's rulebook."""
        return ViolationUpheld(grade, points, tuple(direct), self.rulebook, (PinnedRef("CN-2026", "c" * 64),))

    def add(
        self,
        event_type: str,
        seller: str,
        data: Any,
        *,
        at: datetime | None = None,
        time: datetime | None = None,
        effect: StandingEffect = "points",
        case: str = "",
    ) -> Decision:
        """Append any event, recorded at `at` or when the clock says, of a case of its own unless one is given."""
        if at is not None:
            self.clock.now = at
        case, event_id = case or f"case-{uuid7()}", uuid7()
        draft = Draft(
            id=event_id,
            type=event_type,
            stream=event_id,
            stream_version=1,
            subject=seller,
            data=canonical(data),
            time=time,
            standing_effect=effect,
            correlation_id=case,
        )
        outcome = self.log.append(Append(events=[draft]))
        assert isinstance(outcome, Appended)
        return Decision(event_id, case, outcome.stamps[0].position, outcome.stamps[0].recorded_at)

    def nothing(self, seller: str = "s-1", **given: Any) -> Decision:
        """Append an event that moves no points."""
        return self.add("demerit.cases.complaint_filed.v1", seller, {}, effect="none", **given)

    def page(self, after: int, limit: int, wait_s: int = 0) -> FeedPage:
        """Return a page as the feed client would; what is asked to wait waits a moment only."""
        if wait_s:
            self.log.wait(after, MOMENT_S)
        page = self.log.read(after, limit)
        return FeedPage([one.state for one in page.events], page.scanned_through, page.head, page.recorded_through)

    def pick(self, after: int, limit: int, *, types: Sequence[str] = (), subject: str | None = None) -> FeedPage:
        """Return a page of these types about this subject, as the feed client would."""
        page = self.log.read(after, limit, types=types, subject=subject)
        return FeedPage([one.state for one in page.events], page.scanned_through, page.head, page.recorded_through)
