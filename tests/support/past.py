"""A cases log in a file, to be put back to an older copy, or split in two, in tests of those who follow it."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from shared.kit.audit.note import Signs
from shared.kit.log.sqlite import open_sqlite_log
from tests.support.decisions import Decisions
from tests.support.logs import StandingClock
from tests.support.witnessing import Witnessed


@dataclass
class Past:
    """A cases log in a file, of which copies can be taken and put back."""

    folder: Path
    opened: list[Decisions] = field(default_factory=list)

    def open(self, name: str = "cases", hand: Callable[[str], Signs] | None = None) -> Decisions:
        """Open a log; with the true key, and nothing signed before, unless another `hand` signs."""
        cases = Decisions(store=open_sqlite_log(self.folder / f"{name}.db", StandingClock()))
        signed = self.folder / f"{name}.signed"
        signed.mkdir(exist_ok=True)
        cases.__dict__["witnessed"] = Witnessed(signed, cases.log, hand) if hand else Witnessed(signed, cases.log)
        self.opened.append(cases)
        return cases

    def copy(self, cases: Decisions, name: str = "copy") -> None:
        """Take a copy of a log, to be opened under this name."""
        cases.log.close()
        shutil.copyfile(self.folder / "cases.db", self.folder / f"{name}.db")
