"""Tokens of a local issuer for tests: one key folder, one verifier, headers per role."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from shared.kit.localkeys import AUDIENCE, ISSUER, ensure_keys, mint, sign
from shared.kit.tokens import Verifier, open_verifier


@dataclass(frozen=True)
class Issuer:
    """A local issuer with its key in `folder`."""

    folder: Path

    def verifier(self, clock: Callable[[], datetime] | None = None) -> Verifier:
        """Return a verifier of this issuer's tokens, by the real clock if none is given."""
        jwks = str(ensure_keys(self.folder))
        if clock is None:
            return open_verifier(jwks, issuer=ISSUER, audience=AUDIENCE)
        return open_verifier(jwks, issuer=ISSUER, audience=AUDIENCE, clock=clock)

    def token(self, role: str, sub: str, *, seller: str | None = None, complainant: str | None = None) -> str:
        """Return a token that is valid now."""
        return mint(self.folder, role, sub, seller=seller, complainant=complainant)

    def token_for(self, *scopes: str) -> str:
        """Return a token with exactly these scopes, as no role may have them together."""
        now = int(time.time())
        known = {"iss": ISSUER, "aud": AUDIENCE, "sub": "someone-1", "nbf": now, "exp": now + 3600}
        return sign(self.folder, {**known, "scope": " ".join(scopes)})

    def headers(
        self, role: str, sub: str = "someone-1", *, seller: str | None = None, complainant: str | None = None
    ) -> dict[str, str]:
        """Return the request headers of a caller in this role."""
        return {"Authorization": f"Bearer {self.token(role, sub, seller=seller, complainant=complainant)}"}


def local_issuer(folder: Path) -> Issuer:
    """Return an issuer whose key is made in this folder."""
    ensure_keys(folder)
    return Issuer(folder)
