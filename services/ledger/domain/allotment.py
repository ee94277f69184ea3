"""What an entry is allotted when it is recorded, and what reversals and regrades leave of it. Source: R3, R4, R9, R10.

An allotment is fixed with the recording; afterwards it can only fall. The seal is not part of it (R6): an entry at
or above the sealing node only *holds* that node, as a cap, whoever the sealing entry is.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from services.ledger.domain.ladders import crossed, node_at, sealing_node
from shared.rulebook.model import Ladder, Node


class Term(NamedTuple):
    """A timed sanction: the node it stands at, its period `[start, end)`, and what it imposes."""

    node: int
    start: datetime
    end: datetime
    measures: tuple[str, ...]


class Allotment(NamedTuple):
    """The terms of an entry in order of ordinal, and whether it holds the sealing node."""

    terms: tuple[Term, ...] = ()
    seal: bool = False


NOTHING: Final = Allotment()


def allot(ladder: Ladder | None, before: int, after: int, trigger: datetime, busy_until: datetime | None) -> Allotment:
    """Return what a rise from `before` to `after` points brings at `trigger`.

    On a consecutive ladder one term per node crossed, the first from max(trigger, busy_until), each when the one
    before ends. On a heaviest ladder one term from the trigger, of the highest node crossed, unless that is the seal.
    """
    if ladder is None:
        return NOTHING
    seal = sealing_node(ladder)
    holds_seal = seal is not None and after >= seal.at
    nodes = crossed(ladder, before, after)
    if ladder.composition == "heaviest":
        return Allotment(() if holds_seal else _terms(nodes[-1:], trigger), holds_seal)
    return Allotment(_terms(nodes, trigger if busy_until is None else max(trigger, busy_until)), holds_seal)


def smaller(held: Allotment, fresh: Allotment) -> Allotment:
    """Return what an entry keeps of `held` when a reversal before it makes its recomputed allotment `fresh`.

    Per ordinal the lower node, the earlier start and the earlier end; no more terms than either. Who held the seal
    takes what the recomputation gives; who is newly lifted to the seal by it keeps what it held.
    """
    if held.seal:
        return fresh
    if fresh.seal:
        return held
    return Allotment(tuple(_least(old, new) for old, new in zip(held.terms, fresh.terms, strict=False)))


def at_most(held: Allotment, fresh: Allotment, ladder: Ladder | None, trigger: datetime) -> Allotment:
    """Return what a regrade on the same track may hold of `fresh`: as many terms as `held`, or a tier no higher."""
    if held.seal or ladder is None:
        return fresh
    if ladder.composition == "consecutive":
        return Allotment(fresh.terms[: len(held.terms)])
    tiers = [term.node for term in held.terms]
    if not tiers or not (fresh.seal or fresh.terms):
        return NOTHING
    node = node_at(ladder, tiers[0] if fresh.seal else min(tiers[0], fresh.terms[0].node))
    return Allotment(_terms([node] if node is not None else [], trigger))


def cut(allotment: Allotment, end: datetime) -> Allotment:
    """Return the terms, each ended at `end` at the latest, without those that would be empty; no hold on the seal."""
    terms = (
        Term(term.node, term.start, min(term.end, end), term.measures) for term in allotment.terms if term.start < end
    )
    return Allotment(tuple(terms))


def _terms(nodes: Iterable[Node], start: datetime) -> tuple[Term, ...]:
    """Return the timed nodes' terms one after the other from `start`; the seal is no term."""
    terms: list[Term] = []
    for node in nodes:
        if node.sanction.hours is not None:
            terms.append(Term(node.at, start, start + timedelta(hours=node.sanction.hours), node.sanction.measures))
            start = terms[-1].end
    return tuple(terms)


def _least(old: Term, new: Term) -> Term:
    lower = old if old.node <= new.node else new
    return Term(lower.node, min(old.start, new.start), min(old.end, new.end), lower.measures)
