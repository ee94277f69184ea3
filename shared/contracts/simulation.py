"""How a simulation of other rules stands, from the question to its report."""

from datetime import datetime
from typing import Literal, TypeAlias

from pydantic import BaseModel, Field

from shared.contracts.simulationreport import Count, SimulationReport

Stage: TypeAlias = Literal["reading", "comparing", "dismissals"]
State: TypeAlias = Literal["running", "complete", "cancelled", "failed", "interrupted"]


class Failure(BaseModel):
    """Why a simulation failed."""

    code: str
    detail: str


class Simulation(BaseModel):
    """How a simulation stands. `done` of `total`: cases positions or accounts read, accounts compared, dismissals."""

    id: str
    state: State
    stage: Stage
    done: Count
    total: Count
    begun_at: datetime
    ended_at: datetime | None
    failure: Failure | None
    report: SimulationReport | None = Field(description="Once it is complete")


class Simulations(BaseModel):
    """The simulations that are kept, the latest first."""

    simulations: list[Simulation]
