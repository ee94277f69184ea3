"""What is asked of a replay."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from services.ledger.replay.batch import Rules, timeline_of
from services.ledger.replay.keeping import Keeping, Until
from services.ledger.replay.live import LiveLedger
from services.ledger.replay.scanning import PIECE
from services.ledger.replay.sources import Source
from shared.contracts.entries import DIGEST_ENTRIES
from shared.kit.audit.checkpoint import Checkpoint
from shared.rulebook.digest import digest_of

ALL: Final = Until()


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be replayed, from where, and what of it; `window` and `piece` as in `Keeping`.

    `signed` is what the service of this ledger signed last, as its files say: it is none of the `words`.
    `live` is a running ledger whose answers are compared as well.
    """

    cases: Source
    ledger: Source
    rules: Rules
    until: Until = ALL
    seller: str | None = None
    checkpoints: Sequence[Checkpoint] = ()
    signed: Sequence[Checkpoint] = ()
    live: LiveLedger | None = None
    window: int = DIGEST_ENTRIES
    piece: int = PIECE

    @property
    def keeping(self) -> Keeping:
        """What a scan keeps."""
        return Keeping(self.seller, self.window, self.piece)

    def words(self) -> dict[str, str]:
        """Return what a replay must have in common with the one that it goes on with: digests, for a word may hold a
        password.
        """
        names = ("cases", "ledger", "rules", "until", "checkpoints", "live", "keeping")
        words = {name: repr(getattr(self, name)) for name in names}
        words["rulebook"] = digest_of(timeline_of(self.rules.rulebook))
        return {name: sha256(word.encode()).hexdigest() for name, word in words.items()}
