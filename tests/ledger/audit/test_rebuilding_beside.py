"""A rebuild beside traffic: whatever is written at whichever step, in the end every row is as the log makes it."""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.ledger.application import Released
from services.ledger.decisions import Limits
from services.ledger.domain.events import AccountEvent
from services.ledger.publication import Publication
from services.ledger.rebuilding import Rebuilt, refill
from services.ledger.tables import ACCOUNTS, NEXT, TABLES
from services.ledger.verifying import LedgerRows, cites
from shared.kit.log.model import Append, EventLog, LogUnavailable, Outcome, Stored
from shared.kit.log.rows import Put, Remove, RowChange
from shared.kit.verifying.verify import verify
from tests.support.beside import Beside
from tests.support.damage import Victim
from tests.support.decisions import DAY, FIRST, SEED, Decisions
from tests.support.following import Following

CODEC: Final = Publication(SEED)
LATER: Final = FIRST + 40 * DAY


class Traffic:
    """A ledger over a log, its follower, and another process that may release accounts."""

    def __init__(self, log: EventLog) -> None:
        self.cases = Decisions()
        self.follower = Following(self.cases, self.cases.clock, log, entries=4)
        self.first = self.cases.ordinary("s-1")
        self.cases.ordinary("s-2", at=FIRST + DAY)
        self.cases.ordinary("s-3", 2000, at=FIRST + 2 * DAY)  # more points than may be: it waits
        self.cases.ordinary("s-4", at=FIRST + 3 * DAY)
        self.follower.catch_up()
        damage: list[RowChange] = [
            Put(ACCOUNTS, {"seller": "s-1", "version": 77, "position": 99, "parked": 0, "next_lapse_us": 1}),
            Remove(ACCOUNTS, ("s-2",)),
            Put(ACCOUNTS, {"seller": "s-3", "version": 1, "position": 1, "quarantined": 3, "parked": 1}),
            Put(ACCOUNTS, {"seller": "s-new", "version": 1, "position": 1, "parked": 0}),
        ]
        log.append(Append(rows=lambda _: damage))

    def fold(self) -> None:
        """Fold all that was decided, as often as it takes."""
        while not self.follower.step() or self.follower.progress.now.position < self.cases.log.head().position:
            pass

    def more(self) -> None:
        """Let an account that is there get more points."""
        self.cases.ordinary("s-1", at=LATER)
        self.fold()

    def new(self) -> None:
        """Let an account come whose row stood there without an event."""
        self.cases.ordinary("s-new", at=LATER)
        self.fold()

    def waits(self) -> None:
        """Let another fact wait: no event comes of it."""
        self.cases.ordinary("s-3", at=LATER)
        self.fold()

    def quarantined(self) -> None:
        """Let an account be put in quarantine."""
        self.cases.reverse("s-4", "no-such-decision", at=LATER)
        self.fold()

    def released(self) -> None:
        """Let another process, for which such points may be, release an account."""
        other = Following(self.cases, self.cases.clock, self.follower.log, limits=Limits(points=5000))
        assert isinstance(other.ledger.release("s-3", "admin-1"), Released)
        self.follower.ledger.refresh()

    def lapsed(self) -> None:
        """Let time alone change accounts, and a digest be made."""
        self.cases.clock.now = max(LATER, self.cases.clock.now) + 400 * DAY
        self.follower.catch_up()

    def nothing(self) -> None:
        """Let the cases go on with nothing that concerns an account."""
        self.cases.nothing()
        self.fold()


MOMENTS: Final[Mapping[str, Callable[[Traffic], None]]] = {
    name: getattr(Traffic, name) for name in ("more", "new", "waits", "quarantined", "released", "lapsed", "nothing")
}


