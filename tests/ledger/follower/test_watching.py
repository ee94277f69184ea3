"""Given a cases log that was put back, cut or rewritten, then following stops, also where every signature is true."""

import shutil
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from services.ledger.casefacts import FollowerAlarm
from services.ledger.tables import CASES, GROWN, TRUSTED
from services.ledger.watching import Watching
from shared.kit.asking import FeedUnavailable
from shared.kit.audit.lastsigned import LastSigned
from shared.kit.audit.notary import Notary
from shared.kit.audit.vkey import VerifierKey
from shared.kit.audit.witness import Witness
from shared.kit.log import merkle
from shared.kit.log.model import Append
from shared.kit.log.rows import Remove
from tests.support.audit import opened, signer
from tests.support.decisions import Decisions
from tests.support.following import Following
from tests.support.past import Past
from tests.support.witnessing import SEED


@pytest.fixture
def past(tmp_path: Path) -> Iterator[Past]:
    kept = Past(tmp_path)
    yield kept
    for cases in kept.opened:
        cases.log.close()


def followed(past: Path | Past, cases: Decisions, before: Following | None = None) -> Following:
    """Return a ledger that has folded all of a log and looked at it; `before`: the one that is restarted."""
    folder = past.folder if isinstance(past, Past) else past
    ledger = Following(cases, cases.clock, before.log if before else None, alarms=folder / "alarm")
    ledger.catch_up()
    ledger.watching.look()
    return ledger


def alarm_of(ledger: Following) -> FollowerAlarm:
    with pytest.raises(FollowerAlarm) as raised:
        ledger.watching.look()
    return raised.value


def over(cases: Decisions, before: Following) -> Following:
    """Return the ledger started again, now before this log."""
    return Following(cases, cases.clock, before.log, alarms=before.alarms)


def test_a_log_that_grows_is_followed_and_looked_at(past: Past) -> None:
    cases = past.open()
    cases.ordinary("s-1")
    ledger = followed(past, cases)
    assert ledger.watching.check() == (True, {"checked": 1})
    for _ in range(5):
        cases.ordinary("s-1")
        ledger.catch_up()
        ledger.watching.soon()
        ledger.watching.look()
    assert ledger.watching.check() == (True, {"checked": 6})
    head = cases.log.head()
    assert ledger.ledger.frontier == head.frontier
    row = ledger.log.get(TRUSTED, CASES)
    assert row is not None
    assert str(row["keys"]) == f"{signer(SEED, cases.log.id).key}\n"
    assert not (past.folder / "alarm").exists()


def test_nothing_is_asked_twice_within_a_second(past: Past) -> None:
    cases = past.open()
    cases.ordinary("s-1")
    ledger = followed(past, cases)
    cases.log.close()
    ledger.watching.look()
    assert ledger.watching.check() == (True, {"checked": 1})


def test_the_first_fact_is_looked_at_as_soon_as_it_is_folded(past: Past) -> None:
    """Given a look at an empty log, no second has to go by before what was folded since can be proven to others."""
    ledger = Following(cases := past.open(), cases.clock)
    ledger.watching.look()
    cases.ordinary("s-1")
    ledger.catch_up()
    ledger.watching.look()
    assert ledger.watching.check() == (True, {"checked": 1})


def test_a_log_that_was_cut_is_found_out(past: Past) -> None:
    """Given an older copy, signed with the true key, then it is smaller than what was folded."""
    cases = past.open()
    cases.ordinary("s-1")
    past.copy(cases)
    cases = past.open()
    cases.ordinary("s-1")
    ledger = followed(past, cases)
    assert alarm_of(over(past.open("copy"), ledger)).code == "log_rolled_back"


