"""Statement, timeline and forecast of an account over HTTP."""

from datetime import timedelta
from typing import Any

import httpx

from shared.contracts.forecast import Forecast
from shared.contracts.statement import LapseLine, ReversalLine, Statement, ViolationLine
from shared.contracts.timeline import Timeline
from tests.support.decisions import DAY, FIRST, PINNED
from tests.support.ledger_service import LedgerService


def following(service: LedgerService, answer: httpx.Response) -> httpx.Response | None:
    """Return the page that an answer links to as the next, or None."""
    link = answer.links.get("next")
    return None if link is None else service.http.get(link["url"], headers=service.headers())


def test_a_statement_tells_every_movement_with_before_and_after(service: LedgerService) -> None:
    """A reversal and what it reverses name each other; lapses stand between."""
    cases = service.cases
    first = cases.ordinary("s-1")
    second = cases.ordinary("s-1", at=FIRST + DAY)
    reversal = cases.reverse("s-1", first.id, at=FIRST + 30 * DAY)
    answer = service.get("/sellers/s-1/entries", min_position=3)
    lines = Statement.model_validate(answer.json()).lines
    assert [line.kind for line in lines] == ["ordinary_violation"] * 2 + ["lapse"] * 2 + ["reversal"]
    entered, other, _, _, reversed_ = lines
    assert isinstance(entered, ViolationLine)
    assert isinstance(other, ViolationLine)
    assert isinstance(reversed_, ReversalLine)
    assert (entered.entry, entered.case, entered.reversed_by) == (first.id, first.case, reversal.id)
    assert (reversed_.entry, reversed_.reversal, reversed_.cause) == (first.id, reversal.id, "reversed")
    assert (other.entry, other.reversed_by) == (second.id, None)
    assert [change.change for change in entered.sanctions] == ["ordered"]
    assert [line.account_version for line in lines] == [1, 2, 3, 4, 5]
    assert [line.before for line in lines[1:]] == [line.after for line in lines[:-1]]
    assert entered.rule is not None
    assert (entered.rule.id, entered.rule.digest) == (PINNED.id, PINNED.digest)
    assert entered.rule.text
    assert "The seed article" in entered.rule.text


def test_a_regrade_links_what_it_replaces_both_ways(service: LedgerService) -> None:
    """The old entry names the new one, the new one the old."""
    old = service.cases.severe("s-1")
    new = service.cases.regrade("s-1", old, 12, at=FIRST + DAY)
    lines = Statement.model_validate(service.get("/sellers/s-1/entries", min_position=2).json()).lines
    was, _, now = lines
    assert isinstance(was, ViolationLine)
    assert isinstance(now, ViolationLine)
    assert (was.regraded_to, was.reversed_by, was.kind) == (new.id, new.id, "severe_violation")
    assert (now.regrades, now.effective_at, now.kind) == (old.id, old.recorded_at, "ordinary_violation")


def test_a_statement_comes_in_pages(service: LedgerService) -> None:
    """The link keeps what was asked."""
    for number in range(5):
        service.cases.ordinary("s-1", points=1, at=FIRST + timedelta(hours=number))
    answer: httpx.Response | None = service.get("/sellers/s-1/entries", min_position=5, limit=2)
    sizes = []
    while answer is not None:
        sizes.append([line["account_version"] for line in answer.json()["lines"]])
        answer = following(service, answer)
    assert sizes == [[1, 2], [3, 4], [5]]
    assert service.get("/sellers/nobody/entries").json() == {"seller": "nobody", "lines": []}


def test_a_lapse_is_a_line_of_its_own(service: LedgerService) -> None:
    """With the standing before and after."""
    decision = service.cases.ordinary("s-1")
    service.cases.nothing(at=FIRST + DAY)
    service.cases.ordinary("s-1", points=1, at=FIRST + 10 * DAY)
    lines = Statement.model_validate(service.get("/sellers/s-1/entries", min_position=3).json()).lines
    lapse = lines[1]
    assert isinstance(lapse, LapseLine)
    assert (lapse.standing_before, lapse.standing_after) == ("restricted", "watch")
    assert lapse.at == decision.recorded_at + 7 * DAY


def test_a_timeline_tells_each_change_with_its_cause(service: LedgerService) -> None:
    """Past ones and those to come, under what is known now."""
    decision = service.cases.ordinary("s-1")
    answer = service.get("/sellers/s-1/timeline", min_position=1)
    began, ended, cleared = Timeline.model_validate(answer.json()).changes
    assert (began.at, began.standing_before, began.standing_after) == (decision.recorded_at, "good", "restricted")
    assert [(cause.kind, cause.entry) for cause in began.causes] == [("entry", decision.id)]
    assert [(turn.before, turn.after) for turn in began.sanctions] == [(None, "in_force")]
    assert (ended.at, ended.standing_after) == (decision.recorded_at + 7 * DAY, "watch")
    assert [(cause.kind, cause.entry) for cause in ended.causes] == [("sanction", decision.id)]
    assert cleared.at.isoformat() == "2026-12-31T16:00:00+00:00"
    assert ([cause.kind for cause in cleared.causes], cleared.points_after["ordinary"]) == (["year_end"], 0)


def test_a_timeline_comes_in_pages_and_as_it_was_known(service: LedgerService) -> None:
    """After a reversal nothing ever happened; before it was known, it did."""
    decision = service.cases.ordinary("s-1")
    service.cases.reverse("s-1", decision.id, at=FIRST + DAY)
    now = service.get("/sellers/s-1/timeline", min_position=2).json()["changes"]
    assert [change["standing_after"] for change in now] == ["good"]
    known: dict[str, Any] = {"known_at": "2026-03-02T12:00:00Z", "limit": 1}
    answer: httpx.Response | None = service.get("/sellers/s-1/timeline", **known)
    seen = []
    while answer is not None:
        seen += [change["standing_after"] for change in answer.json()["changes"]]
        answer = following(service, answer)
    assert seen == ["restricted", "watch", "good"]


def test_a_forecast_supposes_one_more_violation(service: LedgerService) -> None:
    """Ordinary adds a node, severe seals, and nothing supposed tells when points lapse."""
    decision = service.cases.ordinary("s-1")
    service.standing("s-1")
    ordinary = Forecast.model_validate(service.get("/sellers/s-1/forecast", add="ordinary").json())
    assert ordinary.standing.points == {"ordinary": 24, "severe": 0}
    assert ordinary.grade is not None
    assert (ordinary.grade.code, ordinary.grade.points) == ("general", 12)
    assert ordinary.standing.restricted_until == decision.recorded_at + 14 * DAY
    severe = Forecast.model_validate(service.get("/sellers/s-1/forecast", add="severe").json())
    assert severe.standing.standing == "sealed"
    plain = Forecast.model_validate(service.get("/sellers/s-1/forecast").json())
    assert plain.grade is None
    assert [change.standing for change in plain.changes] == ["watch", "good"]
    assert plain.complete
    assert service.standing("s-1")["points"]["ordinary"] == 12


def test_an_account_in_quarantine_answers_none_of_them(service: LedgerService) -> None:
    """What it would say might be wrong."""
    service.cases.reverse("s-1", "no-such-decision")
    service.standing("s-2")
    for path in ("standing", "entries", "timeline", "forecast"):
        answer = service.get(f"/sellers/s-1/{path}")
        assert (answer.status_code, answer.json()["code"], answer.json()["position"]) == (503, "seller_quarantined", 1)
        assert answer.headers["Retry-After"] == "60"
