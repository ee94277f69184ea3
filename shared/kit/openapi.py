"""The OpenAPI document as this kit answers: problems, scopes and the request id stand at every operation."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from fastapi.routing import RouteContext

from shared.kit.auth import SCHEME_NAME, Guard
from shared.kit.problem import SCHEMA, documented
from shared.kit.telemetry import REQUEST_ID_HEADER

EVERYWHERE: Final = (422, 500)
WITH_BODY: Final = (400, 413, 415)
WITH_TOKEN: Final = (401, 403, 503)

_REQUEST_ID: Final = {"description": "Name of this request in the logs", "schema": {"type": "string"}}


def complete(document: dict[str, Any], routes: Iterable[RouteContext]) -> dict[str, Any]:
    """Add to FastAPI's document what every route has from this kit; changes and returns `document`."""
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    schemas["Problem"] = dict(SCHEMA)
    for route in routes:
        for operation in _operations(document, route):
            _secure(operation, route)
            _name_absence(operation)
            _document(operation)
    return document


def _operations(document: dict[str, Any], route: RouteContext) -> Iterator[dict[str, Any]]:
    path = document.get("paths", {}).get(route.path_format, {})
    yield from (path[method.lower()] for method in route.methods or () if method.lower() in path)


def _secure(operation: dict[str, Any], route: RouteContext) -> None:
    """Say which scopes let a caller in: one of the alternatives is enough."""
    waiting = [route.dependant]
    while waiting:
        one = waiting.pop()
        waiting.extend(one.dependencies)
        if isinstance(one.call, Guard):
            operation["security"] = [{SCHEME_NAME: [scope]} for scope in one.call.scopes] or [{SCHEME_NAME: []}]


def _name_absence(operation: dict[str, Any]) -> None:
    """Take null out of what a parameter may be: one that is not given is left out, and "null" would be a text."""
    for parameter in operation.get("parameters", ()):
        schema = parameter["schema"]
        kept = [kind for kind in schema.get("anyOf", ()) if kind != {"type": "null"}]
        if len(kept) == 1:
            del schema["anyOf"]
            schema |= kept[0]


def _document(operation: dict[str, Any]) -> None:
    responses = operation.setdefault("responses", {})
    statuses: tuple[int, ...] = EVERYWHERE
    statuses += WITH_BODY if "requestBody" in operation else ()
    statuses += WITH_TOKEN if "security" in operation else ()
    responses.pop("422", None)
    for status in statuses:
        responses.setdefault(str(status), documented(status))
    for response in responses.values():
        response.setdefault("headers", {})[REQUEST_ID_HEADER] = dict(_REQUEST_ID)
    operation["responses"] = dict(sorted(responses.items()))
