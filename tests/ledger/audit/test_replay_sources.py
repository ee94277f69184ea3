"""The same logs read from files, from PostgreSQL and over HTTP, in one go or in several: one and the same replay."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from services.ledger.replay.feeds import Feed
from services.ledger.replay.live import LiveLedger
from services.ledger.replay.replaying import replay
from services.ledger.replay.report import Replayed
from services.ledger.replay.schemas import Schema
from services.ledger.replay.sources import Source
from services.ledger.replay.spool import OtherReplay, Spool
from services.ledger.replay.workers import Workers
from services.ledger.tables import TABLES
from shared.kit.feed_client import FeedUnavailable
from shared.kit.localkeys import ensure_keys, mint
from shared.kit.log.errors import StoreUnavailable
from tests.ledger.audit.test_replaying import story
from tests.support.damage import Victim
from tests.support.decisions import DAY, FIRST, Decisions
from tests.support.following import Following
from tests.support.ledger_service import YEARS_S, ledger_service
from tests.support.logs import StandingClock
from tests.support.replaying import ENTRIES, asked, following, logs, replayed, victim
from tests.support.tree import ROOT


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Both logs after the story."""
    with following(tmp_path) as (cases, ledger):
        story(cases, ledger)
    return tmp_path


def found_in(found: Replayed) -> dict[str, Any]:
    """Return what does not depend on where it was read."""
    told = msgspec.to_builtins(found)
    for log in ("cases", "ledger"):
        del told[log]["read_from"], told[log]["compared"]
    return {name: value for name, value in told.items() if name not in ("seconds", "peak_bytes", "rows")}


@pytest.fixture
def schemas(tmp_path: Path) -> Iterator[tuple[Victim, Victim]]:
    """Places for both logs in PostgreSQL."""
    places = Victim("postgres", (), tmp_path), Victim("postgres", TABLES, tmp_path)
    yield places
    for one in places:
        one.drop()


def test_from_postgres(schemas: tuple[Victim, Victim], tmp_path: Path) -> None:
    """With the rows of the read model."""
    sources = []
    with schemas[0].log() as cases_log, schemas[1].log() as ledger_log:
        clock = StandingClock(FIRST)
        cases = Decisions(clock, store=cases_log)
        story(cases, Following(cases, clock, ledger_log, entries=ENTRIES))
        for one in schemas:
            assert one.at is not None
            owner = dict(part.split("=") for part in one.at.owner.split())
            address = f"postgresql://{owner['user']}@{owner['host']}:{owner['port']}/{owner['dbname']}"
            sources.append(Schema(address, one.at.schema))
    found = replayed(tmp_path, cases=sources[0], ledger=sources[1])
    assert (found.told, found.rows, found.digests) == ([], 3, 3)
    assert "@" not in found.cases.read_from


@contextmanager
def fed(folder: Path) -> Iterator[Feed]:
    """Serve the ledger's log; yield its feed."""
    (folder / "service").mkdir()
    jwks = ensure_keys(folder / "service" / "keys")
    with logs(folder, StandingClock(FIRST + 500 * DAY)) as (cases_log, ledger_log):
        cases = Decisions(StandingClock(FIRST + 500 * DAY), store=cases_log)
        with ledger_service(folder / "service", cases, log=ledger_log, follows=False) as ledger:
            began = cases.clock.now.timestamp() - YEARS_S / 2
            (folder / "token").write_text(mint(jwks.parent, "follower", "auditor", ttl_s=YEARS_S, now=began))
            yield Feed(str(ledger.http.base_url), token_file=str(folder / "token"))


def test_from_feeds(folder: Path) -> None:
    """Both services are asked page by page, with a token; rows cannot be read so."""
    with fed(folder) as feed:
        over_http = replayed(folder, ledger=feed, piece=4)
        with pytest.raises(FeedUnavailable):
            replayed(folder, ledger=replace(feed, token_file=str(folder / "none")))
    assert found_in(over_http) == found_in(replayed(folder))
    assert over_http.rows == 0


@pytest.mark.parametrize(
    ("damage", "place"),
    [
        (("DELETE FROM stored_events WHERE {at} = 3",), 3),
        (
            (
                "UPDATE stored_events SET {at} = -3 WHERE {at} = 3",
                "UPDATE stored_events SET {at} = 3 WHERE {at} = 2",
                "UPDATE stored_events SET {at} = 2 WHERE {at} = -3",
            ),
            2,
        ),
    ],
    ids=["hole", "swapped"],
)
def test_what_is_missing_or_out_of_order_in_a_page_is_reported(
    folder: Path, damage: tuple[str, ...], place: int
) -> None:
    """A follower would stop with an alarm; a replay says where, and ends with a report."""
    with victim(folder, "ledger").changed() as execute:
        for statement in damage:
            execute(statement)
    with fed(folder) as feed:
        found = replayed(folder, ledger=feed, piece=4)
    assert {(one.ledger_position, one.code) for one in found.told if one.ledger_position} == {
        (place, "ledger_log_broken")
    }


