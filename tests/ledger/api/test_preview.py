"""What revoking entries would change, over HTTP: as it then is, and nothing written meanwhile."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.ledger.api.preview import MAX_ENTRIES, MAX_SELLERS
from shared.contracts.preview import ReversalsPreview, ReversalsPreviewed
from tests.support.decisions import DAY, FIRST, Decisions
from tests.support.ledger_service import LedgerService, ledger_service


def ask(service: LedgerService, *reversals: tuple[str, list[str]], **more: Any) -> httpx.Response:
    """Return the answer to the question what these revocations would change."""
    asked = {"reversals": [{"seller": seller, "entries": entries} for seller, entries in reversals], **more}
    return service.http.post("/reversals:preview", json=asked, headers=service.headers())


def previewed(service: LedgerService, *reversals: tuple[str, list[str]]) -> list[ReversalsPreviewed]:
    """Return the answers of the accounts, everything decided included."""
    answer = ask(service, *reversals, min_position=service.cases.log.head().position)
    assert answer.status_code == 200, answer.text
    return ReversalsPreview.model_validate(answer.json()).reversals


def rows(standing: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Return the sanctions of a standing, but not when they were lifted: what is supposed is of another instant."""
    return [tuple(row[name] for name in ("entry", "node", "start", "end", "state")) for row in standing["sanctions"]]


def test_it_says_what_a_revocation_would_lift_and_bring_back(service: LedgerService) -> None:
    """Standing before and after, and each sanction that would change."""
    older = service.cases.severe("s-1", points=24)
    sealing = service.cases.severe("s-1", points=24, at=FIRST + DAY)
    (found,) = previewed(service, ("s-1", [sealing.id]))
    assert found.standing_before is not None
    assert found.standing_after is not None
    assert (found.standing_before.standing, found.standing_after.standing) == ("sealed", "restricted")
    assert (found.standing_before.points["severe"], found.standing_after.points["severe"]) == (48, 24)
    assert [(one.change, one.entry, one.node) for one in found.sanctions] == [
        ("revived", older.id, 24),
        ("vacated", sealing.id, 48),
    ]
    assert [(one.entry, one.counts, one.why_not) for one in found.entries] == [(sealing.id, True, None)]


def test_what_it_says_is_what_then_happens(service: LedgerService) -> None:
    """Several entries in the order asked, a queue that moves up, a stay among them; compared with the revocations."""
    cases = service.cases
    made = [cases.ordinary("s-1", points=points, at=FIRST + day * DAY) for day, points in enumerate((12, 18, 6, 12))]
    cases.stay("s-1", made[1].id, at=FIRST + 4 * DAY)
    cases.clock.now = FIRST + 5 * DAY
    (found,) = previewed(service, ("s-1", [made[2].id, made[0].id]))
    before = service.standing("s-1")
    head = service.get("/sellers/s-1/standing").headers["Demerit-Ledger-Position"]
    for decision in (made[2], made[0]):
        cases.reverse("s-1", decision.id, revoked=True)
    after = service.standing("s-1")
    assert found.standing_before is not None
    assert found.standing_after is not None
    was, then = (one.model_dump(mode="json") for one in (found.standing_before, found.standing_after))
    for name in ("standing", "points", "restrictions", "restricted_until", "next_change_at", "tracks"):
        assert (was[name], then[name]) == (before[name], after[name])
    assert rows(was) == rows(before)
    assert rows(then) == rows(after)
    assert {one.change for one in found.sanctions} == {"vacated", "rescheduled"}
    assert then["account_version"] == before["account_version"]
    assert then["last_entry_position"] == before["last_entry_position"] == made[3].position
    assert int(head) == before["account_version"]


def test_an_entry_that_does_not_count_says_why(service: LedgerService) -> None:
    """Reversed already, or none of this account's; the others are supposed revoked all the same, each once."""
    first, second = service.cases.ordinary("s-1"), service.cases.ordinary("s-1", at=FIRST + DAY)
    foreign = service.cases.ordinary("s-2")
    service.cases.reverse("s-1", first.id, at=FIRST + 2 * DAY)
    asked = [first.id, foreign.id, second.id, second.id]
    found, unknown = previewed(service, ("s-1", asked), ("nobody", ["e-1"]))
    assert [(one.entry, one.counts, one.why_not) for one in found.entries] == [
        (first.id, False, "reversed"),
        (foreign.id, False, "unknown"),
        (second.id, True, None),
        (second.id, True, None),
    ]
    assert found.standing_after is not None
    assert found.standing_after.points["ordinary"] == 0
    assert [(one.change, one.entry) for one in found.sanctions] == [("vacated", second.id)]
    assert unknown.standing_before == unknown.standing_after
    assert unknown.standing_before is not None
    assert unknown.standing_before.standing == "good"
    assert ([one.why_not for one in unknown.entries], unknown.sanctions) == (["unknown"], [])


