"""RFC 9457 problem details: one type per refusal, nothing internal, no echo of the input."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from fastapi import Request
from fastapi.responses import JSONResponse

from shared.kit.wire import PROBLEM

TYPE_PREFIX: Final = "https://demerit.example/problems/"
CODE_KEY: Final = "demerit.problem"  # where the ASGI scope keeps the code, for the log line of the request

SCHEMA: Final[Mapping[str, Any]] = {
    "type": "object",
    "description": "RFC 9457 problem details. Further members are the facts that would change the answer.",
    "properties": {
        "type": {"type": "string", "format": "uri", "description": "Stable name of this kind of refusal"},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "code": {"type": "string", "description": "The last part of `type`, with underscores"},
        "detail": {"type": "string", "description": "What would have to be true"},
    },
    "required": ["type", "title", "status", "code", "detail"],
    "additionalProperties": True,
}


class Problem(Exception):
    """A refusal on its way to the caller: stable `code`, HTTP `status`, one-sentence `detail`, extra members."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        facts: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(code)
        self.status, self.code, self.detail = status, code, detail
        self.facts, self.headers = dict(facts or {}), dict(headers or {})

    def response(self) -> JSONResponse:
        """Return the `application/problem+json` answer."""
        body = {
            **self.facts,
            "type": TYPE_PREFIX + self.code.replace("_", "-"),
            "title": self.code.replace("_", " "),
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
        }
        return JSONResponse(body, self.status, self.headers, media_type=PROBLEM)


async def answer(request: Request, problem: Exception) -> JSONResponse:
    """Turn a raised `Problem` into its answer; registered as FastAPI's exception handler."""
    assert isinstance(problem, Problem)  # noqa: S101  # the handler is registered for this type alone
    request.scope[CODE_KEY] = problem.code
    return problem.response()


def documented(status: int) -> dict[str, Any]:
    """Return the OpenAPI response object of a problem with this status."""
    described: dict[str, Any] = {
        "description": HTTPStatus(status).phrase,
        "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    headers = _HEADERS.get(status)
    if headers:
        described["headers"] = {
            name: {"description": text, "schema": {"type": "string"}} for name, text in headers.items()
        }
    return described


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the `responses=` of a route that may refuse with these statuses beyond those every route has."""
    return {status: documented(status) for status in statuses}


_HEADERS: Final[Mapping[int, Mapping[str, str]]] = {
    401: {"WWW-Authenticate": "Bearer, with the error of RFC 6750 where a token was given"},
    403: {"WWW-Authenticate": "Bearer, naming the scopes of which one is needed"},
    405: {"Allow": "The methods this path knows"},
    503: {"Retry-After": "Seconds after which to try again"},
}
