"""Why an answer is another one by what was known at another time."""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Query, Request, Response
from fastapi.concurrency import run_in_threadpool

from services.ledger.api.access import ReadableSeller
from services.ledger.api.answers import POSITIONS, positions
from services.ledger.api.refusals import problem
from services.ledger.api.standing import AsOf, MinPosition, Rulebook
from services.ledger.api.waiting import Waiting
from services.ledger.differences import MAX_STEPS, Clock, TooManySteps, differences
from services.ledger.questions import Questions, unfolded
from shared.contracts.differences import Differences
from shared.kit.decider import Refusal
from shared.kit.fields import Instant, QueryNumber
from shared.kit.problem import problems
from shared.kit.route import router

FromAt = Annotated[Instant | None, Query(description="Recorded clock, inclusive: what was known first")]
FromPosition = Annotated[QueryNumber | None, Query(description="The same as a cases position, inclusive")]
ToAt = Annotated[Instant | None, Query(description="Recorded clock, inclusive: what was known then. Default: all")]
ToPosition = Annotated[QueryNumber | None, Query(description="The same as a cases position, inclusive")]


def differences_router(questions: Questions, waiting: Waiting) -> APIRouter:
    """Return the route that explains one account's answer at two states of knowledge."""
    routes = router(tags=["account"])

    @routes.get(
        "/sellers/{seller}/differences",
        response_class=Response,
        responses={200: {"model": Differences, "headers": POSITIONS}, **problems(404, 409, 503)},
    )
    async def differ(
        request: Request,
        seller: ReadableSeller,
        as_of: AsOf = None,
        from_known_at: FromAt = None,
        from_known_position: FromPosition = None,
        to_known_at: ToAt = None,
        to_known_position: ToPosition = None,
        rulebook: Rulebook = None,
        min_position: MinPosition = None,
    ) -> Response:
        """The facts between two states of knowledge, each with its effect on the answer at `as_of`.

        Without `from_…` it is everything from the first fact on. Whichever state knows less is the earlier one.
        """
        await waiting.reach(request, min_position)
        folded = questions.folded
        earlier = Clock(from_known_at, from_known_position if _bounded(from_known_at, from_known_position) else 0)
        later = Clock(to_known_at, to_known_position)

        ahead = unfolded(max(from_known_position or 0, to_known_position or 0), folded)
        if ahead is not None:
            raise problem(ahead)

        def answer() -> bytes:
            history, rules = questions.history(seller), questions.rules(rulebook)
            if isinstance(history, Refusal):
                raise problem(history)
            if isinstance(rules, Refusal):
                raise problem(rules)
            at = questions.now() if as_of is None else as_of
            try:
                found = differences(seller, history.account.facts, rules, at, earlier, later)
            except TooManySteps:
                raise problem(_too_many()) from None
            return msgspec.json.encode(found)

        body = await run_in_threadpool(answer)
        return Response(body, headers=positions(folded), media_type="application/json")

    return routes


def _bounded(*bounds: object) -> bool:
    return any(bound is not None for bound in bounds)


def _too_many() -> Refusal:
    return Refusal(
        "too_many_steps", f"at most {MAX_STEPS} facts would have to lie between the two states", {"limit": MAX_STEPS}
    )
