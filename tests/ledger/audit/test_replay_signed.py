"""Given a ledger that tells the right things and is not the one that was signed, then a replay says so by itself."""

import json
from contextlib import closing, suppress
from pathlib import Path

import pytest

from services.ledger.replay.command import asked_of
from services.ledger.replay.feeds import Feed
from services.ledger.replay.replaying import replay
from services.ledger.replay.spool import Spool
from services.ledger.replay.workers import Workers
from services.ledger.settings import Settings
from shared.kit.audit.checkpoint import Checkpoint
from shared.kit.audit.opening import open_witness
from shared.kit.verifying.command import CannotVerify
from tests.ledger.audit.test_replay_order import rewrite
from tests.support.decisions import DAY, FIRST, Decisions
from tests.support.ledger_service import ledger_service
from tests.support.logs import StandingClock
from tests.support.replaying import asked, following, logs, replayed, victim

LAST = FIRST + 500 * DAY


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An entry for each of two accounts."""
    with following(tmp_path) as (cases, ledger):
        for number in range(2):
            cases.ordinary(f"s-{number}", at=FIRST + number * DAY)
        ledger.catch_up()
    return tmp_path


def delay(folder: Path) -> None:
    """Let the ledger's last event be recorded a little later: all that it tells stays what it has to be."""
    with victim(folder, "ledger").raw() as raw:
        states = [event.state for event in raw.every_event()]
    last = json.loads(states[-1])
    was = last["recordedtime"]
    now = was[:-1] + "001Z" if "." in was else was[:-1] + ".000001Z"
    states[-1] = states[-1].replace(was.encode(), now.encode())
    rewrite(folder, states)


def test_the_log_of_the_settings_is_compared_with_what_was_signed_last(folder: Path) -> None:
    """As its data folder says, outside the database."""
    settings = Settings(data_dir=folder / "ledger")
    (folder / "ledger" / "log.db").rename(settings.log_file)
    (folder / "ledger" / "log.db").symlink_to(settings.log_file)
    with logs(folder, StandingClock(LAST)) as (_, ledger):
        open_witness(settings, ledger).look()
        total = ledger.head().position
    assert own(folder, settings) == ([], [total])
    delay(folder)
    assert replayed(folder).told == []
    assert own(folder, settings) == (["checkpoint"], [total])
    settings.data_dir.joinpath("last-signed.durable").write_bytes(b"noise")
    with pytest.raises(CannotVerify):
        own(folder, settings)


def test_a_log_that_was_signed_while_it_was_empty_agrees(tmp_path: Path) -> None:
    """Nothing in it says of which name it is."""
    settings = Settings(data_dir=tmp_path / "ledger")
    with following(tmp_path) as (_, ledger):
        open_witness(settings, ledger.log).look()
    (tmp_path / "ledger" / "log.db").rename(settings.log_file)
    assert own(tmp_path, settings) == ([], [])


def own(folder: Path, settings: Settings) -> tuple[list[str], list[int]]:
    """Replay the log of these settings as the command does; return what differs, and the sizes compared."""
    cases = str(folder / "cases" / "log.db")
    words = asked_of(settings, cases, None, ("", ""), None, None, (), (), None)
    with closing(Spool(folder / f"own-{len([*folder.glob('own-*')])}")) as spool, Workers(1) as one:
        found = replay(words, spool, one, lambda *_: None)
    return [one.code for one in found.told], found.ledger.compared


def interrupt(*_: object) -> None:
    """End a replay at its first step."""
    raise KeyboardInterrupt


def test_what_was_signed_meanwhile_keeps_nobody_from_going_on(folder: Path) -> None:
    """In the same work folder: it keeps to what was signed when it began."""
    found = replayed(folder).ledger
    at_first = Checkpoint(found.origin, found.position, bytes.fromhex(str(found.root)))
    later = Checkpoint(found.origin, found.position + 9, bytes(32))
    with closing(Spool(folder / "work")) as spool, Workers(1) as one:
        with suppress(KeyboardInterrupt):
            replay(asked(folder, signed=[at_first]), spool, one, interrupt)
        again = replay(asked(folder, signed=[later]), spool, one, lambda *_: None)
    assert (again.told, again.ledger.compared) == ([], [found.position])
    assert [one.code for one in replayed(folder, signed=[later]).told] == ["log_shorter"]


def test_a_feeds_log_is_compared_with_its_checkpoint(folder: Path) -> None:
    """A service that refuses to sign its log says that itself, which is a difference."""
    (folder / "service").mkdir()
    assert over_http(folder) == ([], True)
    delay(folder)
    assert over_http(folder) == (["log_not_signed"], False)


def over_http(folder: Path) -> tuple[list[str], bool]:
    """Serve the ledger's log and replay it; return what differs, and whether its head was compared."""
    clock = StandingClock(LAST)
    with logs(folder, clock) as (cases_log, ledger_log):
        cases = Decisions(clock, store=cases_log)
        with ledger_service(folder / "service", cases, log=ledger_log, follows=False) as ledger:
            (folder / "token").write_text(ledger.headers("follower")["Authorization"].split()[1])
            feed = Feed(str(ledger.http.base_url), token_file=str(folder / "token"))
            found = replayed(folder, ledger=feed)
    return [one.code for one in found.told], found.ledger.compared == [found.ledger.position]