def test_answers_of_a_running_ledger_are_compared(folder: Path) -> None:
    """One that has folded something else answers otherwise; an account in quarantine says so."""
    (folder / "service").mkdir()
    (folder / "stranger").mkdir()
    token = folder / "token"
    clock = StandingClock(FIRST + 500 * DAY)
    with logs(folder, clock) as (cases_log, ledger_log):
        cases = Decisions(clock, store=cases_log)
        with ledger_service(folder / "service", cases, log=ledger_log, follows=False) as ledger:
            token.write_text(ledger.headers()["Authorization"].removeprefix("Bearer "))
            live = LiveLedger(str(ledger.http.base_url), str(token))
            found = replayed(folder, live=live)
            assert (found.told, found.standings) == ([], 3)
            with pytest.raises(FeedUnavailable):
                replayed(folder, live=LiveLedger(str(ledger.http.base_url), str(folder / "none")))
        other = Decisions(clock)
        other.ordinary("s-1", 6, at=FIRST)
        for _ in range(12):
            other.nothing(at=clock.now + DAY)
        with ledger_service(folder / "stranger", other) as stranger:
            token.write_text(stranger.headers()["Authorization"].removeprefix("Bearer "))
            assert stranger.standing("s-1")["points"]["ordinary"] == 6
            wrong = replayed(folder, live=LiveLedger(str(stranger.http.base_url), str(token)))
    assert {(one.seller, one.code) for one in wrong.told} == {(name, "standing") for name in ("s-1", "s-2", "s-3")}


@pytest.mark.parametrize("after", range(9))
def test_an_interrupted_replay_goes_on_where_it_was(folder: Path, after: int) -> None:
    """Wherever it was stopped; asked for something else, its work folder is refused."""
    steps = iter(range(100))

    def stopped(*_: object) -> None:
        if next(steps) == after:
            raise KeyboardInterrupt

    work = folder / "work"
    with closing(Spool(work)) as spool, Workers(1) as one:
        with suppress(KeyboardInterrupt):
            replay(asked(folder, piece=4), spool, one, stopped)
        with pytest.raises(OtherReplay):
            replay(asked(folder, seller="s-1", piece=4), spool, one, lambda *_: None)
    with closing(Spool(work)) as spool, Workers(1) as one:
        again = replay(asked(folder, piece=4), spool, one, lambda *_: None)
    assert found_in(again) == found_in(replayed(folder, piece=4))
    assert again.rows == 3


def test_what_is_no_log_cannot_be_replayed(folder: Path) -> None:
    """A file that is none, or is not there."""
    (folder / "noise").write_bytes(b"noise")
    with pytest.raises(StoreUnavailable):
        replayed(folder, cases=Source(str(folder / "noise")))
    with pytest.raises(StoreUnavailable):
        replayed(folder, cases=Source(str(folder / "nothing")))


def test_a_hole_in_the_cases_log_is_a_difference(folder: Path) -> None:
    """At the first position that is missing."""
    with Victim("sqlite", (), folder / "cases").changed() as execute:
        execute("DELETE FROM stored_events WHERE {at} = 5")
    (told,) = replayed(folder).told
    assert (told.cases_position, told.code) == (5, "cases_log_broken")


def command(folder: Path, *arguments: str, **environment: str) -> tuple[int, dict[str, Any], str]:
    """Run it as an operator does; return status, report and what was said beside it."""
    cases, ledger = (str(folder / name / "log.db") for name in ("cases", "ledger"))
    given = [
        sys.executable,
        "-m",
        "services.ledger",
        "replay",
        "--cases",
        cases,
        "--ledger",
        ledger,
        "--json",
        *arguments,
    ]
    done = subprocess.run(given, cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, check=False)
    return done.returncode, json.loads(done.stdout or "{}"), done.stderr


def test_two_processes_make_the_same_digests_whatever_their_seed_and_zone(tmp_path: Path) -> None:
    """Of a thousand entries each, and they are those that the ledger recorded."""
    clock = StandingClock(FIRST)
    with logs(tmp_path, clock) as (cases_log, ledger_log):
        cases = Decisions(clock, store=cases_log)
        ledger = Following(cases, clock, ledger_log)
        for number in range(2100):
            cases.ordinary(f"s-{number * 7919 % 701}", 1 + number % 12)
        ledger.catch_up()
        recorded = [msgspec.json.decode(one.state)["data"] for one in ledger_log.stream("standings-digest")]
    assert [one["entries"] for one in recorded] == [1000, 1000]
    environments = ({"PYTHONHASHSEED": "1", "TZ": "America/New_York"}, {"PYTHONHASHSEED": "2", "TZ": "Asia/Tokyo"})
    for environment in environments:
        status, report, _ = command(tmp_path, **environment)
        assert (status, report["digests"], report["last_digest"]) == (0, 2, recorded[-1]["digest"])


def test_the_command_says_with_its_status_what_it_found(folder: Path) -> None:
    """1 where anything differs, 2 where it could not replay; `--until` and `--seller` as words."""
    assert command(folder, "--until", "5", "--seller", "s-1", "--workers", "1")[1]["facts"] == 2
    assert command(folder, "--until", "2026-03-04T00:00:00+08:00", "--workers", "1")[1]["facts"] == 2
    assert command(folder, "--until", "soon")[0] == 2
    assert command(folder, "--cases", str(folder / "nothing"))[0] == 2
    with Victim("sqlite", TABLES, folder / "ledger").changed() as execute:
        execute("UPDATE accounts SET version = 99 WHERE seller = 's-1'")
    status, report, said = command(folder)
    assert (status, report["differences"], report["told"][0]["code"]) == (1, 1, "row")
    assert "cases" in said
