"""After an erasure totals and proofs are what they were: facts never held what was destroyed."""

from datetime import timedelta
from pathlib import Path

from services.cases.erasures import Erasures
from shared.kit.log import merkle
from shared.kit.log.model import EventLog, Head
from tests.support.cases_story import MONDAY, SELLER
from tests.support.cases_told import Teller
from tests.support.cases_writer import Writer, writer
from tests.support.decisions import Decisions
from tests.support.following import Following
from tests.support.ledger_service import ledger_service
from tests.support.logs import StandingClock, everything, plain_root

READ = ("standing", "entries", "timeline", "forecast")


def told(one: Writer) -> list[Teller]:
    """Tell three cases of the same seller: upheld, upheld on appeal, and one that goes on; return them."""
    tellers = [Teller(one).files(f"trade-{number}") for number in range(3)]
    for teller in tellers:
        teller.heard()
    for teller in tellers[:2]:
        teller.upheld()
    tellers[1].appealed().rejected()
    return tellers


def read(folder: Path, log: EventLog) -> dict[str, bytes]:
    """Return, byte for byte, what a fresh ledger says of the seller that has followed the whole feed."""
    cases = Decisions(StandingClock(MONDAY + timedelta(days=5 * 365)))
    cases.log = log
    head, follower = log.head().position, Following(cases, cases.clock)
    follower.catch_up()
    with ledger_service(folder, cases, log=follower.log) as ledger:
        said = {name: ledger.get(f"/sellers/{SELLER}/{name}", min_position=head) for name in READ}
        as_of = (MONDAY + timedelta(days=8)).isoformat()
        said["earlier"] = ledger.get(f"/sellers/{SELLER}/standing", min_position=head, as_of=as_of)
    assert {answer.status_code for answer in said.values()} == {200}
    return {name: answer.content for name, answer in said.items()}


def root_at(log: EventLog, head: Head) -> bytes:
    """Return the root of the tree over the leaves up to this head, computed from the stored bytes."""
    return plain_root([event.state for event in everything(log)[: head.position]])


def test_a_fresh_ledger_that_reads_the_whole_feed_says_the_same_to_the_byte(tmp_path: Path) -> None:
    one = writer(tmp_path / "cases")
    tellers = told(one)
    one.clock.move(days=4 * 365)
    Teller(one).files("trade-9")  # so that both ledgers know that the years have passed
    before = read(tmp_path / "before", one.cases.log)
    head, stored = one.cases.log.head(), everything(one.cases.log)
    for teller in tellers[:2]:
        Erasures(one.cases, one.store).erase(one.request(teller.case))
    assert read(tmp_path / "after", one.cases.log) == before
    assert b'"points":24' in before["earlier"]
    assert everything(one.cases.log)[: head.position] == stored
    assert merkle.root(head.frontier) == root_at(one.cases.log, head)
    now = one.cases.log.head()
    assert now.position == head.position + 2
    assert merkle.root(now.frontier) == root_at(one.cases.log, now)
    one.close()


def test_what_was_proven_before_is_proven_by_a_log_that_is_opened_again(tmp_path: Path) -> None:
    one = writer(tmp_path)
    teller = told(one)[0]
    one.clock.move(days=4 * 365)
    head = one.cases.log.head()
    Erasures(one.cases, one.store).erase(one.request(teller.case))
    one.close()
    again = writer(tmp_path, one.clock)
    assert merkle.root(head.frontier) == root_at(again.cases.log, head)
    again.close()
