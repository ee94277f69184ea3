"""The route class of every router: who asks is settled first, then the query, then the body; only then the handler.

FastAPI itself would parse a stranger's body before asking who they are, and pass over query parameters it does not
know, so that a misspelt `as_of` would silently answer for today.
"""

import re
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final, get_args, get_origin

from fastapi import APIRouter, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.params import Form
from fastapi.routing import APIRoute
from pydantic import BaseModel

from shared.kit.auth import Guard
from shared.kit.body import StrictRequest
from shared.kit.problem import Problem
from shared.kit.validation import invalid_request

Handler = Callable[[Request], Coroutine[Any, Any, Response]]
_LISTS: Final = frozenset({list, tuple, set, frozenset})
_digits: Final = re.compile(r"-?(0|[1-9][0-9]{0,15})\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Parameter:
    """What a query parameter may be: given more than once, a number (then: digits, no more)."""

    repeats: bool
    number: bool


class StrictRoute(APIRoute):
    """A route that admits only callers, queries and bodies that it understands."""

    def get_route_handler(self) -> Handler:
        """Return FastAPI's handler behind our own checks."""
        handle = super().get_route_handler()
        guards = tuple(one.call for one in _tree(self.dependant) if isinstance(one.call, Guard))
        known = dict(_parameters(self.dependant))
        takes_json = self.body_field is not None and not isinstance(self.body_field.field_info, Form)

        async def checked(request: Request) -> Response:
            for guard in guards:
                await guard(request)
            _refuse_query(request, known)
            if not takes_json:
                return await handle(request)
            strict = StrictRequest(request.scope, request.receive)
            await strict.read()
            return await handle(strict)

        return checked


def router(*, prefix: str = "", tags: Sequence[str | Enum] = ()) -> APIRouter:
    """Return a router of strict routes. Its prefix is its own: logs name routes by their own path."""
    return APIRouter(prefix=prefix, tags=list(tags), route_class=StrictRoute, redirect_slashes=False)


def _tree(dependant: Dependant) -> Iterator[Dependant]:
    yield dependant
    for inner in dependant.dependencies:
        yield from _tree(inner)


def _parameters(dependant: Dependant) -> Iterator[tuple[str, Parameter]]:
    """Yield the query parameters of a route and its dependencies by name."""
    for one in _tree(dependant):
        for field in one.query_params:
            kind = field.field_info.annotation
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                for name, inner in kind.model_fields.items():
                    yield inner.alias or name, _parameter(inner.annotation)
            else:
                yield field.alias, _parameter(kind)


def _parameter(kind: Any) -> Parameter:
    parts = set(_parts(kind))
    return Parameter(repeats=not parts.isdisjoint(_LISTS), number=int in parts)


def _parts(kind: Any) -> Iterator[Any]:
    """Yield every type that an annotation is made of, such as `int` in `Annotated[int, …] | None`."""
    yield get_origin(kind) or kind
    for part in get_args(kind):
        if isinstance(part, type) or get_origin(part) is not None:
            yield from _parts(part)


def _refuse_query(request: Request, known: Mapping[str, Parameter]) -> None:
    """Refuse what no parameter stands for. Names are not repeated: a caller may have put anything there."""
    seen: set[str] = set()
    for name, value in request.query_params.multi_items():
        parameter = known.get(name)
        if parameter is None:
            allowed = ", ".join(sorted(known)) or "none"
            raise Problem(422, "unknown_parameter", f"The query parameters would have to be among: {allowed}.")
        if name in seen and not parameter.repeats:
            raise Problem(422, "repeated_parameter", f"The query parameter {name} would have to be given once.")
        if "\0" in value:
            raise Problem(422, "nul_character", "No parameter may hold the character U+0000.")
        if parameter.number and not _digits.match(value):
            raise invalid_request([{"path": f"query.{name}", "reason": "A number is written with decimal digits only"}])
        seen.add(name)
    if any(isinstance(value, str) and "\0" in value for value in request.path_params.values()):
        raise Problem(422, "nul_character", "No part of the path may hold the character U+0000.")
