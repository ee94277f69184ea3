"""Decided cases without HTTP, and recalls of them: for tests of the worker and of what stands behind the routes."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from services.cases.api.calls import IfMatch
from services.cases.decisiontables import DECISIONS, RECALLS
from services.cases.domain.commands import CaseCommand, FileComplaint
from services.cases.domain.events import Trade
from services.cases.domain.recall.events import Criteria
from services.cases.explaining import Explanation, explain
from services.cases.recalls import Asked, Recalls
from services.cases.recallunit import RecallCall
from services.cases.recallview import MAX_PAGE, read_items
from services.cases.recallworker import RecallWorker
from services.cases.request import Pen
from shared.kit.ids import uuid7
from shared.kit.log.model import Stored
from shared.kit.log.rows import Row, Where
from tests.support.cases_story import CALLS, MAIL, confirm, propose, uphold
from tests.support.cases_writer import Writer, writer

OFFICER = Criteria(officer="officer-1")


@dataclass
class Recalling:
    """A service without HTTP, with a worker that works when it is told to."""

    writer: Writer
    decided: dict[str, str] = field(default_factory=dict)

    @property
    def recalls(self) -> Recalls:
        """The writes to recalls."""
        return Recalls(self.writer.cases.log, self.writer.cases.vault)

    @property
    def worker(self) -> RecallWorker:
        """A worker that knows nothing but the log, as after a restart."""
        return RecallWorker(self.writer.cases.log, self.writer.cases.world, self.writer.clock)

    def give(self, case_id: str, *commands: CaseCommand) -> None:
        """Carry these commands out on a case."""
        for command in commands:
            self.writer.carry_out(case_id, lambda _, command=command: command)  # type: ignore[misc]  # bound at once

    def uphold(self, *, officer: str = "officer-1", severe: bool = False) -> str:
        """Return a new case that this officer upheld, or proposed as severe; its decision is in `decided`."""
        story: tuple[CaseCommand, ...] = MAIL if severe else CALLS
        filing, rest = story[0], story[1:]
        assert isinstance(filing, FileComplaint)
        request = self.writer.request(uuid7())

        def command(pen: Pen) -> FileComplaint:
            digest, trade = pen.write("narrative", "what happened"), Trade(f"trade-{uuid7()}")
            return replace(filing, trade=trade, narrative_digest=digest, contact_digests=())

        case_id = self.writer.cases.file(request, command).case_id
        self.give(case_id, *rest)
        if severe:
            self.give(case_id, propose(officer=officer), confirm())
        else:
            self.give(case_id, uphold(officer=officer))
        (row,) = self.writer.cases.log.select(DECISIONS, Where("case_id", "=", case_id), limit=10)
        self.decided[case_id] = str(row["decision"])
        return case_id

    def asked(self, supervisor: str, recall_id: str, status: int = 200) -> Asked:
        """Return a request of a supervisor without conditions."""
        call = RecallCall(recall_id, supervisor, "supervisor", status)
        return Asked(call, self.writer.clock(), IfMatch(None, given=False))

    def proposed(self, criteria: Criteria = OFFICER, reason: str = "a faulty detector") -> str:
        """Propose a recall; return its id."""
        return self.recalls.propose(self.asked("v-1", uuid7(), 201), criteria, reason).recall_id

    def confirmed(self, criteria: Criteria = OFFICER) -> str:
        """Propose a recall and confirm it; return its id."""
        recall_id = self.proposed(criteria)
        self.recalls.answer(self.asked("v-2", recall_id), "confirm", None)
        return recall_id

    def row(self, recall_id: str) -> Row:
        """Return how far the recall is."""
        row = self.writer.cases.log.get(RECALLS, recall_id)
        assert row is not None
        return row

    def explained(self, recall_id: str) -> Explanation:
        """Return what the log alone says of the recall, after seeing that the read model says the same."""
        found = explain(self.writer.cases.log, recall_id)
        assert found is not None
        items = read_items(self.writer.cases.log, recall_id, 0, MAX_PAGE)
        assert [_plain(one) for one in found.outcomes] == [_plain(item) for item in items]
        row, outcomes = self.row(recall_id), [one.outcome for one in found.outcomes]
        counted = {name: outcomes.count(name) for name in ("revoked", "passed_over")}
        assert counted == {name: row[name] for name in counted}
        assert (row["state"], row["selected"]) == (found.state, len(outcomes))
        assert row["settled"] == sum(counted.values())
        return found

    def facts(self, kind: str) -> list[Stored]:
        """Return the events of a kind, such as `decision_revoked`."""
        return list(self.writer.cases.log.read(0, 1000, types=[f"demerit.cases.{kind}.v1"]).events)


def _plain(shown: Any) -> tuple[str | int | datetime | None, ...]:
    names = ("decision", "case_id", "outcome", "event", "position", "at", "code", "winner")
    return tuple(getattr(shown, name) for name in names)


def recalling(folder: Path) -> Recalling:
    """Open a service without HTTP in this folder."""
    folder.mkdir(exist_ok=True)
    return Recalling(writer(folder))
