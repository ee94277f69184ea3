"""The routes under /log: what they give out is verified by the stand-alone verifier; what cannot be is said why."""

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from shared.kit.audit.checkpoint import Checkpoint, sign
from shared.kit.audit.keyfolder import KNOWN_FILE, KeyFolder
from shared.kit.identity import ROLES
from shared.kit.log.merkle import leaf_hash
from tests.support.audit import continued, included, plain_root, signer
from tests.support.served_log import Served, served
from tests.support.witnessing import SEED
from tools import verify_audit

EVENTS = 700
ROUTES = {
    "/log/proof/inclusion?position=1": {"follower", "auditor", "service", "admin"},
    "/log/proof/consistency?from=1": {"follower", "auditor", "service", "admin"},
    "/log/receipt?position=1": {"follower", "auditor", "service", "admin"},
    "/log/keys": {"follower", "auditor", "service", "admin"},
    "/log/tile/entries/000": {"auditor"},
    "/log/tile/0/000": set(ROLES),
    "/log/checkpoint": set(ROLES),
}


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("log")) as running:
        running.kept.grow(EVENTS)
        yield running


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path) as running:
        running.kept.grow(5)
        yield running


def test_the_checkpoint_is_of_all_that_is_recorded(log: Served) -> None:
    note = log.get("/log/checkpoint")
    head = verify_audit.verify_checkpoint(note, [log.key], log.kept.log.id)
    assert tuple(head) == (log.kept.log.id, EVENTS, log.root(EVENTS))
    assert log.get("/log/keys").decode() == f"{signer(SEED, log.kept.log.id).key}\n"


@pytest.mark.parametrize("size", [None, 700, 699, 512, 3])
def test_events_are_proven_at_any_size(log: Served, size: int | None) -> None:
    positions = [1, 3, 2, *([500] if size is None or size > 500 else [])]
    given = {} if size is None else {"size": size}
    told = log.get("/log/proof/inclusion", position=positions, **given)
    assert (told["origin"], told["size"]) == (log.kept.log.id, size or EVENTS)
    root = base64.b64decode(told["root"])
    assert root == log.root(told["size"])
    for position, one in zip(positions, told["proofs"], strict=True):
        assert (one["position"], one["index"]) == (position, position - 1)
        leaf = base64.b64decode(one["leaf_hash"])
        assert leaf == leaf_hash(log.states()[position - 1])
        assert included(root, told["size"], one["index"], leaf, list(map(base64.b64decode, one["proof"])))
    if told["size"] == EVENTS:
        assert verify_audit.verify_checkpoint(told["checkpoint"].encode(), [log.key], log.kept.log.id).root == root
    else:
        assert told["checkpoint"] is None


@pytest.mark.parametrize(("since", "to"), [(0, None), (1, None), (255, 700), (256, 699), (300, 300), (0, 0)])
def test_growth_is_proven_between_any_sizes(log: Served, since: int, to: int | None) -> None:
    told = log.get("/log/proof/consistency", **{"from": since}, **({} if to is None else {"to": to}))
    end = EVENTS if to is None else to
    assert (told["origin"], told["from"], told["to"]) == (log.kept.log.id, since, end)
    assert continued(log.root(since), since, log.root(end), end, list(map(base64.b64decode, told["proof"])))
    assert (told["checkpoint"] is None) == (end != EVENTS)


def test_a_receipt_shows_its_event(log: Served) -> None:
    key = signer(SEED, log.kept.log.id).key
    for position in (1, 2, 512, EVENTS):
        raw, event = log.get("/log/receipt", position=position), log.states()[position - 1]
        read = verify_audit.verify_receipt(raw, event, [verify_audit.read_key(str(key))], log.kept.log.id)
        assert read[0] == position - 1


def test_tiles_hold_the_hashes_and_the_events(log: Served) -> None:
    leaves = [leaf_hash(state) for state in log.states()]
    assert log.get("/log/tile/0/000") == b"".join(leaves[:256])
    assert log.get("/log/tile/0/002.p/100") == b"".join(leaves[512:612])
    assert log.get("/log/tile/1/000.p/2") == plain_root(leaves[:256]) + plain_root(leaves[256:512])
    bundle = log.get("/log/tile/entries/002.p/188")
    for state in log.states()[512:]:
        assert bundle[:2] == len(state).to_bytes(2, "big")
        assert bundle[2 : 2 + len(state)] == state
        bundle = bundle[2 + len(state) :]
    assert bundle == b""


@pytest.mark.parametrize("path", ["0/002", "0/002.p/189", "1/000", "1/000.p/3", "9/000", "0/0", "0/000.p/256", "x/000"])
def test_a_tile_that_is_not_there_is_not_found(log: Served, path: str) -> None:
    told = log.get(f"/log/tile/{path}", 404)
    assert (told["code"], told["size"]) == ("tile_not_found", EVENTS)


