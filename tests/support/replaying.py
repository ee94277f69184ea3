"""A cases log and a ledger in files, and replays of them."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from services.ledger.replay.asking import Asked
from services.ledger.replay.batch import Rules
from services.ledger.replay.replaying import replay
from services.ledger.replay.report import Replayed
from services.ledger.replay.sources import Source
from services.ledger.replay.spool import Spool
from services.ledger.replay.workers import Workers
from services.ledger.tables import TABLES
from shared.kit.log.model import EventLog
from shared.kit.log.sqlite import open_sqlite_log
from tests.support.damage import Victim
from tests.support.decisions import FIRST, Decisions
from tests.support.following import Following
from tests.support.logs import StandingClock

RULES: Final = Rules("seed", 1000)
ENTRIES: Final = 3


@contextmanager
def logs(folder: Path, clock: StandingClock) -> Iterator[tuple[EventLog, EventLog]]:
    """Open both logs in a folder."""
    for name in ("cases", "ledger"):
        (folder / name).mkdir(exist_ok=True)
    with (
        closing(open_sqlite_log(folder / "cases" / "log.db", clock)) as cases,
        closing(open_sqlite_log(folder / "ledger" / "log.db", clock, TABLES)) as ledger,
    ):
        yield cases, ledger


@contextmanager
def following(folder: Path) -> Iterator[tuple[Decisions, Following]]:
    """Open both logs, with a ledger that follows."""
    clock = StandingClock(FIRST)
    with logs(folder, clock) as (cases, ledger):
        decided = Decisions(clock, store=cases)
        yield decided, Following(decided, clock, ledger, entries=ENTRIES)


def asked(folder: Path, **given: Any) -> Asked:
    """Return what to replay of the logs in a folder."""
    cases, ledger = (Source(str(folder / name / "log.db")) for name in ("cases", "ledger"))
    return replace(Asked(cases, ledger, RULES, window=ENTRIES), **given)


def replayed(folder: Path, *, workers: int = 1, **given: Any) -> Replayed:
    """Replay the logs in a folder in a new work folder."""
    work = folder / f"work-{len([*folder.glob('work-*')])}"
    with closing(Spool(work)) as spool, Workers(workers) as pool:
        return replay(asked(folder, **given), spool, pool, lambda *_: None)


def victim(folder: Path, name: str) -> Victim:
    """Return one of the logs, to be changed."""
    return Victim("sqlite", TABLES if name == "ledger" else (), folder / name)
