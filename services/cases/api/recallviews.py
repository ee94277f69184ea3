"""What is read of recalls: the list, one with its progress, its decisions with their outcomes. For supervisors."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from services.cases.api.answers import tag
from services.cases.api.callers import SUPERVISE
from services.cases.api.pages import CURSOR_PATTERN, LINK, from_cursor, next_page, to_cursor
from services.cases.api.recalls import ETAG, NO_STORE, RecallId
from services.cases.decisiontables import RECALLS
from services.cases.domain.recall import errors
from services.cases.recalls import Recalls
from services.cases.recallshapes import RecallItems, RecallsPage, RecallView
from services.cases.recallview import MAX_PAGE, read_items, read_recalls, recall_view
from services.cases.refusals import Refused
from shared.kit.auth import require
from shared.kit.fields import QueryNumber
from shared.kit.identity import Principal
from shared.kit.log.instant import to_us
from shared.kit.log.rows import Row
from shared.kit.problem import problems
from shared.kit.route import router

Supervisor = Annotated[Principal, Depends(require(SUPERVISE))]
PageLimit = Annotated[QueryNumber, Query(ge=1, le=MAX_PAGE)]


def recall_views_router(recalls: Recalls) -> APIRouter:
    """Return the routes that read recalls."""
    routes = router(tags=["recalls"])

    @routes.get(
        "/recalls", response_class=Response, responses={200: {"model": RecallsPage, "headers": LINK}, **problems(404)}
    )
    def listed(
        request: Request,
        _: Supervisor,
        limit: PageLimit = 50,
        cursor: Annotated[str | None, Query(pattern=CURSOR_PATTERN, description="From the Link header")] = None,
    ) -> Response:
        """Every recall, the oldest first, and how far it is."""
        found = read_recalls(recalls.log, limit + 1, from_cursor(cursor))
        shown, last = found[:limit], found[limit - 1] if len(found) > limit else None
        after = None if last is None else to_cursor((to_us(last.proposed_at), last.recall_id))
        headers = {**NO_STORE, **next_page(request, "cursor", after)}
        return Response(RecallsPage(recalls=shown).model_dump_json(), headers=headers, media_type="application/json")

    @routes.get(
        "/recalls/{recall_id}",
        response_class=Response,
        responses={200: {"model": RecallView, "headers": ETAG}, **problems(404)},
    )
    def one(recall_id: RecallId, _: Supervisor) -> Response:
        """One recall: its criteria, who proposed and answered it and why, and how far it is."""
        row = _found(recalls, recall_id)
        view = recall_view(recalls.log, row, recalls.vault.texts(recall_id))
        headers = {**NO_STORE, "ETag": tag(view.version)}
        return Response(view.model_dump_json(), headers=headers, media_type="application/json")

    @routes.get(
        "/recalls/{recall_id}/decisions",
        response_class=Response,
        responses={200: {"model": RecallItems, "headers": LINK}, **problems(404)},
    )
    def decisions(
        request: Request,
        recall_id: RecallId,
        _: Supervisor,
        after: Annotated[QueryNumber, Query(description="Number to read on from, exclusive")] = 0,
        limit: PageLimit = MAX_PAGE,
    ) -> Response:
        """The decisions that the recall selected, and what became of each."""
        _found(recalls, recall_id)
        found = read_items(recalls.log, recall_id, after, limit)
        full = len(found) == limit and bool(read_items(recalls.log, recall_id, found[-1].number, 1))
        headers = {**NO_STORE, **next_page(request, "after", found[-1].number if full else None)}
        shown = RecallItems(recall_id=recall_id, decisions=found)
        return Response(shown.model_dump_json(), headers=headers, media_type="application/json")

    return routes


def _found(recalls: Recalls, recall_id: str) -> Row:
    row = recalls.log.get(RECALLS, recall_id)
    if row is None:
        raise Refused(errors.recall_not_found())
    return row
