"""Bearer tokens: what a JWT has to be for its claims to be believed.

Source: RFC 7519, RFC 8725 (best current practices). One algorithm per key, so that none can be confused.
"""

import hashlib
from base64 import urlsafe_b64decode
from binascii import Error as NotBase64
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from joserfc.errors import JoseError
from joserfc.jwa import JWSAlgModel
from joserfc.jws import JWSRegistry, deserialize_compact

from shared.kit.fields import is_identifier
from shared.kit.identity import Principal
from shared.kit.jwks import KeyCache, KeysUnavailable, PublicKey, open_keys
from shared.kit.problem import Problem
from shared.kit.strict_json import JsonRefused, strict_json
from shared.kit.wire import MAX_TOKEN_BYTES

ALGORITHMS: Final = ("EdDSA", "ES256", "RS256")
MAX_SCOPES: Final = 64
LEEWAY_S: Final = 5
CACHED_TOKENS: Final = 4096


class _Algorithms(JWSRegistry):
    """The allow-list. joserfc's own warns at each EdDSA token, a name that identity providers go on using."""

    def get_alg(self, name: str) -> JWSAlgModel:
        if name not in ALGORITHMS:
            raise JoseError("algorithm not allowed")
        return self.algorithms[name]


@dataclass(frozen=True, slots=True)
class _Believed:
    principal: Principal
    not_before: float
    expires: float
    key: PublicKey


class Verifier:
    """Checks tokens of one issuer for one audience; remembers the last `CACHED_TOKENS` good ones until they expire."""

    def __init__(self, keys: KeyCache, *, issuer: str, audience: str, clock: Callable[[], datetime]) -> None:
        self._keys, self._issuer, self._audience, self._clock = keys, issuer, audience, clock
        self._believed: OrderedDict[bytes, _Believed] = OrderedDict()

    async def verify(self, token: str) -> Principal:
        """Return who the token speaks for.

        Raises:
            Problem: 401 `token_invalid` or `token_expired`, with what is wrong; 503 `keys_unavailable`.
        """
        digest = hashlib.sha256(token.encode()).digest()
        believed = self._believed.get(digest)
        if believed is None or (
            self._keys.current(believed.key.kid) is not believed.key
            and await self._find(believed.key.kid) is not believed.key
        ):
            believed = await self._check(token)
            self._remember(digest, believed)
        else:
            self._believed.move_to_end(digest)
        self._check_times(believed)
        return believed.principal

    async def _check(self, token: str) -> _Believed:
        if len(token) > MAX_TOKEN_BYTES:
            raise invalid(f"The token would have to be at most {MAX_TOKEN_BYTES} bytes long.")
        alg, kid = _read_header(token)
        key = await self._find(kid)
        if key is None or key.alg != alg:
            raise invalid("The token would have to name a key (kid) of the issuer, with the key's algorithm.")
        try:
            signed = deserialize_compact(token, key.jwk, registry=REGISTRY)
            claims = strict_json(signed.payload)
        except (JoseError, JsonRefused):
            raise invalid("The token would have to carry a valid signature of its issuer over its claims.") from None
        if not isinstance(claims, dict):
            raise invalid("The claims of the token would have to be a JSON object.")
        return self._believe(claims, key)

    def _believe(self, claims: Mapping[str, Any], key: PublicKey) -> _Believed:
        if claims.get("iss") != self._issuer:
            raise invalid("The token would have to come from the issuer (iss) that this service trusts.")
        audience = claims.get("aud")
        if self._audience not in (audience if isinstance(audience, list) else [audience]):
            raise invalid("The token would have to be made out for this service (aud).")
        sub = _identifier(claims, "sub")
        if sub is None:
            raise invalid("The token would have to name its subject (sub).")
        principal = Principal(
            issuer=self._issuer,
            sub=sub,
            scopes=_scopes(claims.get("scope", "")),
            seller_id=_identifier(claims, "seller_id"),
            complainant_id=_identifier(claims, "complainant_id"),
        )
        return _Believed(principal, _seconds(claims, "nbf"), _seconds(claims, "exp"), key)

    def _check_times(self, believed: _Believed) -> None:
        now = self._clock().timestamp()
        if now >= believed.expires + LEEWAY_S:
            raise Problem(
                401, "token_expired", "The token would have to be one that has not expired (exp).", headers=_CHALLENGE
            )
        if now < believed.not_before - LEEWAY_S:
            raise invalid("The token would have to be valid already (nbf).")

    def _remember(self, digest: bytes, believed: _Believed) -> None:
        self._believed[digest] = believed
        self._believed.move_to_end(digest)
        if len(self._believed) > CACHED_TOKENS:
            self._believed.popitem(last=False)

    async def _find(self, kid: str) -> PublicKey | None:
        try:
            return await self._keys.find(kid)
        except KeysUnavailable:
            raise Problem(
                503,
                "keys_unavailable",
                "The keys of the token's issuer would have to be readable.",
                headers={"Retry-After": "10"},
            ) from None


def open_verifier(
    jwks: str, *, issuer: str, audience: str, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> Verifier:
    """Return the verifier of tokens from `issuer` for `audience` with the keys at `jwks`, an address or a file."""
    return Verifier(open_keys(jwks), issuer=issuer, audience=audience, clock=clock)


def invalid(detail: str) -> Problem:
    """Return the refusal of a token; `detail` says what it would have to be."""
    return Problem(401, "token_invalid", detail, headers=_CHALLENGE)


_CHALLENGE: Final = {"WWW-Authenticate": 'Bearer realm="demerit", error="invalid_token"'}
REGISTRY: Final = _Algorithms()


def _read_header(token: str) -> tuple[str, str]:
    """Return `alg` and `kid` of a compact JWS; what the header says is not yet believed."""
    segments = token.split(".")
    if len(segments) != 3:
        raise invalid("The token would have to be a JWS in compact form: three parts.")
    try:
        header = strict_json(urlsafe_b64decode(segments[0] + "=" * (-len(segments[0]) % 4)))
    except (NotBase64, JsonRefused, ValueError):
        raise invalid("The header of the token would have to be a JSON object in base64url.") from None
    if not isinstance(header, dict) or "crit" in header or "b64" in header:
        raise invalid("The header of the token would have to be a JSON object without critical extensions.")
    alg, kid, typ = header.get("alg"), header.get("kid"), header.get("typ", "JWT")
    if not isinstance(typ, str) or typ.lower().removeprefix("application/") not in ("jwt", "at+jwt"):
        raise invalid("The type (typ) of the token would have to be JWT.")
    if alg not in ALGORITHMS:
        raise invalid(f"The token would have to be signed (alg) with one of {', '.join(ALGORITHMS)}.")
    if not isinstance(kid, str):
        raise invalid("The token would have to name the key it was signed with (kid).")
    return alg, kid


def _identifier(claims: Mapping[str, Any], name: str) -> str | None:
    value = claims.get(name)
    if value is None:
        return None
    if not is_identifier(value):
        raise invalid(
            f"The claim {name} would have to be up to 64 letters, digits and . _ : -, beginning with a letter or digit."
        )
    return str(value)


def _scopes(value: Any) -> frozenset[str]:
    scopes = value.split(" ") if isinstance(value, str) else None
    if scopes is None or len(scopes) > MAX_SCOPES:
        raise invalid(
            f"The claim scope would have to be a text of at most {MAX_SCOPES} names with one blank between them."
        )
    return frozenset(filter(None, scopes))


def _seconds(claims: Mapping[str, Any], name: str) -> float:
    value = claims.get(name)
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise invalid(f"The claim {name} would have to be a number of seconds.")
    return float(value)
