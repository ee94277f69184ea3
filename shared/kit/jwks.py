"""The public keys that tokens are checked against: a JWKS from a file or a URL, cached, rotated, bounded.

Source: RFC 7517. Only Ed25519, P-256 and RSA signature keys with a `kid` are taken up, each for one algorithm.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

import httpx
import structlog
from anyio import to_thread
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey

from shared.kit.strict_json import JsonRefused, strict_json

MAX_JWKS_BYTES: Final = 256 * 1024
MAX_KEYS: Final = 64
FETCH_TIMEOUT_S: Final = 3.0
STALE_S: Final = 3600.0  # keys that could not be read again for so long are no longer trusted
_MIN_RSA_BITS: Final = 2048
_MAX_KID: Final = 128

_log = structlog.get_logger(__name__)

Load: TypeAlias = Callable[[], Awaitable[bytes]]


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key that verifies, and the one algorithm it is used with."""

    kid: str
    alg: str
    jwk: OKPKey | ECKey | RSAKey


class KeysUnavailable(Exception):
    """No keys could be read, or not again for `STALE_S` seconds."""


class KeyCache:
    """Keys by `kid`, read again when they are `max_age_s` old and, for an unknown `kid`, `pause_s` after the last try.

    A failed reading keeps the keys there are. For one event loop; concurrent callers share one reading.
    """

    def __init__(
        self, load: Load, *, max_age_s: float, pause_s: float, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._load, self._max_age_s, self._pause_s, self._monotonic = load, max_age_s, pause_s, monotonic
        self._keys: dict[str, PublicKey] = {}
        self._loaded_at = self._tried_at = float("-inf")
        self._reading: asyncio.Task[None] | None = None

    def current(self, kid: str) -> PublicKey | None:
        """Return what `find` would return at once and without a reading, else None: there may be a key all the same."""
        return self._keys.get(kid) if self._monotonic() - self._loaded_at < self._max_age_s else None

    async def find(self, kid: str) -> PublicKey | None:
        """Return the key of this id, or None. The same object is returned until the key itself changes.

        Raises:
            KeysUnavailable: see there.
        """
        now = self._monotonic()
        wanted = kid not in self._keys or now - self._loaded_at >= self._max_age_s
        if wanted and self._reading is None and now - self._tried_at >= self._pause_s:
            self._reading = asyncio.create_task(self._read())
        if wanted and self._reading is not None:
            await asyncio.shield(self._reading)
        if self._monotonic() - self._loaded_at > self._max_age_s + STALE_S:
            raise KeysUnavailable
        return self._keys.get(kid)

    async def _read(self) -> None:
        self._tried_at = self._monotonic()
        try:
            fresh = parse_jwks(await self._load())
            self._keys = {kid: _same(self._keys.get(kid), key) for kid, key in fresh.items()}
            self._loaded_at = self._monotonic()
        except (OSError, httpx.HTTPError, ValueError) as failure:
            _log.warning("jwks_unreadable", reason=type(failure).__name__)
        finally:
            self._reading = None


def open_keys(source: str) -> KeyCache:
    """Return the cache of a JWKS at an `https://` or `http://` address or in a file."""
    if source.startswith(("https://", "http://")):
        return KeyCache(lambda: _fetch(source), max_age_s=300, pause_s=10)
    return KeyCache(lambda: to_thread.run_sync(_read_file, Path(source)), max_age_s=2, pause_s=1)


def parse_jwks(raw: bytes) -> dict[str, PublicKey]:
    """Return the usable keys of a JWKS by `kid`; keys for other uses and algorithms are passed over.

    Raises:
        ValueError: no JWKS, too many keys, one `kid` twice, or nothing usable in it.
    """
    try:
        document = strict_json(raw)
    except JsonRefused as refused:
        raise ValueError(f"the JWKS is not strict JSON: {refused.code}") from None
    entries = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(entries, list) or len(entries) > MAX_KEYS:
        raise ValueError(f"a JWKS is an object with a list of at most {MAX_KEYS} keys")
    keys: dict[str, PublicKey] = {}
    for entry in entries:
        key = _parse_key(entry)
        if key is None:
            continue
        if key.kid in keys:
            raise ValueError("two keys of the JWKS have one kid")
        keys[key.kid] = key
    if not keys:
        raise ValueError("the JWKS holds no usable key")
    return keys


def _parse_key(entry: Any) -> PublicKey | None:
    if not isinstance(entry, dict) or entry.get("use", "sig") != "sig" or "d" in entry:
        return None
    kid = entry.get("kid")
    if not isinstance(kid, str) or not 0 < len(kid) <= _MAX_KID:
        return None
    try:
        alg, jwk = _import(entry)
    except (JoseError, ValueError, KeyError, TypeError):
        return None
    return PublicKey(kid, alg, jwk) if entry.get("alg", alg) == alg else None


def _import(entry: dict[str, Any]) -> tuple[str, OKPKey | ECKey | RSAKey]:
    match entry.get("kty"), entry.get("crv"):
        case "OKP", "Ed25519":
            okp = OKPKey.import_key(entry)
            okp.raw_value  # noqa: B018  # joserfc parses lazily; a bad key is to fail here, not at the first token
            return "EdDSA", okp
        case "EC", "P-256":
            ec = ECKey.import_key(entry)
            ec.raw_value  # noqa: B018  # as above
            return "ES256", ec
        case "RSA", None:
            if len(entry["n"]) * 6 < _MIN_RSA_BITS:  # base64: joserfc would take a short key and only warn
                raise ValueError("an RSA key has at least 2048 bits")
            rsa = RSAKey.import_key(entry)
            return "RS256", rsa
        case _:
            raise ValueError("this key is not for one of our algorithms")


def _same(known: PublicKey | None, fresh: PublicKey) -> PublicKey:
    unchanged = known is not None and known.alg == fresh.alg and known.jwk.thumbprint() == fresh.jwk.thumbprint()
    return known if known is not None and unchanged else fresh


def _read_file(path: Path) -> bytes:
    with path.open("rb") as file:
        raw = file.read(MAX_JWKS_BYTES + 1)
    if len(raw) > MAX_JWKS_BYTES:
        raise ValueError("the JWKS is too large")
    return raw


async def _fetch(url: str) -> bytes:
    async with (
        httpx.AsyncClient(timeout=FETCH_TIMEOUT_S, follow_redirects=False) as client,
        client.stream("GET", url, headers={"Accept": "application/json", "Accept-Encoding": "identity"}) as response,
    ):
        if response.status_code != httpx.codes.OK:
            raise ValueError(f"the JWKS address answers {response.status_code}")
        raw = b""
        async for chunk in response.aiter_raw():
            raw += chunk
            if len(raw) > MAX_JWKS_BYTES:
                raise ValueError("the JWKS is too large")
        return raw
