"""One seller's file for an auditor, who computes every number of it again offline."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.concurrency import run_in_threadpool

from services.ledger.api.refusals import problem
from services.ledger.api.standing import KnownAt, KnownPosition, Rulebook
from services.ledger.api.waiting import Waiting
from services.ledger.bundles.making import MAX_STANDINGS, Bundling
from services.ledger.bundles.proving import CasesRefused
from services.ledger.rendering import Asked
from shared.contracts.bundle import Bundle as BundleFile
from shared.kit.audit.routes import unsigned
from shared.kit.audit.witness import Unsigned
from shared.kit.auth import require
from shared.kit.decider import Refusal
from shared.kit.feed_client import FeedBroken, FeedUnavailable
from shared.kit.fields import Identifier, Instant
from shared.kit.identity import Principal
from shared.kit.problem import Problem, problems
from shared.kit.route import router

AsOfs = Annotated[
    list[Instant],
    Query(description="Effective clocks, a standing for each. Default: now", max_length=MAX_STANDINGS),
]
DESCRIBED: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "A bundle of the form `demerit-bundle/2`: canonical JSON, sealed by the log's key",
        "model": BundleFile,
    }
}


def bundles_router(bundling: Bundling, waiting: Waiting) -> APIRouter:
    """Return the route that makes bundles."""
    routes = router(tags=["audit"])

    @routes.get(
        "/audit/bundles/{seller}", response_class=Response, responses={**DESCRIBED, **problems(404, 409, 502, 503)}
    )
    async def bundle(
        request: Request,
        seller: Annotated[Identifier, Path(description="The seller account (卖家账号)", examples=["s-1"])],
        _: Annotated[Principal, Depends(require("audit:read"))],
        as_of: AsOfs = [],  # noqa: B006  # never changed
        known_at: KnownAt = None,
        known_position: KnownPosition = None,
        rulebook: Rulebook = None,
    ) -> Response:
        """Everything of one account in one file: events of both logs with proofs, rules, standings.

        The stand-alone verifier computes every number of it again, offline.
        """
        await waiting.reach(request, known_position)
        asked = Asked(None, known_at, known_position, rulebook)
        try:
            made = await run_in_threadpool(bundling.bundle, seller, as_of, asked)
        except Unsigned as refused:
            raise unsigned(refused) from None
        except FeedUnavailable:
            detail = "The cases service would have to be within reach, and its log looked at once."
            raise Problem(503, "cases_unavailable", detail, headers={"Retry-After": "5"}) from None
        except (FeedBroken, CasesRefused) as refused:
            detail = f"The cases service would have to prove what was folded of it: {refused}."
            raise Problem(502, "cases_not_proven", detail) from None
        if isinstance(made, Refusal):
            raise problem(made)
        return Response(made, headers={"Cache-Control": "no-store"}, media_type="application/json")

    return routes
