"""`GET /feed`: a log's events as they are stored, in order of position, with a long poll at its head.

Source: CloudEvents 1.0 JSON batch format; NDJSON carries the same events one per line.
"""

from datetime import UTC
from functools import partial
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import StringConstraints

from shared.kit.accept import preferred
from shared.kit.auth import require
from shared.kit.fields import Identifier, QueryNumber
from shared.kit.headwatch import HeadWatch, TooManyWaiters
from shared.kit.identity import Principal
from shared.kit.log.model import MAX_READ, EventLog, Page
from shared.kit.longpoll import Asked, LongPoll, NotPrimary
from shared.kit.problem import Problem, problems
from shared.kit.route import router
from shared.kit.wire import BATCH, HEAD, NDJSON, RECORDED_THROUGH, SCANNED_THROUGH

MAX_WAIT_S: Final = 30
MAX_TYPES: Final = 50
DEFAULT_LIMIT: Final = 100

EventType = Annotated[str, StringConstraints(strict=True, pattern=r"^[a-z][a-z0-9_.]{0,127}$")]


def feed_router(log: EventLog, watch: HeadWatch | None = None) -> APIRouter:
    """Return the route of a log's feed. Readers who wait share one thread and are answered when the server stops."""
    poll = LongPoll(log, HeadWatch(log) if watch is None else watch)
    routes = router(tags=["feed"])

    @routes.get("/feed", response_class=Response, responses={200: _PAGE, **problems(406)})
    async def read_feed(
        request: Request,
        _: Annotated[Principal, Depends(require("feed:read"))],
        after: Annotated[QueryNumber, Query(description="Position to read on from, exclusive; 0: from the start")] = 0,
        limit: Annotated[QueryNumber, Query(ge=1, le=MAX_READ, description="Events at most")] = DEFAULT_LIMIT,
        wait: Annotated[QueryNumber, Query(le=MAX_WAIT_S, description="Seconds to wait where there is none yet")] = 0,
        type: Annotated[  # noqa: A002  # the parameter's name on the wire
            list[EventType], Query(max_length=MAX_TYPES, description="Only events of one of these types")
        ] = [],  # noqa: B006  # FastAPI copies defaults
        subject: Annotated[Identifier | None, Query(description="Only events about this seller account")] = None,
    ) -> Response:
        """Events in order of position. `Demerit-Scanned-Through` is where the reader goes on, filtered or not."""
        media_type = preferred(request.headers.getlist("accept"), (BATCH, NDJSON))
        asked = Asked(after, limit, tuple(type), subject)
        try:
            page = await poll.page(asked, wait, request.app.state.stopping.wait, partial(_gone, request))
        except TooManyWaiters:
            raise Problem(
                503,
                "too_many_waiters",
                "Fewer readers would have to be waiting for an event.",
                headers={"Retry-After": "1"},
            ) from None
        except NotPrimary:
            raise Problem(
                503,
                "not_primary",
                "The feed would have to be asked where the log is written: this is a copy of it.",
                headers={"Retry-After": "5"},
            ) from None
        return _rendered(page, media_type)

    return routes


async def _gone(request: Request) -> None:
    """Return when the caller has hung up."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _rendered(page: Page, media_type: str) -> Response:
    states = [stored.state for stored in page.events]
    body = b"[%b]" % b",".join(states) if media_type == BATCH else b"\n".join([*states, b""])
    through = page.recorded_through.astimezone(UTC).isoformat(timespec="microseconds")
    headers = {
        HEAD: str(page.head),
        SCANNED_THROUGH: str(page.scanned_through),
        RECORDED_THROUGH: through.replace("+00:00", "Z"),
        "Cache-Control": "no-store",
    }
    return Response(body, headers=headers, media_type=media_type)


_POSITION: Final = {"type": "string", "pattern": "^[0-9]{1,20}$"}
_EVENT: Final = {"type": "object", "description": "A CloudEvents 1.0 event in JSON"}
_PAGE: Final[dict[str, Any]] = {
    "description": "Events in order of position, none if there is nothing new",
    "content": {
        BATCH: {"schema": {"type": "array", "items": _EVENT, "maxItems": MAX_READ}},
        NDJSON: {"schema": {"type": "string", "description": "One event per line, each line ended"}},
    },
    "headers": {
        HEAD: {"description": "Highest committed position; 0: the log is empty", "schema": _POSITION},
        SCANNED_THROUGH: {"description": "Where the reader goes on: `after` of the next page", "schema": _POSITION},
        RECORDED_THROUGH: {
            "description": "Every event recorded at or before this instant stands at or below the scanned position",
            "schema": {"type": "string", "format": "date-time"},
        },
    },
}
