"""A new key takes over from an old one under the eyes of a ledger that follows; a stranger does not."""

import shutil
from pathlib import Path
from typing import Any

from services.cases.settings import Settings
from shared.kit.audit.keyfolder import KeyFolder
from tests.support.both_services import Both, both_services
from tests.support.eventually import eventually


def followed(both: Both) -> dict[str, Any]:
    """Return what the ledger says of its follower."""
    found: dict[str, Any] = both.ledger.get("/health/ready").json()["checks"]["follower"]["detail"]
    return found


def decide(both: Both, trade: str) -> int:
    """Decide one more case, wait until the ledger has looked at a checkpoint of it; return the log's head."""
    both.upheld("s-1", trade)
    both.standing("s-1")
    head = len(both.cases.feed())
    eventually(lambda: followed(both).get("checked") == head, within_s=10)
    return head


def test_keys_change_over_restarts_while_a_ledger_follows(tmp_path: Path) -> None:
    keys = Settings(data_dir=tmp_path / "cases").signing_keys_dir
    with both_services(tmp_path) as both:
        decide(both, "t-1")
        name = str(both.cases.feed()[0]["source"])
    folder = KeyFolder(keys, name)
    (old,) = folder.known()
    folder.rotate()
    with both_services(tmp_path) as both:
        decide(both, "t-2")
    folder.retire(old.id)
    with both_services(tmp_path) as both:
        decide(both, "t-3")
        assert both.standing("s-1")["points"]["ordinary"] == 36
    shutil.rmtree(keys)
    for kept in (tmp_path / "cases").glob("last-signed*"):
        kept.unlink()
    with both_services(tmp_path) as both:
        eventually(lambda: "checkpoint_not_trusted" in both.ledger.get("/health/ready").text, within_s=10)
