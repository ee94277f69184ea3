"""What an account's numbers rest on and where they lead: statement, timeline, forecast."""

from datetime import datetime
from typing import Annotated, Final, Literal

import msgspec
from fastapi import APIRouter, Query, Request, Response
from fastapi.concurrency import run_in_threadpool

from services.ledger.api.access import ReadableSeller
from services.ledger.api.answers import POSITIONS, positions
from services.ledger.api.pages import LINK, next_page
from services.ledger.api.refusals import problem
from services.ledger.api.standing import KnownAt, MinPosition
from services.ledger.api.waiting import Waiting
from services.ledger.changes import changes_of
from services.ledger.domain.forecast import forecast
from services.ledger.history import History
from services.ledger.questions import Questions
from services.ledger.rendering import Asked, body_of
from services.ledger.statement import Lines
from shared.contracts.forecast import Forecast
from shared.contracts.statement import Statement
from shared.contracts.timeline import Timeline
from shared.kit.decider import Refusal
from shared.kit.fields import Instant, QueryNumber
from shared.kit.log.instant import from_us
from shared.kit.problem import problems
from shared.kit.route import router

MAX_PAGE: Final = 500
DEFAULT_PAGE: Final = 100


def account_router(questions: Questions, waiting: Waiting) -> APIRouter:
    """Return the routes that explain one account."""
    routes = router(tags=["account"])

    @routes.get("/sellers/{seller}/entries", responses={200: {"headers": POSITIONS | LINK}, **problems(503)})
    async def entries(
        request: Request,
        response: Response,
        seller: ReadableSeller,
        after: Annotated[QueryNumber, Query(description="Account version to go on from, exclusive")] = 0,
        limit: Annotated[QueryNumber, Query(ge=1, le=MAX_PAGE, description="Lines at most")] = DEFAULT_PAGE,
        min_position: MinPosition = None,
    ) -> Statement:
        """The statement: every event that moved points or sanctions, with before and after, rule and corrections."""
        await waiting.reach(request, min_position)
        response.headers.update(positions(questions.folded))
        statement, more = await run_in_threadpool(_statement, questions, seller, after, limit)
        response.headers.update(next_page(request, more))
        return statement

    @routes.get("/sellers/{seller}/timeline", responses={200: {"headers": POSITIONS | LINK}, **problems(503)})
    async def timeline(
        request: Request,
        response: Response,
        seller: ReadableSeller,
        known_at: KnownAt = None,
        after: Annotated[Instant | None, Query(description="Instant to go on from, exclusive")] = None,
        limit: Annotated[QueryNumber, Query(ge=1, le=MAX_PAGE, description="Instants at most")] = DEFAULT_PAGE,
        min_position: MinPosition = None,
    ) -> Timeline:
        """Changes of the standing in effective time, past and to come, with their causes; and what corrections did."""
        await waiting.reach(request, min_position)
        response.headers.update(positions(questions.folded))
        found, more = await run_in_threadpool(_changes, questions, seller, after or from_us(0), limit, known_at)
        response.headers.update(next_page(request, None if more is None else more.isoformat().replace("+00:00", "Z")))
        return found

    @routes.get(
        "/sellers/{seller}/forecast",
        response_class=Response,
        responses={200: {"model": Forecast, "headers": POSITIONS}, **problems(503)},
    )
    async def coming(
        request: Request,
        seller: ReadableSeller,
        add: Annotated[
            Literal["ordinary", "severe"] | None, Query(description="One more violation of this track, now")
        ] = None,
        min_position: MinPosition = None,
    ) -> Response:
        """What one more violation would bring now, and when what there is lapses."""
        await waiting.reach(request, min_position)
        folded = questions.folded
        body = await run_in_threadpool(_forecast, questions, seller, add)
        return Response(body, headers=positions(folded), media_type="application/json")

    return routes


def _history(questions: Questions, seller: str) -> History:
    history = questions.history(seller)
    if isinstance(history, Refusal):
        raise problem(history)
    return history


def _statement(questions: Questions, seller: str, after: int, limit: int) -> tuple[Statement, int | None]:
    return Lines(_history(questions, seller), questions.timeline).page(after, limit)


def _changes(
    questions: Questions, seller: str, after: datetime, limit: int, known_at: datetime | None
) -> tuple[Timeline, datetime | None]:
    history = _history(questions, seller)
    return changes_of(history, questions.timeline, after=after, limit=limit, known_at=known_at)


def _forecast(questions: Questions, seller: str, add: Literal["ordinary", "severe"] | None) -> bytes:
    account, at = _history(questions, seller).account, questions.now()
    found = forecast(seller, account.facts, questions.timeline, at, add)
    grade = found.grade
    return msgspec.json.encode(
        {
            "seller": seller,
            "at": at,
            "add": add,
            "grade": None if grade is None else {"code": grade.code, "track": grade.track, "points": grade.points},
            "standing": msgspec.Raw(body_of(found.standing, account.version, Asked(as_of=at))),
            "changes": found.changes,
            "complete": found.complete,
        }
    )