def test_nothing_is_written_and_the_same_question_gets_the_same_answer(service: LedgerService) -> None:
    """Neither event nor version, nor a standing of other bytes."""
    entry = service.cases.ordinary("s-1")
    service.standing("s-1")
    before = service.get("/sellers/s-1/standing")
    first, second = (ask(service, ("s-1", [entry.id])) for _ in range(2))
    after = service.get("/sellers/s-1/standing")
    assert (first.status_code, first.content) == (200, second.content)
    assert (after.content, after.headers["ETag"]) == (before.content, before.headers["ETag"])
    assert after.headers["Demerit-Ledger-Position"] == before.headers["Demerit-Ledger-Position"] == "1"
    assert first.headers["Demerit-Cases-Position"] == str(entry.position)
    assert first.headers["Demerit-Ledger-Position"] == "1"


def test_accounts_are_answered_in_order_and_one_in_quarantine_says_so_in_its_place(service: LedgerService) -> None:
    """An account that is named twice is supposed about twice, each time for itself."""
    service.cases.reverse("s-2", "no-such-decision")
    one, other = service.cases.ordinary("s-1"), service.cases.ordinary("s-1", at=FIRST + timedelta(hours=1))
    quarantined, first, second = previewed(service, ("s-2", ["x"]), ("s-1", [one.id]), ("s-1", [other.id]))
    assert quarantined.problem is not None
    assert (quarantined.problem.code, quarantined.problem.status) == ("seller_quarantined", 503)
    assert quarantined.problem.model_dump()["position"] == 1
    assert (quarantined.standing_before, quarantined.standing_after) == (None, None)
    assert (quarantined.entries, quarantined.sanctions) == ([], [])
    assert first.problem is second.problem is None
    for found in (first, second):
        assert found.standing_after is not None
        assert found.standing_after.points["ordinary"] == 12


@pytest.mark.parametrize(
    "body",
    [
        {"reversals": []},
        {"reversals": [{"seller": "s-1", "entries": []}]},
        {"reversals": [{"seller": "s 1", "entries": ["e"]}]},
        {"reversals": [{"seller": "s-1"}]},
        {"reversals": [{"seller": "s-1", "entries": ["e"], "at": "2026-03-02T00:00:00Z"}]},
        {"reversals": [{"seller": f"s-{number}", "entries": ["e"]} for number in range(MAX_SELLERS + 1)]},
        {"reversals": [{"seller": "s-1", "entries": ["e"] * (MAX_ENTRIES + 1)}]},
        {"reversals": [{"seller": "s-1", "entries": ["e"]}], "min_position": -1},
    ],
)
def test_what_cannot_be_meant_is_refused(service: LedgerService, body: dict[str, Any]) -> None:
    """1 to 200 accounts by name, 1 to 1 000 entries, no unknown field."""
    answer = service.http.post("/reversals:preview", json=body, headers=service.headers())
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


def test_entries_have_a_bound_over_all_accounts(service: LedgerService) -> None:
    """Just as many are answered; one more is refused with how many there were."""
    share = MAX_ENTRIES // MAX_SELLERS
    asked = [(f"s-{number}", ["e"] * share) for number in range(MAX_SELLERS)]
    assert len(previewed(service, *asked)) == MAX_SELLERS
    answer = ask(service, *asked[1:], ("s-0", ["e"] * (share + 1)))
    assert (answer.status_code, answer.json()["code"]) == (422, "too_many_entries")
    assert answer.json()["entries"] == MAX_ENTRIES + 1


def test_a_position_that_does_not_come_is_waited_for_within_a_bound(tmp_path: Path) -> None:
    """And then said to be missing."""
    with ledger_service(tmp_path, Decisions(), max_wait_s=0.05) as service:
        answer = ask(service, ("s-1", ["e"]), min_position=99)
    assert (answer.status_code, answer.json()["code"]) == (503, "position_not_folded")
