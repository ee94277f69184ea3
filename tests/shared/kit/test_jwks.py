"""Keys from files and addresses: which are taken up, and what happens when the issuer changes them or goes away."""

import asyncio
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey
from joserfc.util import int_to_base64

from shared.kit.jwks import MAX_JWKS_BYTES, STALE_S, KeyCache, KeysUnavailable, open_keys, parse_jwks

ED = OKPKey.generate_key("Ed25519")
NEW = OKPKey.generate_key("Ed25519")


def entry(key: OKPKey | ECKey | RSAKey, kid: str, **more: Any) -> dict[str, Any]:
    return {**key.as_dict(private=False), "kid": kid, **more}


def jwks(*entries: Any) -> bytes:
    return json.dumps({"keys": list(entries)}).encode()


class Issuer:
    """An issuer in memory: what it answers now, how often it was asked, and a clock of its own."""

    def __init__(self, *answers: bytes | Exception) -> None:
        self.answers = list(answers)
        self.asked = 0
        self.now = 1000.0

    async def load(self) -> bytes:
        self.asked += 1
        await asyncio.sleep(0)
        answer = self.answers[min(self.asked, len(self.answers)) - 1]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def cache(self) -> KeyCache:
        return KeyCache(self.load, max_age_s=300, pause_s=10, monotonic=lambda: self.now)


def test_a_key_is_read_once_and_stays_the_same_object() -> None:
    async def story() -> None:
        issuer = Issuer(jwks(entry(ED, "one")))
        cache = issuer.cache()
        first = await cache.find("one")
        issuer.now += 299
        assert await cache.find("one") is first is not None
        assert issuer.asked == 1
        issuer.now += 1
        assert await cache.find("one") is first
        assert issuer.asked == 2

    asyncio.run(story())


def test_a_new_key_is_found_by_reading_again() -> None:
    async def story() -> None:
        issuer = Issuer(jwks(entry(ED, "one")), jwks(entry(ED, "one"), entry(NEW, "two")))
        cache = issuer.cache()
        await cache.find("one")
        issuer.now += 10
        assert await cache.find("two") is not None

    asyncio.run(story())


def test_unknown_names_cannot_make_the_issuer_be_asked_all_the_time() -> None:
    async def story() -> None:
        issuer = Issuer(jwks(entry(ED, "one")))
        cache = issuer.cache()
        for number in range(50):
            assert await cache.find(f"unknown-{number}") is None
        assert issuer.asked == 1

    asyncio.run(story())


def test_callers_at_once_share_one_reading() -> None:
    async def story() -> None:
        issuer = Issuer(jwks(entry(ED, "one")))
        cache = issuer.cache()
        found = await asyncio.gather(*(cache.find("one") for _ in range(20)))
        assert issuer.asked == 1
        assert None not in found
        assert len(set(map(id, found))) == 1

    asyncio.run(story())


def test_a_removed_key_is_gone_and_an_exchanged_one_is_another_object() -> None:
    async def story() -> None:
        issuer = Issuer(jwks(entry(ED, "one"), entry(ED, "two")), jwks(entry(NEW, "one")))
        cache = issuer.cache()
        before = await cache.find("one")
        issuer.now += 300
        after = await cache.find("one")
        assert after is not None
        assert after is not before
        assert await cache.find("two") is None

    asyncio.run(story())


@pytest.mark.parametrize("failure", [OSError(), b"no json", jwks(), b'{"keys": 1}', b"[]", jwks({"kty": "oct"})])
def test_keys_outlive_an_issuer_that_fails_but_not_for_ever(failure: bytes | Exception) -> None:
    async def story() -> None:
        issuer = Issuer(jwks(entry(ED, "one")), failure)
        cache = issuer.cache()
        known = await cache.find("one")
        issuer.now += 300 + STALE_S
        assert await cache.find("one") is known
        issuer.now += 1
        with pytest.raises(KeysUnavailable):
            await cache.find("one")

    asyncio.run(story())


def test_without_any_keys_nobody_is_believed_and_the_issuer_is_asked_again_later() -> None:
    async def story() -> None:
        issuer = Issuer(OSError(), jwks(entry(ED, "one")))
        cache = issuer.cache()
        for _ in range(2):
            with pytest.raises(KeysUnavailable):
                await cache.find("one")
        assert issuer.asked == 1
        issuer.now += 10
        assert await cache.find("one") is not None

    asyncio.run(story())


