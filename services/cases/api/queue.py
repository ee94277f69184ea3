"""What is read of cases: the work queue, one case, its history."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request, Response

from services.cases.announcements import waiting
from services.cases.api.answers import ETAG, tag
from services.cases.api.callers import FILE, RESPOND, STAFF, as_reader, is_staff, side
from services.cases.api.calls import CaseId
from services.cases.api.pages import CURSOR_PATTERN, LINK, from_cursor, next_page, to_cursor
from services.cases.api.wanted import wanted
from services.cases.application import Cases
from services.cases.casefile import Loaded
from services.cases.domain.events import Subject
from services.cases.erased import is_erased
from services.cases.history import read_history
from services.cases.queue import Wanted, read_queue
from services.cases.queueitem import queue_item
from services.cases.reader import Eyes
from services.cases.shapes import CaseView, History, Queue
from services.cases.view import case_view
from shared.kit.auth import require
from shared.kit.fields import QueryNumber
from shared.kit.identity import Principal
from shared.kit.problem import problems
from shared.kit.route import router

MAX_CASES: Final = 200
MAX_FACTS: Final = 500
NO_STORE: Final = {"Cache-Control": "private, no-store"}

Staff = Annotated[Principal, Depends(require(*STAFF))]
Reading = Annotated[Principal, Depends(require(*STAFF, FILE, RESPOND))]


def queue_router(cases: Cases) -> APIRouter:
    """Return the routes that read cases."""
    routes = router(tags=["cases"])

    @routes.get("/cases", response_class=Response, responses={200: {"model": Queue, "headers": LINK}, **problems(404)})
    def queue(
        request: Request,
        _: Staff,
        wanted: Annotated[Wanted, Depends(wanted)],
        limit: Annotated[QueryNumber, Query(ge=1, le=MAX_CASES)] = 50,
        cursor: Annotated[str | None, Query(pattern=CURSOR_PATTERN, description="From the Link header")] = None,
    ) -> Response:
        """The work queue: cases by the platform's next deadline, those with nothing left to do last."""
        now = cases.clock()
        page = read_queue(cases.log, wanted, now, limit, from_cursor(cursor))
        shown = Queue(cases=[queue_item(row, now) for row in page.rows])
        headers = {**NO_STORE, **next_page(request, "cursor", to_cursor(page.after))}
        return Response(shown.model_dump_json(), headers=headers, media_type="application/json")

    @routes.get(
        "/cases/{case_id}",
        response_class=Response,
        responses={200: {"model": CaseView, "headers": ETAG}, **problems(404)},
    )
    def case(
        case_id: CaseId,
        who: Reading,
        found_subject: Annotated[
            Subject, Query(description="What the matter is taken to be when outcomes are shown")
        ] = "harassment",
    ) -> Response:
        """One case: state, deadlines, evidence, which outcomes are open and why the others are not, what may be done.

        Staff see all of it; a party what it gave, what was decided, and what it may do next.
        """
        loaded = cases.load(case_id, as_reader(who))
        now = cases.clock()
        view = case_view(
            case_id,
            loaded.version,
            loaded.state,
            now=now,
            eyes=_eyes(cases, who, loaded),
            world=cases.world_of(loaded),
            awaited=waiting(cases.log, case_id, now),
            found_subject=found_subject,
        )
        headers = {**NO_STORE, "ETag": tag(loaded.version)}
        return Response(view.model_dump_json(), headers=headers, media_type="application/json")

    @routes.get(
        "/cases/{case_id}/history",
        response_class=Response,
        responses={200: {"model": History, "headers": LINK}, **problems(404)},
    )
    def history(
        request: Request,
        case_id: CaseId,
        who: Reading,
        after: Annotated[QueryNumber, Query(description="Position to read on from, exclusive")] = 0,
        limit: Annotated[QueryNumber, Query(ge=1, le=MAX_FACTS)] = MAX_FACTS,
    ) -> Response:
        """The facts of the case in order, each in a sentence; those that concern the reader."""
        loaded = cases.load(case_id, as_reader(who))
        entries, more = read_history(cases.log, case_id, _eyes(cases, who, loaded), after, limit)
        shown = History(case_id=case_id, entries=entries)
        headers = {**NO_STORE, **next_page(request, "after", entries[-1].position if more else None)}
        return Response(shown.model_dump_json(), headers=headers, media_type="application/json")

    return routes


def _eyes(cases: Cases, who: Principal, loaded: Loaded) -> Eyes:
    """What the caller, whom `as_reader` has let in, may see."""
    reader = "staff" if is_staff(who) else side(who, loaded.state)
    assert reader is not None  # noqa: S101  # a stranger was told that there is no such case
    return Eyes(reader, {} if is_erased(loaded.state) else cases.vault.texts(loaded.case_id))
