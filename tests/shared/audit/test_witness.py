"""What is committed is signed and proven; a signer that refuses or is away leaves receipts out, and stops nothing."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kit.audit import receipt, witness
from shared.kit.audit.keyfolder import KNOWN_FILE, KeyFolder
from shared.kit.audit.lastsigned import LastSigned, TurnTaken
from shared.kit.audit.notary import Notary
from shared.kit.audit.note import Signs
from shared.kit.audit.signer import SignerUnavailable
from shared.kit.audit.tree import inclusion_proof, inclusion_proofs
from shared.kit.audit.vkey import VerifierKey
from shared.kit.audit.witness import Unsigned, Witness
from shared.kit.log.memory import open_memory_log
from shared.kit.log.merkle import leaf_hash
from shared.kit.log.model import Append
from tests.support.audit import plain_root, signer, tree_of
from tests.support.eventually import eventually
from tests.support.logs import STORES, StandingClock, draft, store_at
from tests.support.witnessing import SEED, Witnessed


class Hand:
    """A signer that can be away, or take its time; it counts."""

    def __init__(self, name: str) -> None:
        self._signs = signer(SEED, name)
        self.away, self.signed, self.go_on = False, 0, Event()
        self.go_on.set()

    @property
    def key(self) -> VerifierKey:
        return self._signs.key

    def sign(self, message: bytes) -> bytes:
        assert self.go_on.wait(10)
        if self.away:
            raise SignerUnavailable("nobody is there")
        self.signed += 1
        return self._signs.sign(message)


class Held(Witnessed):
    """A log whose signer is at hand for the test."""

    def __init__(self, folder: Path) -> None:
        self.held: Hand | None = None
        super().__init__(folder, hand=self._hand)

    def _hand(self, name: str) -> Signs:
        self.held = Hand(name)
        return self.held

    @property
    def signer(self) -> Hand:
        assert self.held is not None
        return self.held


def keys(log: Witnessed) -> list[VerifierKey]:
    return [signer(SEED, log.log.id).key]


@pytest.fixture
def held(tmp_path: Path) -> Held:
    return Held(tmp_path)


@pytest.fixture(params=STORES)
def stored(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Witnessed]:
    store = store_at(request.param, tmp_path)
    yield Witnessed(tmp_path, store.open(StandingClock()))
    store.close()


def test_every_position_of_every_store_is_proven_to_the_signed_root(stored: Witnessed) -> None:
    stored.grow(13)
    told = stored.witness.receipts(range(1, 14))
    for position, (state, one) in enumerate(zip(stored.states(), told, strict=True), 1):
        assert one is not None
        index, checkpoint = receipt.verify(one.encode(), leaf_hash(state), keys(stored), stored.log.id)
        assert (index, checkpoint.size) == (position - 1, 13)
        assert checkpoint.root == plain_root([leaf_hash(leaf) for leaf in stored.states()])


def test_an_empty_log_is_signed_and_has_nothing_to_prove(held: Held) -> None:
    assert held.witness.receipts([]) == []
    assert held.witness.checkpoint().checkpoint.size == 0


def test_one_signature_serves_all_that_it_covers(held: Held) -> None:
    """Many writers who finish together meet one checkpoint; only what came later is signed anew."""
    held.grow(40)
    with ThreadPoolExecutor(8) as writers:
        told = list(writers.map(lambda position: held.witness.receipts([position])[0], range(1, 41)))
    assert all(told)
    assert held.signer.signed == 1
    held.grow(1)
    assert held.witness.receipts([41, 40])[0] is not None
    assert held.signer.signed == 2


def test_a_signer_that_is_away_leaves_receipts_out_until_the_witness_has_tried_again(held: Held) -> None:
    held.grow(2)
    held.signer.away = True
    assert held.witness.receipts([1, 2]) == [None, None]
    held.signer.away = False
    assert held.witness.receipts([1]) == [None]  # nobody who writes tries: a signer that hangs would keep them waiting
    assert held.witness.left_out == 3
    with pytest.raises(Unsigned) as unsigned:
        held.witness.checkpoint()
    assert unsigned.value.trouble.code == "signer_unavailable"
    assert held.witness.check() == (True, {"signed": 0, "reason": "signer_unavailable"})  # no reason to be taken out
    held.witness.look()
    assert held.witness.check() == (True, {"signed": 2})
    assert held.witness.receipts([1])[0] is not None


def test_a_signer_that_takes_its_time_keeps_a_writer_waiting_no_longer_than_said(
    held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(witness, "WAIT_S", 0.01)
    held.grow(2)
    held.signer.go_on.clear()
    slow = threading.Thread(target=held.witness.look)
    slow.start()
    eventually(held.witness._signing.locked)
    assert held.witness.receipts([1]) == [None]
    held.signer.go_on.set()
    slow.join(10)
    assert held.witness.receipts([1])[0] is not None


def test_an_older_copy_is_not_signed_and_takes_writes(tmp_path: Path) -> None:
    """Given a database put back, then there is no receipt, also once it is longer than what was signed."""
    store = store_at("sqlite", tmp_path)
    before = Witnessed(tmp_path, store.open(StandingClock()))
    before.grow(4)
    before.log.close()
    copy = (tmp_path / "log.db").read_bytes()
    now = Witnessed(tmp_path, store.open(StandingClock()))
    now.grow(1)
    now.witness.look()
    now.log.close()
    (tmp_path / "log.db").write_bytes(copy)
    older = Witnessed(tmp_path, store.open(StandingClock()))
    assert older.witness.receipts([4]) == [None]
    assert older.witness.check() == (False, {"signed": 0, "reason": "signing_refused"})
    older.grow(3)
    older.witness.look()
    assert older.witness.check() == (False, {"signed": 0, "reason": "signing_refused"})
    assert older.log.head().position == 7
    store.close()


def test_a_log_that_cannot_be_read_is_no_refusal(held: Held) -> None:
    held.grow(1)
    held.log.close()
    assert held.witness.receipts([1]) == [None]
    assert held.witness.check()[1]["reason"] == "signer_unavailable"


def test_a_disk_that_takes_nothing_leaves_receipts_out(held: Held) -> None:
    """What cannot be kept is not given out."""
    held.grow(1)
    (held.folder / "last-signed").mkdir()
    assert held.witness.receipts([1]) == [None]
    assert held.witness.check()[1]["reason"] == "signer_unavailable"


def test_a_damaged_list_of_keys_leaves_receipts_out(tmp_path: Path) -> None:
    """Another process signs meanwhile: what it kept is read again, by the keys that are listed."""
    keys = KeyFolder(tmp_path / "keys", (log := open_memory_log(StandingClock())).id)
    signers = keys.open()
    one, two = (
        Witness(log, Notary(log.id, signers, keys.known, LastSigned(tmp_path / "last-signed")), keys.known)
        for _ in range(2)
    )
    listed = tmp_path / "keys" / KNOWN_FILE
    good = listed.read_bytes()
    one.look()
    log.append(Append([draft("account", 1)]))
    two.look()
    listed.write_bytes(b"no key\n")
    assert one.receipts([1]) == [None]
    one.look()
    assert one.check() == (False, {"signed": 0, "reason": "signing_refused"})
    listed.write_bytes(good)
    one.look()
    assert one.receipts([1]) != [None]


def test_the_thread_keeps_up_and_makes_durable_and_ends_when_told(held: Held, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(witness, "EVERY_S", 0.01)
    held.grow(1)
    stop = Event()
    thread = threading.Thread(target=held.witness.keep_up, args=(stop,))
    thread.start()
    eventually(lambda: held.witness.check()[1]["signed"] == 1)
    held.grow(1)
    durable = held.folder / "last-signed.durable"
    eventually(lambda: b"\n2\n" in durable.read_bytes())
    stop.set()
    thread.join(10)
    assert not thread.is_alive()


def test_processes_of_one_host_sign_in_turns_and_know_of_each_other(tmp_path: Path) -> None:
    """Two witnesses over one log and one folder, as two workers are: neither refuses what the other one signed."""
    one = Held(tmp_path)
    two = Witnessed(tmp_path, one.log)
    for nth in range(1, 20):
        one.grow(1)
        by = (one, two)[nth % 2]
        assert by.witness.checkpoint().checkpoint.size == nth
    assert one.witness.checkpoint() == two.witness.checkpoint()
    writers = [threading.Thread(target=worker.witness.look) for worker in (one, two) for _ in range(4)]
    for writer in writers:
        writer.start()
        one.grow(1)
    for writer in writers:
        writer.join(10)
    assert [worker.witness.check()[0] for worker in (one, two)] == [True, True]


def test_a_turn_that_does_not_end_is_not_waited_for(tmp_path: Path) -> None:
    one, two = LastSigned(tmp_path / "last-signed"), LastSigned(tmp_path / "last-signed")
    with one.turn(), pytest.raises(TurnTaken), two.turn(wait_s=0.01):
        pytest.fail("two at once")
    with two.turn(wait_s=0.01):
        pass


def test_what_another_process_kept_is_made_durable_with_ours_and_never_undone(tmp_path: Path) -> None:
    tree = tree_of(9)
    one, two = LastSigned(tmp_path / "last-signed"), LastSigned(tmp_path / "last-signed")
    one.keep(tree.checkpoint(1))
    one.flush()
    one.keep(tree.checkpoint(2))
    two.keep(tree.checkpoint(9))
    assert one.moved()
    one.flush()
    assert (tmp_path / "last-signed.durable").read_bytes() == tree.checkpoint(9)


@given(st.integers(1, 300), st.data())
def test_proofs_made_together_are_those_made_alone(size: int, data: st.DataObject) -> None:
    nodes = tree_of(300).nodes
    indices = data.draw(st.lists(st.integers(0, size - 1), min_size=1, max_size=8))
    assert inclusion_proofs(nodes, indices, size) == [inclusion_proof(nodes, index, size) for index in indices]
