"""Filings, decisions and dismissals with their findings, as the cases log tells them, and simulations over a ledger."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from services.ledger.simulating.asking import Question, question
from services.ledger.simulating.simulation import CHANGES, Sources, simulate
from shared.contracts.decisions import ORDINARY_UPHELD, SEVERE_UPHELD
from shared.contracts.findings import DISMISSED, FILED, OVERTURNED
from shared.contracts.simulation import Stage
from shared.contracts.simulationchanges import ChangesPage
from shared.contracts.simulationreport import SimulationReport
from tests.support.decisions import PINNED, SEED, Decision, Decisions
from tests.support.drafts import HALVED, draft
from tests.support.following import Following

SINCE: Final = datetime(2026, 1, 1, tzinfo=UTC)
UNTIL: Final = datetime(2027, 1, 1, tzinfo=UTC)
CALLED: Final = ("frequent_contact", "number_attributable")
MAILED: Final = ("frequent_contact", "number_attributable", "offensive_mail")


class FoundDecisions(Decisions):
    """A cases log whose decisions say what they rest on, each after the filing of its case."""

    def filed(self, seller: str, conduct_at: datetime | None = None, paid_at: datetime | None = None) -> str:
        """File a complaint of an incident that ended at `conduct_at`, a day ago unless told; return the case."""
        ended = conduct_at or self.clock.now - timedelta(days=1)
        incidents = [{"channel": "phone", "at": ended - timedelta(hours=2), "until": ended}]
        incidents.append({"channel": "phone", "at": ended - timedelta(hours=3), "until": None})
        data = {"trade": {"id": "t-1", "order_paid_at": paid_at}, "incidents": incidents}
        return self.add(FILED, seller, data, effect="none").case

    def found(
        self, seller: str, verified: Sequence[str] = CALLED, *, grade: str = "general", points: int = 12, **more: Any
    ) -> Decision:
        """Uphold a violation on these findings; `more` are the filing's instants, or `confirmed_by`."""
        confirmed = more.pop("confirmed_by", None)
        case = more.pop("case", None) or self.filed(seller, **more)
        pinned = {"rulebook": self.rulebook, "calendars": (), "direct": ()}
        data = {"grade": grade, "points": points, **pinned, "findings": findings(verified), "confirmed_by": confirmed}
        return self.add(SEVERE_UPHELD if grade == "grave" else ORDINARY_UPHELD, seller, data, case=case)

    def dismissed(self, seller: str, verified: Sequence[str] = ("number_attributable",), **more: Any) -> Decision:
        """Dismiss a complaint on these findings."""
        case = self.filed(seller, **more)
        data = {"ground": "evidence_insufficient", "findings": findings(verified), "rulebook": PINNED}
        return self.add(DISMISSED, seller, data, effect="none", case=case)

    def overturned(self, seller: str, dismissal: Decision) -> Decision:
        """Overturn a dismissal: its case is open again."""
        return self.add(OVERTURNED, seller, {"decision": dismissal.id}, effect="none", case=dismissal.case)


def findings(verified: Sequence[str]) -> dict[str, Any]:
    """Return findings of which these facts are verified, and nothing is known of the others."""
    flags = ("frequent_contact", "number_attributable")
    told: dict[str, Any] = {flag: True if flag in verified else None for flag in flags}
    factors = [fact for fact in verified if fact not in (*flags, "certificate_covers")]
    return {**told, "factors": factors, "certificate_covers": "certificate_covers" in verified}


def asked(text: str = "", **more: Any) -> Question:
    """Return the question what a draft (without a text: half the points) would have done in 2026."""
    given = {"since": SINCE, "until": UNTIL, "now": UNTIL, **more}
    found = question(text or draft(HALVED), SEED, **given)
    assert isinstance(found, Question), found
    return found


def simulated(
    ledger: Following, folder: Path, given: Question, tell: Any = None
) -> tuple[SimulationReport, list[dict[str, Any]]]:
    """Return report and differences of a simulation, both checked against their contracts."""

    def nobody(stage: Stage, done: int, total: int) -> None:
        assert 0 <= done <= total, (stage, done, total)

    feed = ledger.feed
    assert isinstance(feed, Decisions)
    sources = Sources(ledger.log, ledger.codec, feed, ledger.progress.now)
    report = simulate(given, sources, folder, tell or nobody)
    lines = [json.loads(line) for line in (folder / CHANGES).read_text("utf-8").splitlines()]
    ChangesPage.model_validate({"changes": lines, "next": None})
    return SimulationReport.model_validate_json(json.dumps(report, default=_plain), strict=True), lines


def _plain(value: Any) -> Any:
    return value.isoformat()


def told(lines: Sequence[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    """Return the lines of one kind."""
    return [line for line in lines if line["kind"] == kind]
