"""A signer that takes its time, or drips its answer, holds back one write for a moment, and then none for a while."""

from pathlib import Path
from time import monotonic

from shared.kit.audit import witness
from shared.kit.audit.lastsigned import LastSigned
from shared.kit.audit.notary import Notary
from shared.kit.audit.signer import SocketSigner
from shared.kit.audit.witness import Witness
from shared.kit.log.memory import open_memory_log
from tests.shared.audit.test_witness import Hand
from tests.support.agents import agent
from tests.support.audit import signer
from tests.support.logs import StandingClock
from tests.support.witnessing import SEED, Witnessed


def test_slow_signers_are_waited_for_once_and_then_not_for_a_while(tmp_path: Path) -> None:
    """Whether they succeed or not. Meanwhile the witness asks them, and what that covers is proven."""
    now, key = [0.0], signer(SEED, (log := open_memory_log(StandingClock())).id).key

    class Slow(Hand):
        takes_s = 0.9

        def sign(self, message: bytes) -> bytes:
            now[0] += self.takes_s
            return super().sign(message)

    hand = Slow(log.id)
    notary = Notary(log.id, [hand], lambda: [key], LastSigned(tmp_path / "last-signed"), lambda: now[0])
    slow = Witness(log, notary, lambda: [key], lambda: now[0])
    grow = Witnessed(tmp_path, log).grow
    grow(1)
    assert slow.receipts([1])[0] is not None
    assert slow.check() == (True, {"signed": 1, "reason": "signer_unavailable"})
    grow(1)
    assert slow.receipts([2]) == [None]
    assert now[0] == 0.9
    slow.look()
    assert slow.receipts([2])[0] is not None
    now[0] += witness.REST_S
    assert slow.check() == (True, {"signed": 2})
    hand.away = True
    grow(1)
    assert slow.receipts([3]) == [None]
    hand.away, before = False, now[0] + 0.01
    hand.takes_s = 0.01
    slow.look()
    grow(1)
    assert slow.receipts([3, 4]) == [None, None]
    assert now[0] == before
    now[0] += witness.REST_S
    assert slow.receipts([3, 4])[0] is not None


def test_a_dripping_signer_keeps_no_second_write_waiting(tmp_path: Path) -> None:
    """Over a real socket: the first one waits for the deadline, the others not at all."""
    log, path = open_memory_log(StandingClock()), tmp_path / "agent"
    holder = signer(SEED, log.id)
    with agent(path, holder.sign, drip_s=0.1):
        dripping = Witnessed(tmp_path, log, lambda _: SocketSigner(holder.key, path, answer_s=0.6))
        dripping.grow(5)
        began = monotonic()
        assert [dripping.witness.receipts([position]) for position in range(1, 6)] == [[None]] * 5
        assert monotonic() - began < 2.4  # of five deadlines, four
