"""Some accounts folded again: what a worker does, and what it tells."""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from services.ledger.domain.account import Account as AccountState
from services.ledger.domain.account import course
from services.ledger.domain.standing import standing_in
from services.ledger.replay.answers import Clocks, said_of
from services.ledger.replay.differences import Difference
from services.ledger.replay.lines import Line
from services.ledger.replay.reading import Reader
from services.ledger.replay.refolding import Refolding
from services.ledger.replay.spool import Account
from shared.kit.log.instant import to_us
from shared.rulebook.loader import load_timeline, shipped
from shared.rulebook.model import Timeline


class Rules(NamedTuple):
    """By what is folded: the name of a shipped timeline or the path of a file, and the largest points of an entry."""

    rulebook: str
    max_points: int


class Came(NamedTuple):
    """What came of an account, as the rows of a read model would have it: `waits` those of facts in quarantine."""

    seller: str
    version: int
    position: int
    quarantined: int | None
    parked: int
    next_lapse_us: int | None
    facts: int
    unfolded: int
    lines: list[Line]
    difference: Difference | None
    waits: list[tuple[int, bytes]]
    standing: dict[str, Any] | None = None


@lru_cache(maxsize=1)
def timeline_of(rulebook: str) -> Timeline:
    """Return the timeline of a name, loaded once in a process."""
    return load_timeline(Path(rulebook)) if rulebook.endswith(".toml") else shipped(rulebook)


def fold_batch(accounts: Sequence[Account], rules: Rules, through: int, clocks: Clocks | None = None) -> list[Came]:
    """Fold accounts of which the ledger has folded the cases up to `through` (inclusive); with `clocks`, say how each
    stands then.
    """
    timeline = timeline_of(rules.rulebook)
    reader = Reader(timeline, rules.max_points)
    came: list[Came] = []
    for one in accounts:
        found = Refolding(one.seller, one.told, reader, timeline, through).run(one.facts)
        quarantine = found.account.quarantine
        came.append(
            Came(
                seller=one.seller,
                version=found.account.version,
                position=found.position,
                quarantined=None if quarantine is None else quarantine.position,
                parked=len(found.waits),
                next_lapse_us=None if found.next_lapse is None else to_us(found.next_lapse),
                facts=len(one.facts),
                unfolded=found.unfolded,
                lines=found.lines,
                difference=found.difference,
                waits=found.waits,
                standing=_standing(found.account, timeline, clocks),
            )
        )
    return came


def _standing(account: AccountState, timeline: Timeline, clocks: Clocks | None) -> dict[str, Any] | None:
    if clocks is None or account.quarantine is not None:
        return None
    return said_of(standing_in(account.seller, course(account, timeline), clocks.as_of))
