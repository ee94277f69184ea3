"""Facts that wait for an account in quarantine: each as it came, with the leaf of its bytes in the cases log's tree."""

from collections.abc import Sequence

from services.ledger.casefacts import CaseFact
from services.ledger.tables import PARKED
from shared.kit.decider import Refusal
from shared.kit.log.later import fill
from shared.kit.log.merkle import leaf_hash
from shared.kit.log.model import EventLog
from shared.kit.log.rows import Put, Row


def put(fact: CaseFact) -> Put:
    """Return the change that lets a fact wait."""
    leaf = leaf_hash(fact.state)
    return Put(PARKED, {"seller": fact.seller, "position": fact.position, "state": fact.state, "leaf": leaf})


def whole(row: Row) -> bool:
    """Return whether a row holds the bytes that it was written with."""
    state = row["state"]
    return isinstance(state, bytes) and row["leaf"] == leaf_hash(state)


def damaged(rows: Sequence[Row], count: int) -> Refusal | None:
    """Return why the facts that wait for an account are not to be folded: they are not the `count` that came, or not
    as they came. None: they are.
    """
    for row in rows:
        if not whole(row):
            detail = "the facts that wait would have to be as they came from the cases log"
            return Refusal("waiting_damaged", detail, {"position": int(str(row["position"]))})
    if len(rows) != count:
        return Refusal("waiting_damaged", f"{count} facts would have to wait", {"waiting": len(rows)})
    return None


def complete(log: EventLog) -> None:
    """Give rows from before there was one their leaf.

    Raises:
        LogUnavailable: the log takes no writes now.
    """
    fill(log, PARKED, "leaf", lambda row: leaf_hash(row["state"]) if isinstance(row["state"], bytes) else b"")
