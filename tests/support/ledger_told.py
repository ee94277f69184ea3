"""A ledger whose every table has rows: for tests of who looks through all of them."""

from services.ledger.rebuilding import refill
from tests.support.damage import Victim
from tests.support.decisions import DAY, FIRST, Decisions
from tests.support.following import Following


def told(victim: Victim, *, further: bool = False) -> None:
    """Fold facts of four accounts, one of them in quarantine, with lapses, digests and a rebuild; look at a checkpoint.

    `further`: an event that tells the ledger nothing is the last one followed.
    """
    cases = Decisions()
    with victim.log() as log:
        ledger = Following(cases, cases.clock, log, entries=2)
        first = cases.ordinary("s-1")
        cases.ordinary("s-1", at=FIRST + DAY)
        cases.severe("s-2", 12, at=FIRST + 2 * DAY)
        cases.reverse("s-1", first.id, at=FIRST + 3 * DAY)
        cases.ordinary("s-3", at=FIRST + 4 * DAY)
        cases.reverse("s-3", "nothing", at=FIRST + 5 * DAY)
        cases.ordinary("s-3", at=FIRST + 6 * DAY)
        cases.ordinary("s-10", at=FIRST + 7 * DAY)
        ledger.catch_up()
        cases.clock.now = FIRST + 400 * DAY
        ledger.catch_up()
        refill(log, ledger.codec, ledger.timeline)
        if further:
            cases.nothing()
            ledger.catch_up()
        ledger.watching.look()
