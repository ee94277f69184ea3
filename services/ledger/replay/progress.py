"""How far a replay has come, as its work folder keeps it."""

from datetime import datetime

import msgspec

from services.ledger.replay.order import Order
from shared.kit.audit.checkpoint import Checkpoint


class Extent(msgspec.Struct, frozen=True):
    """How long one log was, and what its service had signed of it by then; None: it refused to sign."""

    total: int
    signed: list[Checkpoint] | None


class Moment(msgspec.Struct, frozen=True):
    """`tracked` is the cases position through which the ledger had folded, None where nothing says so; `followed` the
    cases log's tree as it had followed it.
    """

    cases: Extent
    ledger: Extent
    tracked: int | None
    followed: list[Checkpoint]


class Scanned(msgspec.Struct):
    """How far one log was scanned: whole pieces up to `position` of `total`, and the frontier of their roots.

    `kept` events are for the second pass, of which `entries` are entries; `told` is the highest cases position that was
    met, of a fact or in what the ledger tells; `stopped` the position before which the scan keeps nothing more.
    """

    total: int
    origin: str = ""
    position: int = 0
    frontier: bytes = b""
    recorded_at: datetime | None = None
    kept: int = 0
    entries: int = 0
    told: int = 0
    stopped: int | None = None
    root: str | None = None
    compared: list[int] = msgspec.field(default_factory=list)
    order: Order = msgspec.field(default_factory=Order)
    done: bool = False


class Folded(msgspec.Struct):
    """How far accounts were folded: up to `last` in order of seller, and what was counted."""

    last: str = ""
    accounts: int = 0
    facts: int = 0
    events: int = 0
    quarantined: int = 0
    waiting: int = 0
    unfolded: int = 0
    rows: int = 0
    standings: int = 0
    done: bool = False
