"""Tokens that are to be believed, and every way in which one is not."""

import asyncio
import base64
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import pytest
from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.jws import serialize_compact

from shared.kit.identity import Principal
from shared.kit.jwks import KeyCache
from shared.kit.problem import Problem
from shared.kit.tokens import CACHED_TOKENS, LEEWAY_S, REGISTRY, Verifier

NOW = 1_760_000_000
ED = OKPKey.generate_key("Ed25519")
EC = ECKey.generate_key("P-256")
RSA = RSAKey.generate_key(2048)
OTHER = OKPKey.generate_key("Ed25519")
KEYS: dict[str, tuple[str, OKPKey | ECKey | RSAKey]] = {"ed": ("EdDSA", ED), "ec": ("ES256", EC), "rsa": ("RS256", RSA)}


class Clock:
    """A clock that stands until it is set."""

    def __init__(self, now: float = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return datetime.fromtimestamp(self.now, UTC)


def jwks(**kids: OKPKey | ECKey | RSAKey) -> bytes:
    return json.dumps({"keys": [{**key.as_dict(private=False), "kid": kid} for kid, key in kids.items()]}).encode()


def verifier(clock: Clock | None = None) -> Verifier:
    async def load() -> bytes:
        return jwks(ed=ED, ec=EC, rsa=RSA)

    keys = KeyCache(load, max_age_s=300, pause_s=10)
    return Verifier(keys, issuer="issuer", audience="demerit", clock=clock or Clock())


def claims(**changed: Any) -> dict[str, Any]:
    """Return good claims with some changed; a change to None leaves the claim out."""
    good = {"iss": "issuer", "aud": "demerit", "sub": "o-1", "nbf": NOW - 60, "exp": NOW + 60, "scope": "a b"}
    return {name: value for name, value in (good | changed).items() if value is not None}


def signed(payload: Mapping[str, Any] | bytes, kid: str = "ed", **header: Any) -> str:
    alg, key = KEYS[kid]
    raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return serialize_compact({"alg": alg, "kid": kid, "typ": "JWT", **header}, raw, key, registry=REGISTRY)


def by_hand(header: Mapping[str, Any] | bytes, payload: Mapping[str, Any], signature: bytes = b"") -> str:
    """Return a token with any header and signature, as an attacker would make it."""
    head = header if isinstance(header, bytes) else json.dumps(header).encode()
    parts = (head, json.dumps(payload).encode(), signature)
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


def verified(token: str, clock: Clock | None = None) -> Principal:
    return asyncio.run(verifier(clock).verify(token))


def refused(token: str, clock: Clock | None = None) -> Problem:
    with pytest.raises(Problem) as refusal:
        verified(token, clock)
    assert refusal.value.status == 401
    assert 'error="invalid_token"' in refusal.value.headers["WWW-Authenticate"]
    return refusal.value


@pytest.mark.parametrize("kid", ["ed", "ec", "rsa"])
def test_each_allowed_algorithm_is_believed(kid: str) -> None:
    token = signed(claims(seller_id="s-1", complainant_id="b-1"), kid)
    assert verified(token) == Principal("issuer", "o-1", frozenset({"a", "b"}), "s-1", "b-1")


@pytest.mark.parametrize("changed", [{"aud": ["other", "demerit"]}, {"scope": None}, {"exp": NOW + 0.5}])
def test_the_usual_forms_of_claims_are_understood(changed: dict[str, Any]) -> None:
    assert verified(signed(claims(**changed))).sub == "o-1"


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "another"},
        {"iss": None},
        {"aud": "another"},
        {"aud": []},
        {"aud": None},
        {"aud": {"demerit": True}},
        {"exp": None},
        {"exp": "9999999999"},
        {"exp": True},
        {"nbf": None},
        {"nbf": NOW + LEEWAY_S + 1},
        {"sub": None},
        {"sub": ""},
        {"sub": "张三"},
        {"sub": "a b"},
        {"sub": "a" * 65},
        {"sub": 7},
        {"seller_id": "../s-1"},
        {"seller_id": ["s-1"]},
        {"complainant_id": "b\u0000"},
        {"scope": ["a"]},
        {"scope": " ".join(["a"] * 65)},
    ],
)
def test_a_claim_that_is_not_as_agreed_is_refused(changed: dict[str, Any]) -> None:
    assert refused(signed(claims(**changed))).code == "token_invalid"


def test_an_expired_token_is_refused_as_expired_after_a_small_leeway() -> None:
    token = signed(claims(exp=NOW))
    assert verified(token, Clock(NOW + LEEWAY_S - 1)).sub == "o-1"
    assert refused(token, Clock(NOW + LEEWAY_S)).code == "token_expired"


