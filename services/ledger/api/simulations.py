"""Simulations over HTTP: ask for one, see how far it is, read what would differ, cancel it. Nothing is recorded."""

from typing import Annotated, Any, Final

import msgspec
from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import Field

from services.ledger.api.pages import LINK, next_page
from services.ledger.api.refusals import problem
from services.ledger.questions import Questions
from services.ledger.simulating.asking import MAX_INSTANTS, MAX_RULEBOOK, MAX_SELLERS, question
from services.ledger.simulating.jobs import MAX_PAGE, Job
from services.ledger.simulating.simulations import Simulations
from shared.contracts.simulation import ChangesPage, Simulation
from shared.contracts.simulation import Simulations as SimulationsKept
from shared.kit.auth import require
from shared.kit.decider import Refusal
from shared.kit.fields import Body, Flag, Identifier, Instant, QueryNumber, examples
from shared.kit.identity import Principal
from shared.kit.problem import problems
from shared.kit.route import router
from shared.rulebook.loader import DATA

SCOPE: Final = "rulebook:simulate"
DEFAULT_LIMIT: Final = 100
EXAMPLE: Final = "01a20a0b-6a0d-72bc-890e-5bc69604c17c"

Caller = Annotated[Principal, Depends(require(SCOPE))]
Id = Annotated[Identifier, Path(description="The simulation", examples=[EXAMPLE])]
LOCATION: Final[dict[str, Any]] = {"Location": {"description": "Where it is", "schema": {"type": "string"}}}


class SimulationAsked(Body):
    """A candidate rulebook and the period whose decisions it redecides."""

    model_config = examples(
        {
            "rulebook": (DATA / "seed.toml").read_text("utf-8"),
            "from": "2025-01-01T00:00:00+08:00",
            "until": "2026-01-01T00:00:00+08:00",
            "suppose": "TB-2012",
            "as_of": ["2026-01-01T00:00:00+08:00"],
        }
    )

    rulebook: str = Field(
        min_length=1,
        max_length=MAX_RULEBOOK,
        pattern=r"^[^\x00]*$",
        description="The text of the candidate's file (TOML), all its versions",
    )
    from_: Instant = Field(alias="from", description="Decisions that count from here on; inclusive")
    until: Instant = Field(description="Exclusive")
    suppose: Identifier | None = Field(
        None,
        description="The candidate's version that is supposed to be in force from `from` on. "
        "Default: the last one that the current rulebook lacks",
    )
    as_dated: Flag = Field(default=False, description="Suppose no version: each holds when the candidate says")
    as_of: list[Instant] = Field(
        [], max_length=MAX_INSTANTS, description="When standings are compared. Default: at `until`, or now if earlier"
    )
    sellers: list[Identifier] | None = Field(
        None, min_length=1, max_length=MAX_SELLERS, description="Only these accounts"
    )


def simulations_router(questions: Questions, simulations: Simulations) -> APIRouter:
    """Return the routes of simulations."""
    routes, jobs = router(tags=["simulations"]), simulations.jobs

    @routes.post(
        "/simulations",
        status_code=202,
        response_class=Response,
        responses={202: {"model": Simulation, "headers": LOCATION}, **problems(503)},
    )
    async def ask(asked: SimulationAsked, _: Caller) -> Response:
        """Start to find out what other rules would have done. Reports are kept until later ones push them out."""
        job = await run_in_threadpool(_begin, questions, simulations, asked)
        return Response(
            msgspec.json.encode(job),
            status_code=202,
            headers={"Location": f"/simulations/{job.id}"},
            media_type="application/json",
        )

    @routes.get("/simulations", response_class=Response, responses={200: {"model": SimulationsKept}})
    async def every(_: Caller) -> Response:
        """The simulations that are kept, the latest first."""
        found = await run_in_threadpool(jobs.all)
        return Response(msgspec.json.encode({"simulations": found}), media_type="application/json")

    @routes.get(
        "/simulations/{simulation}",
        response_class=Response,
        responses={200: {"model": Simulation}, **problems(404)},
    )
    async def one(simulation: Id, _: Caller) -> Response:
        """How it stands, and its report once it is complete."""
        job = await run_in_threadpool(_job, simulations, simulation)
        return Response(msgspec.json.encode(job), media_type="application/json")

    @routes.get(
        "/simulations/{simulation}/changes",
        response_class=Response,
        responses={200: {"model": ChangesPage, "headers": LINK}, **problems(404, 409)},
    )
    async def changes(
        request: Request,
        simulation: Id,
        _: Caller,
        after: Annotated[QueryNumber, Query(description="`next` of the page before; 0: the first page")] = 0,
        limit: Annotated[QueryNumber, Query(ge=1, le=MAX_PAGE)] = DEFAULT_LIMIT,
    ) -> Response:
        """What would differ, by account."""
        lines, following = await run_in_threadpool(_changes, simulations, simulation, after, limit)
        body = msgspec.json.encode({"changes": lines, "next": following})
        return Response(body, headers=next_page(request, following), media_type="application/json")

    @routes.delete("/simulations/{simulation}", status_code=204, responses=problems(404))
    async def drop(simulation: Id, _: Caller) -> None:
        """Cancel one that runs: it ends within a second or so. Remove one that has ended."""
        if not await run_in_threadpool(jobs.drop, simulation):
            raise problem(_unknown())

    return routes


def _begin(questions: Questions, simulations: Simulations, asked: SimulationAsked) -> Job:
    found = question(
        asked.rulebook,
        questions.timeline,
        since=asked.from_,
        until=asked.until,
        now=questions.now(),
        suppose=asked.suppose,
        as_dated=asked.as_dated,
        as_of=asked.as_of,
        sellers=asked.sellers,
    )
    if isinstance(found, Refusal):
        raise problem(found)
    job = simulations.begin(found)
    if isinstance(job, Refusal):
        raise problem(job)
    return job


def _job(simulations: Simulations, simulation: str) -> Job:
    job = simulations.jobs.get(simulation)
    if job is None:
        raise problem(_unknown())
    return job


def _changes(simulations: Simulations, simulation: str, after: int, limit: int) -> tuple[list[msgspec.Raw], int | None]:
    state = _job(simulations, simulation).state
    if state != "complete":
        raise problem(Refusal("simulation_not_complete", "the simulation has to be complete", {"state": state}))
    try:
        found = simulations.jobs.changes(simulation, after, limit)
    except FileNotFoundError:
        raise problem(_unknown()) from None
    if isinstance(found, Refusal):
        raise problem(found)
    return found


def _unknown() -> Refusal:
    return Refusal("simulation_unknown", "a simulation of this id has to be kept here")