@pytest.mark.parametrize(
    "unusable",
    [
        entry(ED, "x", use="enc"),
        entry(ED, "x", alg="ES256"),
        {**ED.as_dict(private=True), "kid": "x"},
        {**ED.as_dict(private=False)},
        entry(ED, ""),
        entry(ED, "k" * 129),
        {**OctKey.generate_key(256).as_dict(), "kid": "x"},
        entry(ECKey.generate_key("P-384"), "x"),
        entry(OKPKey.generate_key("X25519"), "x"),
        {"kty": "RSA", "n": int_to_base64(2**1023 + 1), "e": "AQAB", "kid": "x"},
        {"kty": "OKP", "crv": "Ed25519", "x": "AAAA", "kid": "x"},
        {"kty": "EC", "crv": "P-256", "x": "AAAA", "y": "AAAA", "kid": "x"},
        {"kty": "RSA", "n": "!", "e": "AQAB", "kid": "x"},
        {"kty": "RSA", "kid": "x"},
        {"kid": "x"},
        "x",
        None,
    ],
)
def test_a_key_for_anything_else_is_passed_over(unusable: Any) -> None:
    assert set(parse_jwks(jwks(unusable, entry(NEW, "good")))) == {"good"}


@pytest.mark.parametrize(
    "raw", [jwks(entry(ED, "one"), entry(NEW, "one")), jwks(*(entry(ED, f"k{n}") for n in range(65))), jwks(), b"{"]
)
def test_a_set_that_cannot_be_understood_is_refused_whole(raw: bytes) -> None:
    with pytest.raises(ValueError, match="JWKS"):
        parse_jwks(raw)


def found(source: str, kid: str) -> bool:
    async def ask() -> bool:
        return await open_keys(source).find(kid) is not None

    return asyncio.run(ask())


def test_keys_are_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "jwks.json"
    path.write_bytes(jwks(entry(ED, "one")))
    assert found(str(path), "one")
    assert not found(str(path), "two")


@pytest.mark.parametrize("content", [None, b"x" * (MAX_JWKS_BYTES + 1)])
def test_a_missing_or_huge_file_leaves_no_keys(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "jwks.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(KeysUnavailable):
        found(str(path), "one")


@contextmanager
def web(answer: Callable[[BaseHTTPRequestHandler], None]) -> Iterator[str]:
    """An issuer's web server whose every GET is answered by `answer`."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer(self)

        def log_message(self, *args: Any) -> None:
            """Keep the test's output quiet."""

    with HTTPServer(("127.0.0.1", 0), Handler) as listening:
        thread = Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.server_port}/jwks"
        finally:
            listening.shutdown()
            thread.join()


def plain(status: int, body: bytes, **headers: str) -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def test_keys_are_read_from_an_address() -> None:
    with web(plain(200, jwks(entry(ED, "one")))) as address:
        assert found(address, "one")


@pytest.mark.parametrize(
    "answer",
    [
        plain(500, jwks(entry(ED, "one"))),
        plain(302, b"", Location="/elsewhere"),
        plain(200, b"<html>"),
        plain(200, b" " * (MAX_JWKS_BYTES + 1)),
    ],
)
def test_an_address_that_answers_anything_else_leaves_no_keys(answer: Callable[[BaseHTTPRequestHandler], None]) -> None:
    with web(answer) as address, pytest.raises(KeysUnavailable):
        found(address, "one")


def test_an_address_where_nobody_listens_leaves_no_keys() -> None:
    with web(plain(200, b"")) as address:
        pass
    with pytest.raises(KeysUnavailable):
        found(address, "one")


def test_a_file_that_was_exchanged_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "jwks.json"
    path.write_bytes(jwks(entry(ED, "one")))

    async def story() -> None:
        cache = open_keys(str(path))
        cache._pause_s = 0.0
        assert await cache.find("two") is None
        draft = tmp_path / "draft"
        draft.write_bytes(jwks(entry(NEW, "two")))
        os.replace(draft, path)
        assert await cache.find("two") is not None

    asyncio.run(story())
