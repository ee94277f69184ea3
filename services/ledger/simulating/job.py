"""How one simulation stands, as its folder says it."""

from datetime import datetime

import msgspec

from shared.contracts.simulation import Stage, State


class Failure(msgspec.Struct, frozen=True):
    """Why a simulation failed: a stable code, and what would have to be true."""

    code: str
    detail: str


class Job(msgspec.Struct, frozen=True):
    """How a simulation stands, in the form of the contract `Simulation`."""

    id: str
    begun_at: datetime
    state: State = "running"
    stage: Stage = "reading"
    done: int = 0
    total: int = 0
    ended_at: datetime | None = None
    failure: Failure | None = None
    report: msgspec.Raw = msgspec.Raw(b"null")
