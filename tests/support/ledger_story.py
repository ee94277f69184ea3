"""Short words for telling a ledger story in tests: facts at local times, in order of position."""

from datetime import datetime

from services.ledger.domain.account import Account, decide, evolve, open_account
from services.ledger.domain.commands import (
    AccountCommand,
    LiftStay,
    RecordEntry,
    RegradeEntry,
    ReverseEntry,
    StaySanctions,
)
from services.ledger.domain.events import AccountEvent
from services.ledger.domain.facts import Entry, Fact, Reversal, ReversalKind, Stay, StayLift
from services.ledger.domain.standing import SanctionRow, Standing, standing_at
from shared.kit.decider import Refusal
from shared.rulebook.model import Sanction, Timeline
from tests.support.ladders import SEED, shanghai


class Story:
    """Facts of one seller as they are recorded, told with local instants such as `2025-03-01T10:00`."""

    def __init__(self, timeline: Timeline = SEED) -> None:
        self.timeline = timeline
        self.account: Account = open_account("seller")
        self.events: list[AccountEvent] = []

    @property
    def facts(self) -> tuple[Fact, ...]:
        """The facts so far."""
        return self.account.facts

    def entry(
        self,
        entry: str,
        track: str,
        points: int,
        effective_at: str,
        recorded_at: str | None = None,
        *,
        direct: tuple[Sanction, ...] = (),
        regrades: str | None = None,
    ) -> Entry:
        """Return an entry at the next position, recorded when it takes effect unless told otherwise."""
        recorded = shanghai(recorded_at or effective_at)
        return Entry(entry, self._next(), track, "grade", points, shanghai(effective_at), recorded, direct, regrades)

    def reversal(self, entry: str, recorded_at: str, kind: ReversalKind = "reversed") -> Reversal:
        """Return a reversal at the next position."""
        return Reversal(f"undo {entry}", self._next(), entry, kind, shanghai(recorded_at))

    def stay(self, entry: str, recorded_at: str) -> StaySanctions:
        """Return the command that stays an entry's sanctions at the next position."""
        return StaySanctions(Stay(f"stay {entry}", self._next(), entry, shanghai(recorded_at)))

    def lift(self, entry: str, recorded_at: str) -> LiftStay:
        """Return the command that lifts the stay over an entry's sanctions, at the next position."""
        return LiftStay(StayLift(f"lift {entry}", self._next(), entry, shanghai(recorded_at)))

    def try_(self, command: AccountCommand) -> list[AccountEvent] | Refusal:
        """Return what the account answers, without taking it."""
        return decide(self.account, command, self.timeline)

    def give(self, command: AccountCommand) -> list[AccountEvent]:
        """Let the account take a command and return the events."""
        events = self.try_(command)
        assert not isinstance(events, Refusal), events
        for event in events:
            self.account = evolve(self.account, event)
        self.events += events
        return events

    def upheld(self, entry: str, track: str, points: int, effective_at: str, recorded_at: str | None = None) -> None:
        """Record an entry."""
        self.give(RecordEntry(self.entry(entry, track, points, effective_at, recorded_at)))

    def reversed(self, entry: str, recorded_at: str) -> None:
        """Reverse an entry."""
        self.give(ReverseEntry(self.reversal(entry, recorded_at)))

    def stayed(self, entry: str, recorded_at: str, lifted_at: str | None = None) -> None:
        """Stay an entry's sanctions, and lift the stay again where it is told when."""
        self.give(self.stay(entry, recorded_at))
        if lifted_at is not None:
            self.give(self.lift(entry, lifted_at))

    def regraded(self, old: str, new: str, track: str, points: int, recorded_at: str) -> None:
        """Put a lower entry in the place of one."""
        self.give(self.regrade(old, new, track, points, recorded_at))

    def regrade(
        self, old: str, new: str, track: str, points: int, recorded_at: str, direct: tuple[Sanction, ...] = ()
    ) -> RegradeEntry:
        """Return the command that puts one entry in the place of another, from its instant on."""
        replaced = next(fact for fact in self.facts if isinstance(fact, Entry) and fact.id == old)
        recorded = shanghai(recorded_at)
        entry = Entry(new, self._next(), track, "grade", points, replaced.effective_at, recorded, direct, regrades=old)
        return RegradeEntry(self.reversal(old, recorded_at, "regraded"), entry)

    def at(self, as_of: str, known_at: str | None = None) -> Standing:
        """Return the standing at local instants."""
        known = shanghai(known_at) if known_at is not None else None
        return standing_at("seller", self.facts, self.timeline, as_of=shanghai(as_of), known_at=known)

    def rows(self, as_of: str, known_at: str | None = None) -> list[tuple[str, int | str, str]]:
        """Return (entry, node, state) of each sanction shown, in the answer's order."""
        return [(row.entry, row.node, row.state) for row in self.at(as_of, known_at).sanctions]

    def row(self, entry: str, as_of: str) -> SanctionRow:
        """Return the one sanction of an entry."""
        rows = [row for row in self.at(as_of).sanctions if row.entry == entry]
        assert len(rows) == 1, rows
        return rows[0]

    def row_nodes(self, entry: str, as_of: str) -> list[int | str]:
        """Return the nodes of an entry's sanctions, in order of ordinal."""
        return [row.node for row in self.at(as_of).sanctions if row.entry == entry]

    def period(self, entry: str, as_of: str) -> tuple[datetime, datetime | None]:
        """Return start and end of the one sanction of an entry."""
        row = self.row(entry, as_of)
        return row.start, row.end

    def _next(self) -> int:
        return self.facts[-1].position + 1 if self.facts else 1
