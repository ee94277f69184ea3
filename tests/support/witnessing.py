"""A log with its witness in a test, signed by a number's key, and the history that a database could be put back to."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from shared.kit.audit.lastsigned import LastSigned
from shared.kit.audit.notary import Notary
from shared.kit.audit.note import Signs
from shared.kit.audit.vkey import VerifierKey
from shared.kit.audit.witness import Witness
from shared.kit.log.memory import open_memory_log
from shared.kit.log.model import Append, EventLog
from tests.support.audit import signer
from tests.support.logs import StandingClock, draft

SEED: Final = 1  # of the key that signs


@dataclass
class Witnessed:
    """A log whose checkpoints are signed; a second one over the same `folder` is a restart over another database."""

    folder: Path
    log: EventLog = field(default_factory=lambda: open_memory_log(StandingClock()))
    hand: Callable[[str], Signs] = lambda name: signer(SEED, name)
    known: Callable[[], Sequence[VerifierKey]] | None = None
    witness: Witness = field(init=False)

    def __post_init__(self) -> None:
        """Wire, as `open_witness` does."""
        hand = self.hand(self.log.id)
        notary = Notary(self.log.id, [hand], lambda: [hand.key], LastSigned(self.folder / "last-signed"))
        self.witness = Witness(self.log, notary, self.known or (lambda: [hand.key]))

    def grow(self, count: int, name: str = "account") -> None:
        """Append so many events to a stream."""
        version = len(self.log.stream(name))
        for nth in range(1, count + 1):
            self.log.append(Append([draft(name, version + nth)]))

    def states(self) -> list[bytes]:
        """Return the leaves, in order."""
        return [stored.state for stored in self.log.read(0, 1000).events]