def test_a_token_that_was_believed_expires_in_the_memory_too() -> None:
    clock = Clock()

    async def story() -> None:
        one, token = verifier(clock), signed(claims())
        assert (await one.verify(token)).sub == "o-1"
        clock.now = NOW + 60 + LEEWAY_S
        await one.verify(token)

    with pytest.raises(Problem) as refusal:
        asyncio.run(story())
    assert refusal.value.code == "token_expired"


def test_the_memory_of_tokens_is_bounded() -> None:
    async def story() -> None:
        one = verifier()
        for number in range(CACHED_TOKENS + 3):
            await one.verify(signed(claims(sub=f"o-{number}")))
        assert len(one._believed) == CACHED_TOKENS

    asyncio.run(story())


@pytest.mark.parametrize("alg", ["none", "None", "NONE", "HS256", "HS512", "PS256", "ES384", "Ed448", "", 7, None])
def test_an_algorithm_outside_the_list_is_refused(alg: Any) -> None:
    refused(by_hand({"alg": alg, "kid": "ed", "typ": "JWT"}, claims()))


def test_a_public_key_is_no_shared_secret() -> None:
    for secret in (
        RSA.as_pem(private=False),
        json.dumps(RSA.as_dict(private=False)).encode(),
    ):
        unsigned = by_hand({"alg": "HS256", "kid": "rsa", "typ": "JWT"}, claims()).rstrip(".")
        mac = hmac.digest(secret, unsigned.encode(), sha256)
        refused(unsigned + "." + base64.urlsafe_b64encode(mac).rstrip(b"=").decode())


def test_a_key_is_used_with_its_own_algorithm_only() -> None:
    head, payload, _ = signed(claims(), "ec").split(".")
    crossed = base64.urlsafe_b64encode(json.dumps({"alg": "EdDSA", "kid": "ec"}).encode()).rstrip(b"=").decode()
    refused(f"{crossed}.{payload}.{signed(claims(), 'ed').split('.')[2]}")
    assert head != crossed


def test_another_key_under_a_known_name_is_refused() -> None:
    raw = json.dumps(claims()).encode()
    refused(serialize_compact({"alg": "EdDSA", "kid": "ed", "typ": "JWT"}, raw, OTHER, registry=REGISTRY))


@pytest.mark.parametrize(
    "kid", ["../../etc/passwd", "ed\u0000", "/dev/null", "' OR 1=1", "unknown", "", None, 7, ["ed"]]
)
def test_a_key_id_is_a_name_in_the_set_and_nothing_else(kid: Any) -> None:
    head, payload, signature = signed(claims()).split(".")
    forged = by_hand({"alg": "EdDSA", "kid": kid, "typ": "JWT"}, {}).split(".")[0]
    refused(f"{forged}.{payload}.{signature}")
    assert head != forged


@pytest.mark.parametrize(
    "header",
    [
        {"typ": "JWE"},
        {"typ": 5},
        {"typ": "dpop+jwt"},
        {"crit": ["exp"]},
        {"crit": ["b64"], "b64": False},
        {"b64": False},
    ],
)
def test_a_header_of_another_kind_is_refused(header: dict[str, Any]) -> None:
    refused(by_hand({"alg": "EdDSA", "kid": "ed", **header}, claims(), b"x" * 64))


@pytest.mark.parametrize("typ", ["jwt", "at+jwt", "application/at+jwt"])
def test_the_types_of_access_tokens_are_accepted(typ: str) -> None:
    assert verified(signed(claims(), typ=typ)).sub == "o-1"


def test_a_key_in_the_header_is_not_taken_up() -> None:
    raw = json.dumps(claims()).encode()
    header = {"alg": "EdDSA", "kid": "ed", "typ": "JWT", "jwk": OTHER.as_dict(private=False)}
    refused(serialize_compact(header, raw, OTHER, registry=REGISTRY))


@pytest.mark.parametrize("payload", [b"[]", b'"text"', b"not json", b'{"sub": "a", "sub": "o-1"}', b"\xff", b""])
def test_signed_content_that_is_no_object_is_refused(payload: bytes) -> None:
    refused(signed(payload))


@pytest.mark.parametrize(
    "token",
    [
        "a",
        "a.b",
        "a.b.c.d",
        "..",
        "a" * 8193,
        "é.é.é",
        by_hand(b"[]", {}),
        by_hand(b"[" * 300, {}),
        by_hand(b'{"alg":"EdDSA","alg":"none","kid":"ed"}', {}),
        by_hand(b"\xff", {}),
    ],
)
def test_what_is_no_token_is_refused(token: str) -> None:
    refused(token)


def test_every_changed_letter_breaks_a_token() -> None:
    token = signed(claims())
    broken = [token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :] for at in range(0, len(token), 7)]
    for one in broken:
        refused(one)


def test_an_oversized_but_signed_token_is_refused_unread() -> None:
    refused(signed(claims(padding="x" * 8192)))