def test_a_full_tile_may_be_kept_and_events_by_their_reader_alone(log: Served) -> None:
    assert log.http.get("/log/tile/0/000").headers["cache-control"] == "public, max-age=31536000, immutable"
    assert log.http.get("/log/tile/entries/000").headers["cache-control"].startswith("private")
    assert log.http.get("/log/checkpoint").headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("path", "params", "size"),
    [
        ("inclusion", {"position": [1, 701]}, 700),
        ("inclusion", {"position": 5, "size": 4}, 4),
        ("inclusion", {"position": 1, "size": 701}, 700),
        ("consistency", {"from": 701}, 700),
        ("consistency", {"from": 5, "to": 4}, 4),
        ("consistency", {"from": 5, "to": 701}, 700),
    ],
)
def test_what_the_log_never_was_cannot_be_proven(log: Served, path: str, params: dict[str, Any], size: int) -> None:
    told = log.get(f"/log/proof/{path}", 404, **params)
    assert (told["code"], told["size"]) == ("not_in_the_log", size)
    assert log.get("/log/receipt", 404, position=701)["code"] == "not_in_the_log"


@pytest.mark.parametrize(
    ("path", "params"),
    [
        ("proof/inclusion", {}),
        ("proof/inclusion", {"position": 0}),
        ("proof/inclusion", {"position": "x"}),
        ("proof/inclusion", {"position": list(range(1, 102))}),
        ("proof/inclusion", {"position": 1, "size": 0}),
        ("proof/consistency", {}),
        ("proof/consistency", {"from": -1}),
        ("receipt", {"position": 0}),
        ("receipt", {"position": [1, 2]}),
        ("checkpoint", {"size": 3}),
    ],
)
def test_what_is_no_question_is_refused(log: Served, path: str, params: dict[str, Any]) -> None:
    assert log.get(f"/log/{path}", 422, **params)["status"] == 422


@pytest.mark.parametrize("role", [*ROLES, None])
def test_checkpoints_and_hashes_are_open_and_events_are_for_auditors(log: Served, role: str | None) -> None:
    bound = {"seller": {"seller": "s-1"}, "complainant": {"complainant": "b-1"}}
    headers = {} if role is None else log.issuer.headers(role, **bound.get(role, {}))
    for path, allowed in ROUTES.items():
        status = httpx.get(log.http.base_url.join(path), headers=headers, trust_env=False).status_code
        if role is None:
            assert status == (200 if allowed == set(ROLES) else 401), path
        else:
            assert status == (200 if role in allowed else 403), path


def test_a_log_that_was_put_back_gives_proofs_and_no_checkpoint(small: Served) -> None:
    """Proofs of what is there are no lie; only nothing is signed for them."""
    small.kept.witness.look()
    small.kept.witness._notary._last = None
    (small.kept.folder / "last-signed").write_bytes(forged(small))
    (small.kept.folder / "last-signed.durable").write_bytes(forged(small))
    for path in ("checkpoint", "receipt?position=1", "proof/inclusion?position=1", "proof/consistency?from=1"):
        answer = small.http.get(f"/log/{path}")
        assert (answer.status_code, answer.json()["code"]) == (503, "signing_refused"), path
        assert answer.headers["retry-after"] == "1"
    assert small.get("/log/proof/inclusion", position=1, size=5)["checkpoint"] is None
    assert small.get("/log/proof/consistency", **{"from": 1}, to=5)["checkpoint"] is None
    ready = small.get("/health/ready", 503)
    assert ready["checks"]["audit"] == {"ok": False, "detail": {"signed": 5, "reason": "signing_refused"}}


@pytest.mark.parametrize("damage", [b"noise\n", b"\xff", None])
def test_a_damaged_list_of_keys_is_told_as_a_signers_trouble(tmp_path: Path, damage: bytes | None) -> None:
    """By the list in the folder; None: it cannot be read at all."""
    folder = KeyFolder(tmp_path / "keys", "urn:uuid:0")
    folder.open()
    (tmp_path / "keys" / KNOWN_FILE).unlink()
    if damage is None:
        (tmp_path / "keys" / KNOWN_FILE).mkdir()
    else:
        (tmp_path / "keys" / KNOWN_FILE).write_bytes(damage)
    with served(tmp_path, folder.known) as running:
        answer = running.http.get("/log/keys")
    code = "signer_unavailable" if damage is None else "signing_refused"
    assert (answer.status_code, answer.json()["code"]) == (503, code)
    assert answer.headers["retry-after"] == "1"
    assert str(tmp_path) not in answer.text


def forged(small: Served) -> bytes:
    """Return a checkpoint of nine leaves, as if the log had been longer once."""
    return sign(Checkpoint(small.kept.log.id, 9, bytes(32)), [signer(SEED, small.kept.log.id)])
