"""Given that what the ledger keeps of the cases log's keys is damaged, then following stops, and a code says why."""

import threading
from contextlib import closing
from pathlib import Path

import pytest

from services.ledger.tables import CASES, TRUSTED
from shared.kit.log.model import Append
from shared.kit.log.rows import Put
from tests.ledger.follower.test_watching import followed, over
from tests.support.audit import signer
from tests.support.past import Past


@pytest.mark.parametrize(
    ("column", "damage"),
    [
        ("keys", "noise\n"),
        ("keys", f"{signer(7, 'urn:uuid:9').key}\n"),
        ("keys", ""),
        ("keys", None),
        ("note", b"noise"),
        ("note", b"\xff"),
    ],
)
def test_what_is_kept_and_is_damaged_stops_following_with_a_code(
    tmp_path: Path, column: str, damage: str | bytes | None
) -> None:
    """Nothing is trusted anew in its place."""
    past = Past(tmp_path)
    cases = past.open()
    with closing(cases.log):
        cases.ordinary("s-1")
        ledger = followed(past, cases)
        row = ledger.log.get(TRUSTED, CASES)
        assert row is not None
        ledger.log.append(Append(rows=lambda _: [Put(TRUSTED, {**row, column: damage})]))
        restarted = over(cases, ledger)
        restarted.follower.run(threading.Event())
    assert restarted.follower.status.state == "alarmed"
    assert restarted.follower.status.reason.startswith("trust_damaged at cases position 1: ")
