"""Accounts that cannot answer: which they are, and their release once the cause is mended."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, Field

from services.ledger.api.pages import LINK, next_page
from services.ledger.api.refusals import problem
from services.ledger.application import Ledger, Released
from services.ledger.posting import Failed
from services.ledger.tables import ACCOUNTS
from shared.kit.audit.witness import Witness
from shared.kit.auth import require
from shared.kit.decider import Refusal
from shared.kit.fields import Identifier, QueryNumber
from shared.kit.identity import Principal
from shared.kit.log.model import EventLog
from shared.kit.log.rows import Where
from shared.kit.problem import problems
from shared.kit.recorded import RecordedEvent
from shared.kit.route import router

MAX_PAGE: Final = 500

Admin = Annotated[Principal, Depends(require("admin"))]


class QuarantinedAccount(BaseModel):
    """An account in quarantine since the fact at cases `position`; `waiting` counts that one and those behind it."""

    seller: str
    position: int
    waiting: int


class Quarantine(BaseModel):
    """One page of accounts in quarantine, by name. More: the `Link` header with rel="next"."""

    accounts: list[QuarantinedAccount]


class Release(BaseModel):
    """The account answers again: the facts that waited since cases `position` count."""

    seller: str
    position: int
    folded: int = Field(description="Facts that waited")
    events: list[RecordedEvent] = Field(description="What the ledger's log tells of it")


def quarantine_router(ledger: Ledger, log: EventLog, witness: Witness) -> APIRouter:
    """Return the routes for those who look after the ledger."""
    routes = router(tags=["quarantine"])

    @routes.get("/quarantine", responses={200: {"headers": LINK}})
    async def quarantine(
        request: Request,
        response: Response,
        _: Admin,
        after: Annotated[Identifier | None, Query(description="Account to go on behind")] = None,
        limit: Annotated[QueryNumber, Query(ge=1, le=MAX_PAGE, description="Accounts at most")] = 100,
    ) -> Quarantine:
        """Accounts in quarantine."""
        page = await run_in_threadpool(_quarantined, log, after, limit)
        response.headers.update(next_page(request, page[-1].seller if len(page) == limit else None))
        return Quarantine(accounts=page)

    @routes.post("/sellers/{seller}/release", responses=problems(409))
    async def release(
        seller: Annotated[Identifier, Path(description="The seller account", examples=["s-1"])], who: Admin
    ) -> Release:
        """Fold what waits, in order, all or nothing; 409 `release_refused` names the fact that still cannot be."""
        released = await run_in_threadpool(ledger.release, seller, who.sub)
        match released:
            case Released():
                return await run_in_threadpool(_told, released, witness)
            case Failed(fact=fact, refusal=refusal):
                raise problem(_still(fact.position, refusal))
            case Refusal():
                raise problem(released)

    return routes


def _told(released: Released, witness: Witness) -> Release:
    receipts = witness.receipts([stamp.position for _, stamp in released.events])
    events = [
        RecordedEvent(
            id=draft.id, type=draft.type, position=stamp.position, recorded_at=stamp.recorded_at, receipt=receipt
        )
        for (draft, stamp), receipt in zip(released.events, receipts, strict=True)
    ]
    return Release(seller=released.seller, position=released.position, folded=released.folded, events=events)


def _quarantined(log: EventLog, after: str | None, limit: int) -> list[QuarantinedAccount]:
    behind = () if after is None else (Where("seller", ">", after),)
    rows = log.select(ACCOUNTS, Where("quarantined", "not null"), *behind, order=("seller",), limit=limit)
    return [
        QuarantinedAccount.model_validate(
            {"seller": row["seller"], "position": row["quarantined"], "waiting": row["parked"]}
        )
        for row in rows
    ]


def _still(position: int, refusal: Refusal) -> Refusal:
    detail = f"the fact at cases position {position} can be folded"
    return Refusal("release_refused", detail, {"position": position, "reason": f"{refusal.code}: {refusal.detail}"})
