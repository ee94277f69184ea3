"""A replay is of the moment at which it began: what both services do meanwhile is neither compared nor blamed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from services.ledger.decisions import Limits
from services.ledger.replay.batch import Rules, timeline_of
from services.ledger.replay.replaying import replay
from services.ledger.replay.schemas import Schema
from services.ledger.replay.sources import SourceUnusable
from services.ledger.replay.spool import OtherReplay, Spool
from services.ledger.replay.workers import Workers
from shared.contracts.decisions import ORDINARY_UPHELD
from tests.support.decisions import DAY, FIRST, Decisions
from tests.support.following import Following
from tests.support.replaying import RULES, asked, following, replayed, victim
from tests.support.tree import ROOT

LATER: Final = FIRST + 5 * DAY
WITHIN_S: Final = 20.0


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Both logs: two accounts that answer, and one in quarantine."""
    with following(tmp_path) as (cases, ledger):
        cases.ordinary("s-1")
        cases.add(ORDINARY_UPHELD, "s-2", {"points": "many"}, at=FIRST + DAY)
        cases.ordinary("s-3", at=FIRST + 2 * DAY)
        ledger.catch_up()
    return tmp_path


def more(cases: Decisions) -> None:
    """Let an account get more points."""
    cases.ordinary("s-1", at=LATER)


def new(cases: Decisions) -> None:
    """Let an account come."""
    cases.ordinary("s-0", at=LATER)


def waits(cases: Decisions) -> None:
    """Let another fact wait: no event of the ledger comes of it."""
    cases.ordinary("s-2", at=LATER)


def quarantined(cases: Decisions) -> None:
    """Put an account in quarantine."""
    cases.reverse("s-3", "nothing", at=LATER)


def lapsed(cases: Decisions) -> None:
    """Let time alone change accounts."""
    cases.clock.now = FIRST + 800 * DAY
    cases.nothing(at=cases.clock.now)


HAPPENS: Final[Mapping[str, Callable[[Decisions], None]]] = {
    one.__name__: one for one in (more, new, waits, quarantined, lapsed)
}


def go_on(folder: Path, what: str) -> None:
    """Let something happen, and the ledger follow."""
    with following(folder) as (cases, ledger):
        HAPPENS[what](cases)
        ledger.catch_up()


@pytest.mark.parametrize("what", HAPPENS)
@pytest.mark.parametrize("step", ["cases", "ledger"])
def test_what_happens_during_a_replay_is_none_of_its_business(folder: Path, what: str, step: str) -> None:
    """Behind the scan of either log."""
    before = replayed(folder)

    def meanwhile(name: str, *_: int) -> None:
        if name == step:
            go_on(folder, what)

    with closing(Spool(folder / "work")) as spool, Workers(1) as one:
        found = replay(asked(folder), spool, one, meanwhile)
    assert (found.told, found.cases.position, found.through) == ([], before.cases.position, before.through)
    assert replayed(folder).told == []


@pytest.mark.parametrize("what", HAPPENS)
def test_what_happens_before_a_replay_goes_on_is_left_to_the_next(folder: Path, what: str) -> None:
    """The same work folder once more, when it is done: everything is read anew."""

    def interrupt(name: str, *_: int) -> None:
        if name == "ledger":
            raise KeyboardInterrupt

    with closing(Spool(folder / "work")) as spool, Workers(1) as one:
        with suppress(KeyboardInterrupt):
            replay(asked(folder), spool, one, interrupt)
        go_on(folder, what)
        resumed = replay(asked(folder), spool, one, lambda *_: None)
        next_one = replay(asked(folder), spool, one, lambda *_: None)
    assert (resumed.told, next_one.told) == ([], [])
    assert next_one.cases.position == resumed.cases.position + 1


def test_a_release_meanwhile_is_not_blamed(tmp_path: Path) -> None:
    """What waited, waits no more."""
    with following(tmp_path) as (cases, ledger):
        strict = Following(cases, cases.clock, ledger.log, limits=Limits(points=6))
        cases.ordinary("s-1", 12)
        strict.catch_up()

    def release(name: str, *_args: int) -> None:
        if name == "ledger":
            with following(tmp_path) as (_, later):
                later.ledger.release("s-1", "admin-1")

    with closing(Spool(tmp_path / "work")) as spool, Workers(1) as one:
        assert replay(asked(tmp_path), spool, one, release).told == []


def test_what_is_changed_after_a_replay_is_found_by_the_next_in_its_folder(folder: Path) -> None:
    """A folder of one that is done keeps nothing."""
    with closing(Spool(folder / "work")) as spool, Workers(1) as one:
        assert replay(asked(folder), spool, one, lambda *_: None).told == []
        with victim(folder, "ledger").changed() as execute:
            execute("UPDATE accounts SET next_lapse_us = 5 WHERE seller = 's-1'")
        assert [one.code for one in replay(asked(folder), spool, one, lambda *_: None).told] == ["row"]


def test_a_work_folder_is_for_one_replay_and_one_pair_of_eyes(folder: Path) -> None:
    """It is locked, closed to others, and says nothing of how to connect; a file is no folder."""
    work = folder / "work"
    secret = Schema("postgresql://someone:not-a-secret@127.0.0.1/none", "cases")
    with closing(Spool(work)) as spool:
        with pytest.raises(OtherReplay, match="another replay"):
            Spool(work)
        spool.demand(replace(asked(folder), cases=secret).words())
        assert (work.stat().st_mode & 0o777, (work / "replay.db").stat().st_mode & 0o777) == (0o700, 0o600)
    assert b"not-a-secret" not in (work / "replay.db").read_bytes()
    with pytest.raises(OtherReplay, match="would have to be a folder"):
        Spool(work / "replay.db")


def test_a_replay_goes_on_by_the_rules_with_which_it_began(folder: Path) -> None:
    """The same path with other rules in it is another question."""
    rules = folder / "rules.toml"
    shipped = (ROOT / "shared/rulebook/data/seed.toml").read_text()
    rules.write_text(shipped)
    question = asked(folder, rules=Rules(str(rules), RULES.max_points))
    timeline_of.cache_clear()
    before = question.words()
    rules.write_text(shipped.replace("168", "169", 1))
    timeline_of.cache_clear()
    assert question.words() != before


def test_a_seller_of_whom_no_log_tells_is_no_clean_audit(folder: Path) -> None:
    """A slip of the pen would read like one."""
    with pytest.raises(SourceUnusable, match="neither log has a fact about 's-11'"):
        replayed(folder, seller="s-11")


def test_workers_end_with_whoever_started_them() -> None:
    """Killed, it cannot tell them."""
    program = (
        "import os, time\n"
        "from services.ledger.replay.workers import Workers\n"
        "if __name__ == '__main__':\n"
        "    with Workers(2) as workers:\n"
        "        for one in workers.map(os.getpid, [()] * 4):\n"
        "            print(one, flush=True)\n"
        "        time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        workers = {int(parent.stdout.readline()) for _ in range(4)}
        parent.send_signal(signal.SIGKILL)
    ends = time.monotonic() + WITHIN_S
    while any(map(alive, workers)):
        assert time.monotonic() < ends
        time.sleep(0.01)


def alive(process: int) -> bool:
    """Return whether there is such a process that has not ended."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{process}/stat")
    return not status.exists() or status.read_text().rpartition(")")[2].split()[0] != "Z"
