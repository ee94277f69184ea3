"""Reading another log's tree: what a service gives comes through, what cannot be is refused."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from shared.kit.asking import FeedBroken, FeedUnavailable
from shared.kit.audit.client import TreeClient
from shared.kit.audit.proofs import MAX_POSITIONS
from shared.kit.audit.wire import encode64
from tests.support.audit import continued, opened, signer
from tests.support.served_log import Served, served
from tests.support.witnessing import SEED


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path) as running:
        running.kept.grow(9)
        yield running


def test_what_a_service_gives_comes_through(log: Served, tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text(log.issuer.token("follower", "ledger"))
    key = signer(SEED, log.kept.log.id).key
    with TreeClient(str(log.http.base_url), token) as client:
        assert client.keys() == [key]
        assert opened(client.checkpoint(), [key], log.kept.log.id) == log.kept.witness.checkpoint().checkpoint
        assert continued(log.root(4), 4, log.root(9), 9, client.consistency(4, 9))
        found = client.inclusion([2, 9], 9)
        assert (found.origin, found.size, found.root) == (log.kept.log.id, 9, encode64(log.root(9)))
        assert client.inclusion([2, 9]) == found
        with pytest.raises(FeedUnavailable) as absent:
            client.consistency(4, 10)
        assert absent.value.code == "not_in_the_log"
        for count in (0, MAX_POSITIONS + 1):
            with pytest.raises(ValueError, match="positions are proven"):
                client.inclusion([1] * count)


def stranger(tmp_path: Path, content: bytes, media_type: str, status: int = 200) -> TreeClient:
    """Return a client of somebody who answers everything so."""
    (tmp_path / "token").write_text("x.y.z")
    answer = httpx.Response(status, stream=httpx.ByteStream(content), headers={"content-type": media_type})
    return TreeClient("http://cases", tmp_path / "token", transport=httpx.MockTransport(lambda _: answer))


HASH = encode64(bytes(32))
PROOF = {"position": 2, "index": 1, "leaf_hash": HASH, "proof": []}
INCLUSION = {"origin": "x", "size": 3, "root": HASH, "proofs": [PROOF], "checkpoint": None}


@pytest.mark.parametrize(
    "told",
    [
        [],
        {},
        {**INCLUSION, "size": "3"},
        {**INCLUSION, "size": 4},
        {**INCLUSION, "proofs": []},
        {**INCLUSION, "proofs": [{**PROOF, "position": 3}]},
        {**INCLUSION, "proofs": [{**PROOF, "proof": [1]}]},
    ],
)
def test_a_proof_of_inclusion_that_was_not_asked_for_is_refused(tmp_path: Path, told: Any) -> None:
    with stranger(tmp_path, json.dumps(told).encode(), "application/json") as client, pytest.raises(FeedBroken):
        client.inclusion([2], 3)


@pytest.mark.parametrize("proof", ["x", [1], ["!"], [HASH[:-4]], [HASH] * 65])
def test_a_proof_of_growth_that_is_none_is_refused(tmp_path: Path, proof: Any) -> None:
    told = json.dumps({"proof": proof}).encode()
    with stranger(tmp_path, told, "application/json") as client, pytest.raises(FeedBroken):
        client.consistency(1, 3)


@pytest.mark.parametrize("told", [b"x", b"\xff", b"a+b+c\n"])
def test_a_list_of_keys_that_is_none_is_refused(tmp_path: Path, told: bytes) -> None:
    with stranger(tmp_path, told, "text/plain") as client, pytest.raises(FeedBroken):
        client.keys()


def test_an_answer_of_another_form_or_too_long_is_refused(tmp_path: Path) -> None:
    with stranger(tmp_path, b"{}", "application/json") as client, pytest.raises(FeedBroken, match="text/plain"):
        client.checkpoint()
    with stranger(tmp_path, b"x" * 1_000_001, "text/plain") as client, pytest.raises(FeedBroken, match="larger"):
        client.checkpoint()


@pytest.mark.parametrize(
    ("content", "media_type", "code"),
    [
        (b'{"code": "signing_refused"}', "application/problem+json", "signing_refused"),
        (b'{"code": 1}', "application/problem+json", ""),
        (b"x" * 70_000, "application/problem+json", ""),
        (b'{"code": "signing_refused"}', "text/html", ""),
    ],
)
def test_why_there_is_no_answer_is_told_where_it_is_known(
    tmp_path: Path, content: bytes, media_type: str, code: str
) -> None:
    with stranger(tmp_path, content, media_type, 503) as client, pytest.raises(FeedUnavailable, match="503") as told:
        client.checkpoint()
    assert told.value.code == code
