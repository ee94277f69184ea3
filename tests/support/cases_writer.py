"""The cases service without HTTP, for tests of what stands behind it: writes straight to the application."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.cases.api.calls import IfMatch
from services.cases.application import Cases
from services.cases.domain.case import CaseState, World
from services.cases.domain.commands import FileComplaint, StartHandling, WithdrawComplaint
from services.cases.evidence import EvidenceStore
from services.cases.request import Command, Pen, Request
from services.cases.submissions import Offered, Submissions
from services.cases.tables import TABLES
from services.cases.vault import Vault
from shared.kit.ids import uuid7
from shared.kit.log.sqlite import open_sqlite_log
from tests.support.cases_scenario import SEED_WORLD
from tests.support.cases_service import MONDAY, HandClock
from tests.support.cases_story import file


def everybody(_: CaseState) -> bool:
    """Admit to every case."""
    return True


@dataclass
class Writer:
    """An application over a log, a vault and an evidence store in one folder, and its clock."""

    cases: Cases
    store: EvidenceStore
    clock: HandClock

    def request(self, case_id: str, **changes: Any) -> Request:
        """Return a request of an officer without conditions."""
        given: dict[str, Any] = {"role": "officer", "admits": everybody, **changes}
        return Request(case_id=case_id, actor="o-1", at=self.clock(), precondition=IfMatch(None, given=False), **given)

    def file(self) -> str:
        """File a complaint now; return its case id."""
        request = self.request(uuid7())

        def command(pen: Pen) -> FileComplaint:
            return file(narrative_digest=pen.write("narrative", "what happened"), contact_digests=(), at=request.at)

        return self.cases.file(request, command).case_id

    def carry_out(self, case_id: str, command: Command) -> None:
        """Carry out a command on a case."""
        self.cases.carry_out(self.request(case_id), command)

    def handle(self, case_id: str) -> None:
        """Start handling now."""
        self.carry_out(case_id, lambda _: StartHandling("o-1", self.clock()))

    def withdraw(self, case_id: str) -> None:
        """Take the complaint back now."""
        self.carry_out(case_id, lambda _: WithdrawComplaint(self.clock()))

    def announce(self, case_id: str) -> str:
        """Announce a piece of evidence; return its id."""
        request = self.request(case_id, evidence_id=uuid7())
        Submissions(self.cases, self.store).offer(request, "complainant", Offered("call_list", "text/csv", 9, None))
        return str(request.evidence_id)

    def close(self) -> None:
        """Close log and vault."""
        self.cases.vault.close()
        self.cases.log.close()


def writer(folder: Path, clock: HandClock | None = None, world: World = SEED_WORLD) -> Writer:
    """Open the service's parts in this folder, where the service looks for them in its data folder."""
    clock = clock or HandClock(MONDAY)
    folder.mkdir(parents=True, exist_ok=True)
    log = open_sqlite_log(folder / "cases.db", clock, TABLES)
    vault = Vault(folder / "vault.db", folder / "keys" / "vault.key")
    return Writer(Cases(log, vault, world, clock), EvidenceStore(folder / "evidence"), clock)
