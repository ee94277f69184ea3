"""The frame of a service's HTTP side: errors mapped once, at the edge, and the routes that every service has."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Annotated, Any

import structlog
from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from shared.kit.auth import Verifier, require
from shared.kit.health import Check, health_router
from shared.kit.identity import Principal
from shared.kit.log.model import LogBusy, LogUnavailable
from shared.kit.logs import told
from shared.kit.openapi import complete
from shared.kit.problem import CODE_KEY, Problem, answer
from shared.kit.route import StrictRoute, router
from shared.kit.telemetry import REQUEST_ID_HEADER, REQUEST_ID_KEY, Metrics, Telemetry
from shared.kit.validation import described, invalid_request

__all__ = ["Service", "create_app", "router"]

Lifespan = Callable[[Any], AbstractAsyncContextManager[None]]

_log = structlog.get_logger(__name__)


class Service(FastAPI):
    """FastAPI whose OpenAPI document says what this kit does."""

    def openapi(self) -> dict[str, Any]:
        """Return the OpenAPI 3.1 document, made once."""
        if self.openapi_schema is None:
            self.openapi_schema = complete(super().openapi(), iter_route_contexts(self.routes))
        return self.openapi_schema


def create_app(
    *,
    title: str,
    version: str,
    verifier: Verifier,
    routers: Sequence[APIRouter],
    checks: Mapping[str, Check],
    metrics: Metrics | None = None,
    description: str = "",
    lifespan: Lifespan | None = None,
) -> Service:
    """Return a service with these routers, health over `checks`, `/metrics` and `/openapi.json`.

    Routers come from `shared.kit.route.router()`; routes of plain ASGI are let through as they are.

    `app.state` holds `verifier`, `metrics` and `stopping`, an `asyncio.Event` that is set when the server is told to
    stop, so that whoever keeps a request waiting answers it at once.

    Raises:
        ValueError: a router has routes that are not strict.
    """
    app = Service(
        title=title,
        version=version,
        description=description,
        lifespan=lifespan,
        openapi_url=None,
        redirect_slashes=False,
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    app.state.verifier, app.state.stopping = verifier, asyncio.Event()
    app.state.metrics = metrics if metrics is not None else Metrics()
    app.add_middleware(Telemetry, metrics=app.state.metrics)
    app.add_exception_handler(Problem, answer)
    app.add_exception_handler(LogBusy, _log_busy)
    app.add_exception_handler(LogUnavailable, _log_unavailable)
    app.add_exception_handler(ClientDisconnect, _hung_up)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(Exception, _unexpected)
    for one in (*routers, health_router(checks), _own_routes()):
        app.include_router(one)
    _refuse_lax(app)
    return app


def _refuse_lax(app: FastAPI) -> None:
    """FastAPI keeps a router's own route class, so that one made without it would let lax bodies in unseen."""
    kinds = [(one.path, one.original_route) for one in iter_route_contexts(app.routes)]
    lax = [path for path, route in kinds if isinstance(route, APIRoute) and not isinstance(route, StrictRoute)]
    if lax:
        raise ValueError(f"{lax} are no StrictRoutes: make their routers with shared.kit.route.router()")


def _own_routes() -> APIRouter:
    routes = router(tags=["service"])

    @routes.get("/metrics", response_class=PlainTextResponse)
    async def metrics(request: Request, _: Annotated[Principal, Depends(require("metrics:read"))]) -> Response:
        """Metrics in Prometheus' text format."""
        rendered: Metrics = request.app.state.metrics
        return Response(await run_in_threadpool(rendered.render), media_type="text/plain; version=0.0.4; charset=utf-8")

    @routes.get("/openapi.json", include_in_schema=False)
    async def document(request: Request, _: Annotated[Principal, Depends(require())]) -> Response:
        """Return this document, for any verified caller."""
        return JSONResponse(request.app.openapi())

    return routes


async def _log_busy(request: Request, _: Exception) -> Response:
    detail = "Fewer requests would have to wait to be recorded; nothing of this one was written."
    return await answer(request, Problem(503, "log_busy", detail, headers={"Retry-After": "1"}))


async def _log_unavailable(request: Request, _: Exception) -> Response:
    detail = (
        "The event log would have to take and give events; ask with the same idempotency key whether a write happened."
    )
    return await answer(request, Problem(503, "log_unavailable", detail, headers={"Retry-After": "1"}))


async def _hung_up(request: Request, _: Exception) -> Response:
    """Nobody is there to read this; the log line of the request says what happened."""
    return await answer(
        request, Problem(400, "body_incomplete", "The caller would have to stay until the whole body is sent.")
    )


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101  # the handler is registered for this type alone
    return await answer(request, invalid_request(described(error.errors())))


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101  # the handler is registered for this type alone
    match error.status_code:
        case 404:
            problem = Problem(404, "not_found", "The path would have to be one that this service describes.")
        case 405:
            allowed = ", ".join(_methods(request))
            problem = Problem(
                405, "method_not_allowed", f"The method would have to be one of: {allowed}.", headers={"Allow": allowed}
            )
        case status:
            problem = Problem(status, "bad_request", "The request would have to be complete and well-formed HTTP.")
    return await answer(request, problem)


def _methods(request: Request) -> list[str]:
    """Return the methods of every route that has this path, sorted."""
    routes = iter_route_contexts(request.app.routes)
    path = request.scope["path"]
    return sorted({method for route in routes if route.path_regex.match(path) for method in route.methods or ()})


async def _unexpected(request: Request, error: Exception) -> Response:
    request_id = request.scope.get(REQUEST_ID_KEY, "")
    _log.error("unexpected_error", request_id=request_id, **told(error))
    request.scope[CODE_KEY] = "internal_error"
    detail = "The service failed here; what went wrong is recorded under the request id."
    headers = {REQUEST_ID_HEADER: request_id}
    return Problem(500, "internal_error", detail, facts={"request_id": request_id}, headers=headers).response()
