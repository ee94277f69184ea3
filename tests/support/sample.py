"""A small service that uses every part of the HTTP kit, for tests of the kit itself."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, Field

from shared.kit.auth import require
from shared.kit.fields import Body, Flag, Identifier, Instant, LongText, Natural, QueryNumber, ShortText
from shared.kit.identity import Principal
from shared.kit.problem import Problem, problems
from shared.kit.route import router


class Line(Body):
    """One line of an order."""

    article: Identifier
    amount: Natural
    gift: Flag = False


class Order(Body):
    """An order: what a typical body holds."""

    id: Identifier
    placed_at: Instant
    title: ShortText
    note: LongText | None = None
    lines: Annotated[tuple[Line, ...], Field(max_length=20)] = ()


class Kept(BaseModel):
    """What came of it."""

    id: str
    placed_at: datetime
    lines: int
    by: str


def sample_routes() -> APIRouter:
    """Return routes that take bodies, queries and paths, refuse, and fail."""
    routes = router(tags=["orders"])

    @routes.post("/orders", status_code=201, responses=problems(409))
    async def place(order: Order, who: Annotated[Principal, Depends(require("complaints:file", "import"))]) -> Kept:
        """Keep an order, unless its id is `taken`."""
        if order.id == "taken":
            raise Problem(409, "already_taken", "The id is one that nobody took.", facts={"winner": "order-1"})
        return Kept(id=order.id, placed_at=order.placed_at, lines=len(order.lines), by=who.sub)

    @routes.get("/orders/{order}")
    async def show(
        order: Identifier,
        who: Annotated[Principal, Depends(require())],
        as_of: Annotated[Instant | None, Query()] = None,
        page: Annotated[QueryNumber, Query(le=100)] = 0,
        size: QueryNumber | None = None,
        tag: Annotated[list[Identifier] | None, Query(max_length=3)] = None,
    ) -> dict[str, str | int]:
        """Answer with what was understood."""
        return {"order": order, "page": page, "tags": len(tag or ()), "by": who.sub, "dated": f"{as_of}, {size}"}

    @routes.put("/orders/{order}", status_code=204)
    async def close(order: Identifier, _: Annotated[Principal, Depends(require("admin"))]) -> None:
        """Close an order."""

    return routes


def failing_routes() -> APIRouter:
    """Return a route that fails as nothing should; its error quotes what must never be told."""
    routes = router()

    @routes.get("/fail", include_in_schema=False)
    async def fail(request: Request) -> None:
        raise RuntimeError("the phone number is 13800138000")

    return routes
