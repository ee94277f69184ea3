"""RFC 9457 problem details: one type per refusal, nothing internal, no echo of the input."""

from collections.abc import Mapping
from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse

TYPE_PREFIX = "https://demerit.example/problems/"


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
        return JSONResponse(body, self.status, self.headers, media_type="application/problem+json")


def answer(_: Request, problem: Exception) -> JSONResponse:
    """Turn a raised `Problem` into its answer; registered as FastAPI's exception handler."""
    assert isinstance(problem, Problem)  # noqa: S101  # the handler is registered for this type alone
    return problem.response()
