"""How decisions hold: counts, rates and times, by the columns asked for."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Response

from services.cases import refusals
from services.cases.api.callers import STAFF, SUPERVISE
from services.cases.application import Cases
from services.cases.refusals import Refused
from services.cases.statistics import MAX_GROUPS, Column, Period, overturns
from services.cases.statisticsview import Overturns, shown
from shared.kit.auth import require
from shared.kit.fields import Instant
from shared.kit.identity import Principal
from shared.kit.problem import problems
from shared.kit.route import router

NO_STORE: Final = {"Cache-Control": "private, no-store"}


def statistics_router(cases: Cases) -> APIRouter:
    """Return the route of figures about decisions."""
    routes = router(tags=["statistics"])

    @routes.get(
        "/statistics/overturns", response_class=Response, responses={200: {"model": Overturns}, **problems(422)}
    )
    def figures(
        who: Annotated[Principal, Depends(require(*STAFF))],
        by: Annotated[
            list[Column], Query(max_length=4, description=f"What to group by, at most {MAX_GROUPS} groups")
        ] = [],  # noqa: B006  # FastAPI copies defaults, and says them in the document
        decided_from: Annotated[Instant | None, Query(description="Recorded time of the decision, inclusive")] = None,
        decided_before: Annotated[Instant | None, Query(description="Exclusive")] = None,
    ) -> Response:
        """How many decisions were appealed against, reversed, regraded, revoked or overturned, and how long it took.

        By officer for supervisors alone. A repeated column is taken once.
        """
        if "officer" in by and SUPERVISE not in who.scopes:
            raise Refused(refusals.supervisor_needed())
        columns = tuple(dict.fromkeys(by))
        groups = overturns(cases.log, columns, Period(decided_from, decided_before))
        body = Overturns(by=list(columns), groups=[shown(columns, key, group) for key, group in groups])
        return Response(body.model_dump_json(exclude_unset=True), headers=NO_STORE, media_type="application/json")

    return routes
