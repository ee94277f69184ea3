"""A seeded history of whole cases: of twelve events one decides, and one decision of ten is reversed.

The events that move no points are the golden ones of the contracts, so that they are as long as real ones.
"""

import random
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec

from benchmarks.decisions import pages, seller_name
from benchmarks.folding import Folding
from services.ledger.tables import TABLES
from shared.contracts.decisions import (
    ORDINARY_UPHELD,
    REVERSED,
    SEVERE_UPHELD,
    DecisionReversed,
    PinnedRef,
    ViolationUpheld,
)
from shared.kit.cloudevent import Draft, StandingEffect, canonical
from shared.kit.log.model import MAX_BATCH, Append
from shared.kit.log.sqlite import open_sqlite_log
from shared.rulebook.loader import shipped

SEED: Final = 20_260_302
BEGIN: Final = datetime(2025, 3, 3, tzinfo=UTC)
EACH: Final = 12  # events of a case
SELLERS_PER_CASE: Final = 0.25
GOLDEN: Final = Path(__file__).parent.parent / "tests/contracts/golden"
SILENT: Final = (
    "complaint_filed",
    "respondent_notified",
    "evidence_submitted",
    "evidence_submitted",
    "defence_submitted",
    "handling_started",
    "evidence_assessed",
    "evidence_assessed",
    "evidence_window_waived",
    "deadline_breached",
)


class _Golden(msgspec.Struct):
    data: msgspec.Raw


class History:
    """Makes drafts in the order in which they are recorded; the same for the same seed and size."""

    def __init__(self, size: int, seed: int = SEED) -> None:
        self._random, self._size = random.Random(seed), size
        self._sellers = max(1, round(size / EACH * SELLERS_PER_CASE))
        ref = shipped("seed").versions[-1].ref
        self._pinned = PinnedRef(ref.id, ref.digest)
        self._upheld: dict[str, list[tuple[str, datetime]]] = {}
        names = [f"demerit.cases.{name}.v1" for name in SILENT]
        files = [(GOLDEN / f"{name}.json").read_bytes() for name in names]
        self._silent = [
            (name, bytes(msgspec.json.decode(file, type=_Golden).data)) for name, file in zip(names, files, strict=True)
        ]
        self.now = BEGIN

    def clock(self) -> datetime:
        """Return the time of the history."""
        return self.now

    def drafts(self) -> Iterator[Draft]:
        """Yield so many events as were asked for."""
        step = timedelta(days=300) / max(self._size, 1)
        for number in range(self._size):
            self.now += step
            case, nth = divmod(number, EACH)
            seller = seller_name(hash_of(case) % self._sellers)
            if nth < len(self._silent):
                name, data = self._silent[nth]
                yield self._draft(number, case, nth, seller, name, data, "none")
            elif nth == len(self._silent):
                yield self._decision(number, case, nth, seller)
            else:
                yield self._afterwards(number, case, nth, seller)

    def _decision(self, number: int, case: int, nth: int, seller: str) -> Draft:
        severe = self._random.random() < 0.1
        points = 48 if severe and self._random.random() < 0.2 else 12
        data = ViolationUpheld("grave" if severe else "general", points, (), self._pinned, ())
        name = SEVERE_UPHELD if severe else ORDINARY_UPHELD
        draft = self._draft(number, case, nth, seller, name, canonical(data), "points")
        self._upheld.setdefault(seller, []).append((draft.id, self.now))
        return draft

    def _afterwards(self, number: int, case: int, nth: int, seller: str) -> Draft:
        """Return the reversal of the seller's last decision in one case of ten, else a notice."""
        chance = self._random.random()
        if chance > 0.1:
            name, data = self._silent[1]
            return self._draft(number, case, nth, seller, name, data, "none")
        decision, _ = self._upheld[seller].pop()
        body = DecisionReversed(decision)
        return self._draft(number, case, nth, seller, REVERSED, canonical(body), "points")

    def _draft(
        self, number: int, case: int, nth: int, seller: str, name: str, data: bytes, effect: StandingEffect
    ) -> Draft:
        return Draft(
            id=f"01900000-0000-7000-8000-{number:012d}",
            type=name,
            stream=f"case-{case:09d}",
            stream_version=nth + 1,
            subject=seller,
            data=data,
            standing_effect=effect,
            correlation_id=f"{case:09d}",
            actor="o-1",
            actor_role="officer",
            leaf_salt=f"{number:032x}",
        )


def hash_of(case: int) -> int:
    """Spread cases over sellers, alike on every machine."""
    return case * 2_654_435_761 % 2**32


def write(folder: Path, size: int) -> tuple[Path, Path]:
    """Write a cases log of so many events and the ledger's that followed it; return both files."""
    cases, ledger, history = folder / "cases.db", folder / "ledger.db", History(size)
    with closing(open_sqlite_log(cases, history.clock)) as log:
        batch: list[Draft] = []
        for draft in history.drafts():
            batch.append(draft)
            if len(batch) == MAX_BATCH:
                log.append(Append(batch))
                batch = []
        log.append(Append(batch))
        with closing(open_sqlite_log(ledger, history.clock, TABLES)) as own:
            folding = Folding(own)
            for page in pages(log):
                folding.fold(page)
            folding.digest()
    return cases, ledger
