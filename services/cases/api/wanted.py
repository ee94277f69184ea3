"""What a question to the work queue may ask for."""

from typing import Annotated, Final, Literal

from fastapi import Query

from services.cases.domain.state import FiledName
from services.cases.queue import Wanted
from shared.kit.fields import Identifier, Instant, QueryFlag, QueryNumber

MAX_HOURS: Final = 720


def wanted(
    state: Annotated[FiledName | None, Query(description="As it is now")] = None,
    due_before: Annotated[Instant | None, Query(description="Next deadline before this, exclusive")] = None,
    due_within_hours: Annotated[
        QueryNumber | None,
        Query(ge=1, le=MAX_HOURS, description="Next deadline within so many hours from now, or passed already"),
    ] = None,
    seller: Annotated[Identifier | None, Query(description="The respondent")] = None,
    officer: Annotated[Identifier | None, Query(description="Who has the case in hand")] = None,
    breached: Annotated[
        QueryFlag | None, Query(description="Whether a deadline has passed with the platform's work undone")
    ] = None,
    provisional: Annotated[
        QueryFlag | None, Query(description="Whether a deadline that is open rests on an unpublished calendar")
    ] = None,
    appeal: Annotated[
        Literal["pending"] | None, Query(description="With an appeal that goes on: held, or back with the appellant")
    ] = None,
) -> Wanted:
    """Return what is asked for; conditions that are given must all be met."""
    return Wanted(
        state=state,
        due_before=due_before,
        due_within_hours=due_within_hours,
        seller=seller,
        officer=officer,
        breached=breached,
        provisional=provisional,
        appealed=appeal == "pending",
    )
