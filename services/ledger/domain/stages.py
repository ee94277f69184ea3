"""What was known of an account at any time, without learning it all anew: some states of knowledge on the way are kept.

They share what they have in common, since knowledge never changes.
"""

from collections.abc import Sequence
from typing import Final

from services.ledger.domain.facts import Fact
from services.ledger.domain.knowledge import Knowledge, learn, nothing_known
from shared.rulebook.model import Timeline

KEPT: Final = 16  # at most, evenly apart, beside the one of nothing


class Stages:
    """The states of knowledge of one account under one rulebook. `facts` stand in order of cases position.

    Safe from several threads: what two of them keep at one place is equal.
    """

    def __init__(self, facts: Sequence[Fact], timeline: Timeline) -> None:
        self._facts = facts
        self._apart = -(-len(facts) // KEPT) or 1
        self._kept = {0: nothing_known(timeline)}

    def known(self, count: int) -> Knowledge:
        """Return what the first `count` facts tell, of as many as there are."""
        number = count // self._apart
        while number not in self._kept:
            number -= 1
        known, learned = self._kept[number], number * self._apart
        for fact in self._facts[learned:count]:
            known, learned = learn(known, fact), learned + 1
            if learned % self._apart == 0:
                self._kept[learned // self._apart] = known
        return known
