"""The parts of a bundle: our own log's events with their proofs, and where the cases log's come from."""

from collections.abc import Sequence
from typing import Protocol

from services.ledger.bundles.content import Part, Proven
from services.ledger.casestree import Known
from shared.kit.audit.notary import Signed
from shared.kit.audit.tree import Nodes, inclusion_proofs
from shared.kit.log.model import Stored


class TooManyEvents(Exception):
    """The cases log holds more events of the seller than one bundle may."""


class CasesRefused(Exception):
    """What the cases service gives is not to be handed on: it contradicts what is known of its log, or itself.

    The message says what would have to be shown.
    """


class Evidence(Protocol):
    """Where the cases log's part of a bundle comes from."""

    def part(self, seller: str, through: int, most: int, known: Known) -> Part:
        """Return the seller's events at positions up to `through`, at most `most`, proven to a checkpoint of now.

        The checkpoint is signed by a trusted key, and continues what was accepted last and what was read.

        Raises:
            FeedUnavailable: the cases service cannot be asked now.
            FeedBroken: what it says does not fit together.
            CasesRefused: its checkpoint does not hold.
            TooManyEvents: see there.
        """
        ...


def own_part(signed: Signed, nodes: Nodes, events: Sequence[Stored]) -> Part:
    """Return the part of our own log: these events, which the signed tree has.

    Raises:
        LookupError, LogUnavailable: the log does not have the nodes, or cannot give them.
    """
    proofs = inclusion_proofs(nodes, [stored.position - 1 for stored in events], signed.checkpoint.size)
    pairs = zip(events, proofs, strict=True)
    proven = [Proven(stored.position, stored.state, proof) for stored, proof in pairs]
    return Part(signed.checkpoint.origin, signed.note, proven)
