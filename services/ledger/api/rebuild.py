"""The read model made anew over HTTP, while the service goes on."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, Field

from services.ledger.api.refusals import problem
from services.ledger.renewal import Renewal, Renewed
from shared.kit.auth import require
from shared.kit.decider import Refusal
from shared.kit.identity import Principal
from shared.kit.problem import problems
from shared.kit.route import router

Admin = Annotated[Principal, Depends(require("admin"))]


class Rebuild(BaseModel):
    """How the last rebuild of the process that answers stands. No row changes before it is `complete`."""

    state: Literal["none", "running", "complete", "failed", "stopped"]
    accounts: int = Field(ge=0, description="Accounts whose rows were made anew")
    differing: int = Field(ge=0, description="Rows that are otherwise than the log makes them")


def rebuild_router(renewal: Renewal) -> APIRouter:
    """Return the routes of rebuilds."""
    routes = router(tags=["read model"])

    @routes.post("/read-model/rebuild", status_code=202, responses=problems(409))
    async def begin(_: Admin) -> Rebuild:
        """Make the rows of all accounts anew from the log, beside everything else, and then switch to them at once.

        409 `rebuild_under_way` while one is, in whichever process.
        """
        begun = await run_in_threadpool(renewal.begin)
        if isinstance(begun, Refusal):
            raise problem(begun)
        return _told(begun)

    @routes.get("/read-model/rebuild")
    async def now(response: Response, _: Admin) -> Rebuild:
        """How it stands."""
        response.headers["Cache-Control"] = "no-store"
        return _told(renewal.now)

    return routes


def _told(renewed: Renewed) -> Rebuild:
    return Rebuild(state=renewed.state, accounts=renewed.done.accounts, differing=renewed.done.differing)