def test_a_log_that_was_put_back_and_has_grown_again_is_found_out(past: Past) -> None:
    """Before anything of it is folded, although every position, time and signature is as it should be."""
    cases = past.open()
    cases.ordinary("s-1")
    past.copy(cases)
    cases = past.open()
    cases.ordinary("s-1")
    ledger = followed(past, cases)
    split = past.open("copy")
    for _ in range(4):
        split.ordinary("s-2")
    restarted = over(split, ledger)
    restarted.follower.run(threading.Event())
    assert restarted.follower.status.state == "alarmed"
    assert "log_split at cases position 2" in restarted.follower.status.reason
    assert restarted.progress.now.position == 2
    kept = {path.name: path.read_bytes() for path in (past.folder / "alarm").iterdir()}
    key = signer(SEED, cases.log.id).key
    accepted, refused = (opened(kept[f"{name}.checkpoint"], [key], split.log.id) for name in ("accepted", "refused"))
    assert accepted is not None
    assert refused is not None
    assert (accepted.size, refused.size) == (2, 5)
    assert kept["trusted-keys"].decode() == f"{key}\n"
    assert kept["reason.txt"].startswith(b"split: nothing shows that the log")
    again = over(split, ledger)
    assert alarm_of(again).code == "log_split"


def test_a_log_that_refuses_to_sign_is_not_followed(past: Past) -> None:
    """Given a log put back whose own files outside the database tell, then it says so, and that is enough."""
    cases = past.open()
    cases.ordinary("s-1")
    past.copy(cases)
    cases = past.open()
    cases.ordinary("s-1")
    ledger = followed(past, cases)
    shutil.copytree(past.folder / "cases.signed", past.folder / "copy.signed")
    older = past.open("copy")
    for _ in range(4):
        older.ordinary("s-2")
    assert alarm_of(over(older, ledger)).code == "log_not_signed"


def test_a_log_that_was_rewritten_beyond_what_was_folded_is_found_out(past: Past) -> None:
    """Given a checkpoint seen of more than was folded, then that counts too."""
    cases = past.open()
    cases.ordinary("s-1")
    past.copy(cases)
    cases = past.open()
    ledger = followed(past, cases)
    cases.ordinary("s-1")
    cases.ordinary("s-1")
    ledger.watching.soon()
    ledger.watching.look()
    assert (ledger.progress.now.position, ledger.watching.check()[1]["checked"]) == (1, 3)
    split = past.open("copy")
    for _ in range(4):
        split.ordinary("s-2")
    alarm = alarm_of(over(split, ledger))
    assert (alarm.code, alarm.position) == ("log_split", 1)
    assert "the 3 leaves seen" in alarm.detail


def test_a_key_that_nobody_knows_is_not_trusted(past: Past) -> None:
    cases = past.open()
    cases.ordinary("s-1")
    ledger = followed(past, cases)
    past.copy(cases)
    stranger = past.open("copy", hand=lambda name: signer(7, name))
    assert alarm_of(over(stranger, ledger)).code == "checkpoint_not_trusted"


@dataclass(frozen=True)
class Hands:
    """Several keys that sign each checkpoint, as the keys of a folder do."""

    cases: Decisions
    seeds: tuple[int, ...]

    def rotate(self, folder: Path) -> Decisions:
        """Let these keys sign from now on."""
        hands = [signer(seed, self.cases.log.id) for seed in self.seeds]
        known = [signer(seed, self.cases.log.id).key for seed in (SEED, 7)]
        notary = Notary(self.cases.log.id, hands, lambda: known, LastSigned(folder / "last-signed"))
        self.cases.witnessed.witness = Witness(self.cases.log, notary, lambda: known)
        return self.cases


def test_a_new_key_is_trusted_once_it_has_signed_beside_the_old_one(past: Past) -> None:
    """Over restarts: old, both, new. Without the overlap seen, the new one is a stranger."""
    cases = past.open()
    cases.ordinary("s-1")
    first = followed(past, cases)
    missed = over(cases, followed(past, cases))
    signed = past.folder / "cases.signed"
    both = over(Hands(cases, (SEED, 7)).rotate(signed), first)
    cases.ordinary("s-1")
    both.watching.look()
    after = over(Hands(cases, (7,)).rotate(signed), first)
    after.watching.look()
    assert after.watching.check() == (True, {"checked": 2})
    assert alarm_of(missed).code == "checkpoint_not_trusted"


