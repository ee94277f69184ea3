"""A seeded load of whole cases through HTTP: a random generator chooses who complains of whom and how it ends."""

import random
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from tools.parties import Case, Parties, buyer, officer, seller

FIRST, SECOND = officer("o-1"), officer("o-2")
ENDS = ("ordinary", "ordinary", "ordinary", "severe", "dismissed", "withdrawn")


@dataclass
class Load:
    """So many cases against so many sellers, played by a few at a time; `receipts` holds every write's answer."""

    parties: Parties
    seed: int
    cases: int
    sellers: int
    workers: int = 3
    receipts: list[Mapping[str, Any]] = field(default_factory=list)
    _running: list[Future[None]] = field(default_factory=list)

    def start(self) -> None:
        """Begin to play; returns at once."""
        chance = random.Random(self.seed)
        pool = ThreadPoolExecutor(self.workers)
        for number in range(self.cases):
            of, end = f"s-{chance.randrange(self.sellers)}", chance.choice(ENDS)
            self._running.append(pool.submit(self.play, number, of, end))
        pool.shutdown(wait=False)

    def reached(self, number: int) -> bool:
        """Return whether so many cases are over."""
        return sum(one.done() for one in self._running) >= number

    def finish(self) -> None:
        """Wait until all cases are over; raises what went wrong in one."""
        for one in self._running:
            one.result()

    def play(self, number: int, of: str, end: str) -> None:
        """Play one case to its end."""
        case = self.parties.file(buyer(f"b-{number}"), seller(of), "phone", "Calls, one after the other.")
        self._kept(case)
        self._kept(case.notify(FIRST))
        if end == "withdrawn":
            self._kept(case.do(case.complainant, "withdrawal"))
            return
        piece = case.give(case.complainant, "call_list", "text/csv", b"time,seconds\n21:00,4\n")
        self._kept(case)
        shows = {"ordinary": ["frequent_contact"], "severe": ["offensive_mail"], "dismissed": []}[end]
        self._kept(case.waive())
        self._kept(case.assess(FIRST, piece, *shows, "number_attributable"))
        self._decide(case, end)
        self._kept(case.tell(FIRST))

    def _decide(self, case: Case, end: str) -> None:
        if end == "dismissed":
            case.decide(FIRST, "dismiss", ground="evidence_insufficient", reason="Nothing is proven.")
        elif end == "ordinary":
            case.decide(FIRST, "uphold_ordinary", grade="general", reason="Frequent calls are proven.")
        else:
            self._kept(case.decide(FIRST, "propose_severe", grade="grave", reason="Meant to frighten."))
            case.confirm(SECOND)
        self._kept(case)

    def _kept(self, case: Case) -> None:
        self.receipts.append(case.last)
