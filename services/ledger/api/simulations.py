"""Simulations over HTTP: ask for one, see how far it is, read what would differ, cancel it. Nothing is recorded.

They are kept in the data folder of the host that was asked, and answered for by every process there.
"""

from typing import Annotated, Any, Final

import msgspec
from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.concurrency import run_in_threadpool

from services.ledger.api.pages import LINK, next_page
from services.ledger.api.refusals import problem
from services.ledger.api.simulationbody import SimulationAsked
from services.ledger.questions import Questions
from services.ledger.simulating.asking import question
from services.ledger.simulating.job import Job
from services.ledger.simulating.jobs import MAX_PAGE
from services.ledger.simulating.simulations import Simulations
from shared.contracts.simulation import Simulation
from shared.contracts.simulation import Simulations as SimulationsKept
from shared.contracts.simulationchanges import ChangesPage
from shared.kit.auth import require
from shared.kit.decider import Refusal
from shared.kit.fields import Identifier, QueryNumber
from shared.kit.identity import Principal
from shared.kit.problem import problems
from shared.kit.route import router

SCOPE: Final = "rulebook:simulate"
DEFAULT_LIMIT: Final = 100
EXAMPLE: Final = "01a20a0b-6a0d-72bc-890e-5bc69604c17c"

Caller = Annotated[Principal, Depends(require(SCOPE))]
Id = Annotated[Identifier, Path(description="The simulation", examples=[EXAMPLE])]
LOCATION: Final[dict[str, Any]] = {"Location": {"description": "Where it is", "schema": {"type": "string"}}}


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
        """Start to find out what other rules would have done. Reports are kept until later ones push them out.

        Kept by the host that is asked: where several hosts serve one database, go on asking this one.
        """
        job = await run_in_threadpool(_begin, questions, simulations, asked)
        return Response(
            msgspec.json.encode(job),
            status_code=202,
            headers={"Location": f"/simulations/{job.id}"},
            media_type="application/json",
        )

    @routes.get("/simulations", response_class=Response, responses={200: {"model": SimulationsKept}})
    async def every(_: Caller) -> Response:
        """The simulations that this host keeps, the latest first."""
        found = await run_in_threadpool(jobs.all)
        return Response(msgspec.json.encode({"simulations": found}), media_type="application/json")

    @routes.get(
        "/simulations/{simulation}",
        response_class=Response,
        responses={200: {"model": Simulation}, **problems(404)},
    )
    async def one(simulation: Id, _: Caller) -> Response:
        """How it stands, and its report once it is complete; a report that could not be sealed then is sealed now."""
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
    job = simulations.get(simulation)
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
    detail = "a simulation of this id has to be kept by this host: by the one asked for it, until it is removed"
    return Refusal("simulation_unknown", detail)