def given_keys(ledger: Following, *keys: VerifierKey) -> Watching:
    return Watching(ledger.log, ledger.ledger, ledger.progress, ledger.feed, keys)


def test_keys_that_were_given_count_and_no_others(past: Past) -> None:
    cases = past.open()
    cases.ordinary("s-1")
    ledger = Following(cases, cases.clock)
    ledger.catch_up()
    true, strange = signer(SEED, cases.log.id).key, signer(7, cases.log.id).key
    with pytest.raises(FollowerAlarm, match="checkpoint_not_trusted"):
        given_keys(ledger, strange).look()
    given_keys(ledger, strange, true).look()
    with pytest.raises(FollowerAlarm, match="checkpoint_not_trusted"):
        given_keys(ledger, strange).look()  # what was trusted under other keys does not outlive them
    given_keys(ledger, true).look()


def test_without_a_checkpoint_following_goes_on_and_health_counts(past: Past) -> None:
    """And once there is one again, all that was folded meanwhile is demanded of it."""
    cases, now = past.open(), [0.0]
    cases.ordinary("s-1")
    ledger = Following(cases, cases.clock)
    watching = Watching(ledger.log, ledger.ledger, ledger.progress, cases, most_s=60, clock=lambda: now[0])
    ledger.follower._watching = watching
    ledger.catch_up()
    watching.look()
    away = FeedUnavailable("answered 503", 1.0, "signer_unavailable")

    def unavailable() -> bytes:
        raise away

    checkpoint = cases.checkpoint
    cases.checkpoint = unavailable  # type: ignore[method-assign]  # the signer is away
    cases.ordinary("s-1")
    for at, well in ((2.0, True), (60.0, True), (61.0, False)):
        now[0] = at
        watching.look()
        ledger.catch_up()
        assert watching.check() == (well, {"checked": 1, "unchecked_s": round(at), "unchecked": "answered 503"})
    assert ledger.progress.now.position == 2
    cases.checkpoint = checkpoint  # type: ignore[method-assign]
    now[0] = 62.0
    watching.look()
    assert watching.check() == (True, {"checked": 2})


def test_a_ledger_that_did_not_hash_what_it_folded_reads_it_once_more(past: Past) -> None:
    cases = past.open()
    for _ in range(5):
        cases.ordinary("s-1")
    ledger = followed(past, cases)
    events = ledger.log.head().position
    for table in (GROWN, TRUSTED):
        ledger.log.append(Append(rows=lambda _, table=table: [Remove(table, (CASES,))]))  # type: ignore[misc]
    older = over(cases, ledger)
    cases.ordinary("s-1")
    older.catch_up()
    assert older.ledger.frontier is None
    older.watching.look()
    assert older.log.get(GROWN, CASES) == {
        "name": CASES,
        "position": 6,
        "frontier": merkle.packed(cases.log.head().frontier),
    }
    assert older.watching.check() == (True, {"checked": 6})
    assert older.log.head().position == events + 1
    assert older.ask("s-1")["points"]["ordinary"] == 72


def test_an_empty_log_is_well(past: Past) -> None:
    ledger = Following(cases := past.open(), cases.clock)
    ledger.watching.look()
    assert ledger.watching.check() == (True, {"checked": 0})


@pytest.mark.parametrize("pages", [1, 3, 100])
def test_the_frontier_is_the_logs_however_it_is_read(past: Path | Past, pages: int) -> None:
    with closing((cases := Decisions()).log):
        for nth in range(17):
            (cases.ordinary if nth % 3 else cases.nothing)(f"s-{nth % 4}")
        ledger = Following(cases, cases.clock)
        ledger.catch_up(pages)
        assert ledger.ledger.frontier == cases.log.head().frontier
        row = ledger.log.get(GROWN, CASES)
        assert row is not None
        assert (row["position"], row["frontier"]) == (17, merkle.packed(cases.log.head().frontier))
