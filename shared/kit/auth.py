"""Who may come in: a route says which scopes it asks for, and gets the verified `Principal`.

    @routes.get("/cases/{id}")
    async def show(who: Annotated[Principal, Depends(require("cases:handle", "cases:decide"))]) -> …

The verifier is the application's (`create_app(verifier=…)`). Source: RFC 6750.
"""

from typing import Final

from fastapi import Request
from fastapi.openapi.models import HTTPBearer as BearerScheme
from fastapi.security.base import SecurityBase

from shared.kit.identity import Principal
from shared.kit.problem import Problem
from shared.kit.tokens import Verifier, open_verifier

__all__ = ["Guard", "Verifier", "open_verifier", "require"]

SCHEME_NAME: Final = "bearer"


class Guard(SecurityBase):
    """A dependency that lets a caller in who holds one of `scopes` (none: any verified caller)."""

    def __init__(self, scopes: tuple[str, ...]) -> None:
        self.scopes = scopes
        self.scheme_name = SCHEME_NAME
        self.model = BearerScheme(bearerFormat="JWT", description="JWT of the configured issuer; scopes per route")

    async def __call__(self, request: Request) -> Principal:
        """Return the caller.

        Raises:
            Problem: 401 `token_missing`, `token_invalid` or `token_expired`; 403 `scope_missing`; 503.
        """
        verifier: Verifier = request.app.state.verifier
        principal = await verifier.verify(_bearer(request))
        if self.scopes and principal.scopes.isdisjoint(self.scopes):
            raise self._refusal()
        return principal

    def _refusal(self) -> Problem:
        needed = " ".join(self.scopes)
        return Problem(
            403,
            "scope_missing",
            "The token would have to carry one of the scopes this asks for.",
            facts={"scopes": list(self.scopes)},
            headers={"WWW-Authenticate": f'Bearer realm="demerit", error="insufficient_scope", scope="{needed}"'},
        )


def require(*any_of_scopes: str) -> Guard:
    """Return the dependency of a route for callers with at least one of these scopes; any verified caller for none."""
    return Guard(any_of_scopes)


def _bearer(request: Request) -> str:
    given = request.headers.getlist("authorization")
    scheme, _, token = given[0].partition(" ") if len(given) == 1 else ("", "", "")
    token = token.strip(" ")
    if scheme.lower() != "bearer" or not token or not token.isascii():
        raise Problem(
            401,
            "token_missing",
            "The request would have to carry one header Authorization: Bearer <token>.",
            headers={"WWW-Authenticate": 'Bearer realm="demerit"'},
        )
    return token