@contextmanager
def traffic(kind: str, folder: Path) -> Iterator[tuple[Victim, Traffic]]:
    """Open a ledger with damaged rows; at the end all its rows must be right."""
    victim = Victim(kind, TABLES, folder)
    with victim.log() as log:
        ledger = Traffic(log)
        yield victim, ledger
        assert log.select(NEXT, limit=9) == []
        ledger.follower.catch_up()
        assert {name: ledger.follower.standings.row(name) for name in ("s-1", "s-2", "s-4")} == {
            name: Following(ledger.cases, ledger.cases.clock, log).standings.row(name) for name in ("s-1", "s-2", "s-4")
        }
    with victim.raw() as raw:
        report = verify(raw, (), cites, LedgerRows(CODEC, SEED).check)
        assert report.findings == 0, report
    victim.drop()


def beside(ledger: Traffic, moments: dict[int, Callable[[Traffic], None]]) -> int:
    """Rebuild while these things happen, each before the call of its number; return how many calls there were."""
    log = Beside(ledger.follower.log, {at: lambda moment=moment: moment(ledger) for at, moment in moments.items()})  # type: ignore[misc]  # bound in this turn
    refill(log, CODEC, SEED)
    return log.calls


@pytest.fixture(autouse=True, scope="module")
def small_groups() -> Iterator[None]:
    """Let few accounts be several groups."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("services.ledger.nextrows.BATCH", 2)
        patch.setattr("services.ledger.rebuilding.BATCH", 2)
        yield


@pytest.mark.parametrize("name", MOMENTS)
def test_something_happens_at_each_step(tmp_path: Path, name: str) -> None:
    """Between the last catching up and the switch too: then the switch is refused, and tried again."""
    with traffic("sqlite", tmp_path) as (_, ledger):
        steps = beside(ledger, {})
    for step in range(1, steps + 1):
        folder = tmp_path / str(step)
        folder.mkdir()
        with traffic("sqlite", folder) as (_, ledger):
            beside(ledger, {step: MOMENTS[name]})


def test_a_first_event_of_an_account_whose_row_stood_there_keeps_its_row(tmp_path: Path) -> None:
    """Another process writes it while the row is looked at, which until then was one of no account."""
    with traffic("sqlite", tmp_path) as (_, ledger):
        moments = [ledger.new]

        class Meanwhile(Publication):
            """Lets it be written when an event is read of an account that is looked at together with it."""

            def event(self, stored: Stored) -> AccountEvent:
                """Return the event."""
                if moments and stored.stream == "account-s-4":
                    moments.pop()()
                return super().event(stored)

        refill(ledger.follower.log, Meanwhile(SEED), SEED)
        assert not moments
        row = ledger.follower.log.get(ACCOUNTS, "s-new")
        assert row is not None
        assert (row["version"], row["position"]) == (1, 5)


plans = st.dictionaries(st.integers(1, 60), st.sampled_from(sorted(MOMENTS)), max_size=4)


@pytest.mark.parametrize(("kind", "examples"), [("sqlite", 40), ("postgres", 15)])
def test_several_things_happen(kind: str, examples: int) -> None:
    """Whatever, whenever, in either store; of what happens twice the second time may find nothing to do."""

    @settings(max_examples=examples, deadline=None)
    @given(plans)
    def run(plan: dict[int, str]) -> None:
        once = {name: at for at, name in sorted(plan.items(), reverse=True)}
        with TemporaryDirectory() as folder, traffic(kind, Path(folder)) as (_, ledger):
            beside(ledger, {at: MOMENTS[name] for name, at in once.items()})

    run()


def test_no_event_comes_of_it_and_the_feed_stays_as_it_was(tmp_path: Path) -> None:
    """Whoever follows our log reads the same bytes at the same positions; what differed is counted."""
    with traffic("sqlite", tmp_path) as (_, ledger):
        log = ledger.follower.log
        head, events = log.head(), log.read(0, 100).events
        assert refill(log, CODEC, SEED) == Rebuilt(4, 4)
        assert (log.head(), log.read(0, 100).events) == (head, events)


def test_a_log_that_never_rests_ends_it_with_the_rows_as_they_were(tmp_path: Path) -> None:
    """Another process writes before every switch; this process's own writer would have been held back."""
    with traffic("sqlite", tmp_path) as (_, ledger):
        rows = ledger.follower.log.select(ACCOUNTS, limit=9)

        class Restless(Beside):
            """Never lets a switch be at the head that it was made for."""

            def append_batch(self, appends: Sequence[Append]) -> list[Outcome]:
                """Append, after another process has."""
                if appends[0].head is not None:
                    ledger.cases.nothing()
                    ledger.fold()
                return super().append_batch(appends)

        with pytest.raises(LogUnavailable, match="would have to stop writing"):
            refill(Restless(ledger.follower.log, {}), CODEC, SEED)
        assert ledger.follower.log.select(ACCOUNTS, limit=9) == rows
        refill(ledger.follower.log, CODEC, SEED)


