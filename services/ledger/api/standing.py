"""Where a seller stands, one or many, at any two clocks."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, Field

from services.ledger.api.access import ANY, ReadableSeller
from services.ledger.api.answers import POSITIONS, TAGGED, UNCHANGED, positions, tagged
from services.ledger.api.refusals import problem
from services.ledger.api.waiting import Waiting
from services.ledger.questions import Answer, Questions
from services.ledger.rendering import Asked
from shared.contracts.standing import Standing
from shared.contracts.withheld import Withheld
from shared.kit.auth import require
from shared.kit.decider import Refusal
from shared.kit.fields import Body, Identifier, Instant, Natural, QueryNumber, examples
from shared.kit.identity import Principal
from shared.kit.problem import problems
from shared.kit.route import router

MAX_SELLERS: Final = 1000

AsOf = Annotated[Instant | None, Query(description="Effective clock: when it counts. Default: now")]
KnownAt = Annotated[Instant | None, Query(description="Recorded clock, inclusive: when it was known. Default: all")]
KnownPosition = Annotated[QueryNumber | None, Query(description="Recorded clock as a cases position, inclusive")]
Rulebook = Annotated[
    Identifier | None, Query(description="Ladder and year end of this version, for the whole history", max_length=64)
]
MinPosition = Annotated[QueryNumber | None, Query(description="Cases position that the answer has to know of")]


class StandingsAsked(Body):
    """Up to 1 000 accounts and the clocks to ask them at, as in the query of one standing."""

    model_config = examples(
        {"sellers": ["s-1", "s-2"]},
        {"sellers": ["s-1"], "as_of": "2026-03-01T00:00:00+08:00", "known_at": "2026-02-01T00:00:00+08:00"},
    )

    sellers: list[Identifier] = Field(min_length=1, max_length=MAX_SELLERS, examples=[["s-1", "s-2"]])
    as_of: Instant | None = None
    known_at: Instant | None = None
    known_position: Natural | None = None
    rulebook: Identifier | None = None
    min_position: Natural | None = None


class StandingAnswer(BaseModel):
    """One account's answer: its standing, or the problem in its place."""

    seller: str
    standing: Standing | None = None
    problem: Withheld | None = None


class Standings(BaseModel):
    """One answer per account asked about, in the order asked."""

    standings: list[StandingAnswer]


def standing_router(questions: Questions, waiting: Waiting) -> APIRouter:
    """Return the routes of standings."""
    routes = router(tags=["standing"])

    @routes.get(
        "/sellers/{seller}/standing",
        response_class=Response,
        responses={200: {"model": Standing, "headers": TAGGED}, 304: UNCHANGED, **problems(404, 503)},
    )
    async def standing(
        request: Request,
        seller: ReadableSeller,
        as_of: AsOf = None,
        known_at: KnownAt = None,
        known_position: KnownPosition = None,
        rulebook: Rulebook = None,
        min_position: MinPosition = None,
        if_none_match: Annotated[str | None, Header(max_length=1000)] = None,
    ) -> Response:
        """Where the account stands. An account without facts is in good standing."""
        await waiting.reach(request, _furthest(min_position, known_position))
        asked = Asked(as_of, known_at, known_position, rulebook)
        answer: Answer | Refusal | None = questions.ready(seller, asked)
        if answer is None:
            answer = await run_in_threadpool(questions.standing, seller, asked)
        if isinstance(answer, Refusal):
            raise problem(answer)
        return tagged(if_none_match or "", answer.body, answer.etag, answer.folded)

    @routes.post(
        "/standings:query",
        response_class=Response,
        responses={200: {"model": Standings, "headers": POSITIONS}, **problems(404, 503)},
    )
    async def standings(
        request: Request, asked: StandingsAsked, _: Annotated[Principal, Depends(require(ANY))]
    ) -> Response:
        """Where many accounts stand, at the same clocks. Those that cannot answer say why in their place."""
        await waiting.reach(request, _furthest(asked.min_position, asked.known_position))
        unknown = questions.rules(asked.rulebook)
        if isinstance(unknown, Refusal):
            raise problem(unknown)
        folded = questions.folded
        body = await run_in_threadpool(_many, questions, asked)
        return Response(body, headers=positions(folded), media_type="application/json")

    return routes


def _many(questions: Questions, asked: StandingsAsked) -> bytes:
    clocks = Asked(asked.as_of, asked.known_at, asked.known_position, asked.rulebook)
    return b'{"standings":[' + b",".join(_one(questions, seller, clocks) for seller in asked.sellers) + b"]}"


def _one(questions: Questions, seller: str, clocks: Asked) -> bytes:
    answer = questions.standing(seller, clocks)
    named = b'{"seller":"%b",' % seller.encode("ascii")  # an identifier: nothing in it needs escaping
    if isinstance(answer, Refusal):
        return named + b'"standing":null,"problem":%b}' % bytes(problem(answer).response().body)
    return named + b'"standing":%b,"problem":null}' % answer.body


def _furthest(*wanted: int | None) -> int | None:
    return max((position for position in wanted if position is not None), default=None)
