"""Histories of an account for property tests: valid commands that meet at the same instants as often as they can."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from hypothesis import strategies as st

from services.ledger.domain.account import Account, decide, evolve, open_account
from services.ledger.domain.commands import (
    FactCommand,
    LiftStay,
    RecordEntry,
    RegradeEntry,
    ReverseEntry,
    StaySanctions,
)
from services.ledger.domain.commands import facts_of as told_by
from services.ledger.domain.facts import Entry, Fact, Reversal, Stay, StayLift
from services.ledger.domain.standing import Standing
from shared.kit.decider import Refusal
from shared.rulebook.model import Sanction, Timeline

BEGIN: Final = datetime(2024, 12, 22, 16, tzinfo=UTC)  # midnight in Shanghai, shortly before the year ends
DAY: Final = timedelta(days=1)
HIDDEN: Final = (Sanction(168, ("shop_hidden",)),)
ORDINARY: Final = ("ordinary", (0, 4, 6, 8, 12, 12, 18, 24, 30))
SEVERE: Final = ("severe", (6, 12, 12, 14, 24, 24, 36, 48))
KINDS: Final = (*["entry"] * 5, "reversal", "revocation", "regrade", "stay", "stay", "lift")
COUNTERFEIT: Final = ("counterfeit", (12, 24, 30, 48))


@dataclass(frozen=True)
class Step:
    """One thing that may happen: `kind`, after how many days, with which choice among what is there."""

    kind: str
    days: int
    late: int
    on: tuple[str, int]
    choice: int
    direct: bool

    @property
    def track(self) -> str:
        """The track of the entry."""
        return self.on[0]

    @property
    def points(self) -> int:
        """The points of the entry."""
        return self.on[1]


def steps(*tracks: tuple[str, tuple[int, ...]], most: int = 9) -> st.SearchStrategy[list[Step]]:
    """Return lists of steps on these tracks."""
    kind_of_points = st.one_of(*(st.tuples(st.just(track), st.sampled_from(points)) for track, points in tracks))
    return st.lists(
        st.builds(
            Step,
            st.sampled_from(KINDS),
            st.sampled_from([1, 1, 1, 2, 3, 5, 7, 21, 200]),
            st.sampled_from([0, 0, 1, 2, 3, 5, 7, 14]),
            kind_of_points,
            st.integers(0, 20),
            st.booleans(),
        ),
        max_size=most,
    )


def commands(told: Sequence[Step], timeline: Timeline) -> list[FactCommand]:
    """Return the commands that an account takes of these steps, in order; what it would refuse is left out."""
    account, taken, now = open_account("seller"), list[FactCommand](), BEGIN
    for number, step in enumerate(told, 1):
        now += step.days * DAY
        command = command_of(account, step, number, now)
        if command is None:
            continue
        events = decide(account, command, timeline)
        if isinstance(events, Refusal):
            continue
        for event in events:
            account = evolve(account, event)
        taken.append(command)
    return taken


def facts_of(taken: Sequence[FactCommand]) -> list[Fact]:
    """Return the facts of commands, in order of position."""
    return [fact for command in taken for fact in told_by(command)]


def without_stays(facts: Sequence[Fact]) -> list[Fact]:
    """Return the facts as if nobody had ever stayed a sanction."""
    return [fact for fact in facts if not isinstance(fact, Stay | StayLift)]


def moments(facts: Sequence[Fact], *answers: Standing) -> list[datetime]:
    """Return every instant of a history at which something may begin or end."""
    found = {fact.recorded_at for fact in facts}
    found |= {fact.effective_at for fact in facts if isinstance(fact, Entry)}
    for answer in answers:
        found |= {row.start for row in answer.sanctions} | {row.end for row in answer.sanctions if row.end is not None}
    return sorted(found)


def stayed_at(facts: Sequence[Fact], instant: datetime) -> set[str]:
    """Return the entries over which a stay holds at `instant`."""
    holds: set[str] = set()
    for fact in facts:
        if isinstance(fact, Stay) and fact.recorded_at <= instant:
            holds.add(fact.entry)
        elif isinstance(fact, StayLift) and fact.recorded_at <= instant:
            holds.discard(fact.entry)
    return holds


def command_of(account: Account, step: Step, number: int, now: datetime) -> FactCommand | None:
    """Return the command of a step at this position and recorded time, or None if there is nothing to correct.

    A stay may be asked for what is stayed already, and a lifting of what is not: that is for the account to refuse.
    """
    direct = HIDDEN if step.direct and step.points == 0 else ()
    if step.kind == "entry":
        effective_at = now - step.late * DAY
        return RecordEntry(Entry(f"e{number}", number, step.track, "g", step.points, effective_at, now, direct))
    gone = {fact.entry for fact in account.facts if isinstance(fact, Reversal)}
    alive = [fact for fact in account.facts if isinstance(fact, Entry) and fact.id not in gone]
    if not alive:
        return None
    if step.kind == "lift":
        stayed = {fact.entry for fact in account.facts if isinstance(fact, Stay)}
        alive = [entry for entry in alive if entry.id in stayed] or alive
    old = alive[step.choice % len(alive)]
    match step.kind:
        case "reversal":
            return ReverseEntry(Reversal(f"e{number}", number, old.id, "reversed", now))
        case "revocation":
            return ReverseEntry(Reversal(f"e{number}", number, old.id, "revoked", now))
        case "stay":
            return StaySanctions(Stay(f"e{number}", number, old.id, now))
        case "lift":
            return LiftStay(StayLift(f"e{number}", number, old.id, now))
        case _:
            entry = Entry(f"e{number}", number, step.track, "g", step.points, old.effective_at, now, direct, old.id)
            return RegradeEntry(Reversal(f"e{number}", number, old.id, "regraded", now), entry)
