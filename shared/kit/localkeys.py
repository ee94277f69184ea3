"""A local issuer for development and tests: one Ed25519 key in a folder, made at the first start.

In production tokens come from an identity provider and this module is not used.
"""

import json
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from joserfc.jwk import OKPKey
from joserfc.jws import serialize_compact

from shared.kit.fields import is_identifier
from shared.kit.identity import ROLES
from shared.kit.placing import place
from shared.kit.tokens import REGISTRY

ISSUER: Final = "demerit-local"
AUDIENCE: Final = "demerit"
JWKS_FILE: Final = "jwks.json"
KEY_FILE: Final = "signing.json"
DAY_S: Final = 24 * 3600


def ensure_keys(folder: Path) -> Path:
    """Make the signing key (mode 0600) and the JWKS of its public half where they are missing; return the JWKS's path.

    Idempotent, also among processes that start at once: the first key that is complete on disk stays.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / KEY_FILE).exists():
        made = OKPKey.generate_key("Ed25519")
        with suppress(FileExistsError):
            place(folder / KEY_FILE, _json(made.as_dict(private=True)), replace=False)
    key = _load(folder)
    public = {"keys": [{**key.as_dict(private=False), "kid": key.thumbprint(), "alg": "EdDSA", "use": "sig"}]}
    if not (folder / JWKS_FILE).exists():
        place(folder / JWKS_FILE, _json(public))
    return folder / JWKS_FILE


def mint(
    folder: Path,
    role: str,
    sub: str,
    *,
    seller: str | None = None,
    complainant: str | None = None,
    ttl_s: int = DAY_S,
    now: float | None = None,
) -> str:
    """Return a token of the local issuer for a role of `ROLES`, valid from `now` (Unix seconds) for `ttl_s` seconds.

    Raises:
        ValueError: an unknown role, an id of another shape, a role without the id that binds it, or a time to live
            below one second.
        FileNotFoundError: `ensure_keys` was not called for the folder.
    """
    _refuse(role, sub, seller, complainant, ttl_s)
    issued = int(time.time() if now is None else now)
    claims: dict[str, Any] = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": sub,
        "scope": " ".join(ROLES[role]),
        "iat": issued,
        "nbf": issued,
        "exp": issued + ttl_s,
    }
    claims |= {"seller_id": seller} if seller else {}
    claims |= {"complainant_id": complainant} if complainant else {}
    return sign(folder, claims)


def sign(folder: Path, claims: Mapping[str, Any]) -> str:
    """Return a token of the local issuer with these claims, whatever they are.

    Raises:
        FileNotFoundError: `ensure_keys` was not called for the folder.
    """
    key = _load(folder)
    header = {"alg": "EdDSA", "kid": key.thumbprint(), "typ": "JWT"}
    return serialize_compact(header, json.dumps(claims, separators=(",", ":")), key, registry=REGISTRY)


def _refuse(role: str, sub: str, seller: str | None, complainant: str | None, ttl_s: int) -> None:
    if role not in ROLES:
        raise ValueError(f"the role is one of {', '.join(ROLES)}")
    if not all(is_identifier(given) for given in (sub, seller, complainant) if given is not None):
        raise ValueError("an id is up to 64 ASCII letters, digits and . _ : -, beginning with a letter or digit")
    if role == "seller" and seller is None:
        raise ValueError("the role seller is bound to a seller account")
    if role == "complainant" and complainant is None:
        raise ValueError("the role complainant is bound to a complainant")
    if ttl_s < 1:
        raise ValueError("a token lives at least one second")


def _load(folder: Path) -> OKPKey:
    return OKPKey.import_key(json.loads((folder / KEY_FILE).read_text("ascii")))


def _json(content: Any) -> bytes:
    return json.dumps(content).encode("ascii")