def test_a_fold_by_rows_from_before_the_switch_is_refused_once(tmp_path: Path) -> None:
    """Another process has switched: what the follower remembers of a damaged row must not come back."""
    with traffic("sqlite", tmp_path) as (_, ledger):
        follower, log = ledger.follower, ledger.follower.log
        damaged = {**(log.get(ACCOUNTS, "s-3") or {}), "parked": 8}
        log.append(Append(rows=lambda _: [Put(ACCOUNTS, damaged)]))
        follower.standings.forget()
        before = follower.standings.row("s-3")
        assert before is not None
        assert before.parked == 8
        refill(log, CODEC, SEED)
        ledger.cases.ordinary("s-3", at=LATER)
        assert not follower.step()
        assert follower.step()
        row = log.get(ACCOUNTS, "s-3")
        assert row is not None
        assert row["parked"] == 2


@pytest.mark.parametrize(("kind", "held"), [("sqlite", True), ("postgres", True), ("postgres", False)])
def test_a_follower_in_a_thread_goes_on_all_the_time(tmp_path: Path, kind: str, held: bool) -> None:
    """One that is held back at the switch, and one of another process, between whose writes it has to fit."""
    with traffic(kind, tmp_path) as (_, ledger):
        log, stop, written = ledger.follower.log, threading.Event(), threading.Event()

        def follow() -> None:
            number = 0
            while not stop.wait(0.002):
                number += 1
                ledger.cases.ordinary(f"s-{number % 20}", points=1, at=LATER + number * DAY / 100)
                ledger.follower.step()
                written.set()

        follower = threading.Thread(target=follow)
        follower.start()
        try:
            for _ in range(4):
                assert written.wait(10)
                written.clear()
                refill(log, CODEC, SEED, resting=ledger.follower.ledger.resting if held else nullcontext)
        finally:
            stop.set()
            follower.join()
        assert ledger.cases.log.head().position >= 8


class CutOff(Exception):
    """The process ends."""


def test_one_that_is_cut_off_after_any_group_has_changed_nothing(tmp_path: Path) -> None:
    """Also while it catches up; and the next one begins anew."""
    with traffic("sqlite", tmp_path) as (_, ledger):
        log, groups, most = ledger.follower.log, 0, 0
        rows = log.select(ACCOUNTS, limit=99)

        def told(_: Rebuilt) -> None:
            nonlocal groups
            groups += 1
            if groups == 2:
                for number in range(6):
                    ledger.cases.ordinary(f"s-1{number}", at=LATER)
                ledger.fold()
                rows.extend(row for row in log.select(ACCOUNTS, limit=99) if row not in rows)
            if groups == most:
                raise CutOff

        while True:
            groups, most = 0, most + 1
            try:
                refill(log, CODEC, SEED, told)
                break
            except CutOff:
                damaged = log.get(ACCOUNTS, "s-1")
                assert damaged is not None
                assert damaged["version"] == 77
                assert all(row in rows for row in log.select(ACCOUNTS, limit=99))
        assert most > 6
