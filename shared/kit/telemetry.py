"""What a service says about itself: request counts and times, log positions, one log line per request.

Nothing personal: no bodies, no query strings, no paths as asked for, no subjects; only the route's template.
"""

import time
from collections.abc import Callable
from typing import Any, Final

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.kit.ids import uuid7
from shared.kit.problem import CODE_KEY

REQUEST_ID_HEADER: Final = "X-Request-Id"
REQUEST_ID_KEY: Final = "demerit.request_id"
UNMATCHED: Final = "unmatched"
METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
BUCKETS_S: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)

_log = structlog.get_logger(__name__)


class Metrics:
    """The metrics of one application, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        labels = ("method", "route", "status")
        self._requests = Counter("http_requests", "Requests answered", labels, registry=self.registry)
        self._seconds = Histogram(
            "http_request_duration_seconds",
            "Time from a request's arrival to the end of its answer",
            ("method", "route"),
            registry=self.registry,
            buckets=BUCKETS_S,
        )

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answered request. `route` is a template, never a path as asked for."""
        self._requests.labels(method, route, status).inc()
        self._seconds.labels(method, route).observe(seconds)

    def observer(self, method: str, route: str, status: int) -> Callable[[float], None]:
        """Return what counts one answered request of this kind, given its seconds: `observe` for the busiest routes."""
        count, timed = self._requests.labels(method, route, status).inc, self._seconds.labels(method, route).observe

        def observe(seconds: float) -> None:
            count()
            timed(seconds)

        return observe

    def gauge(self, name: str, description: str, read: Callable[[], float]) -> None:
        """Show the value of `read()` at each scrape, such as a log's head position or a follower's lag.

        `read` is called on the thread of the scrape and must be quick.
        """
        Gauge(name, description, registry=self.registry).set_function(read)

    def render(self) -> bytes:
        """Return all metrics in Prometheus' text format."""
        return generate_latest(self.registry)


class Telemetry:
    """ASGI middleware: gives each request an id, answers with it, measures and logs the request when it is done."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; measured as status 500 if nothing was answered."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope[REQUEST_ID_KEY] = uuid7()
        status, began = 500, time.perf_counter()

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[REQUEST_ID_HEADER] = scope[REQUEST_ID_KEY]
            await send(message)

        try:
            await self._app(scope, receive, sending)
        finally:
            self._done(scope, status, time.perf_counter() - began)

    def _done(self, scope: Scope, status: int, seconds: float) -> None:
        method = scope["method"] if scope["method"] in METHODS else "OTHER"
        route = getattr(scope.get("route"), "path", UNMATCHED)
        self._metrics.observe(method, route, status, seconds)
        line: dict[str, Any] = {"method": method, "route": route, "status": status, "ms": round(seconds * 1000, 1)}
        if CODE_KEY in scope:
            line["problem"] = scope[CODE_KEY]
        _log.info("request", **line, request_id=scope[REQUEST_ID_KEY])
