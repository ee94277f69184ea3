"""One write as the application takes it: who, when, which command, on what condition, with which texts and rows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Protocol, TypeAlias

from services.cases.casekey import CaseKey, Purpose
from services.cases.domain.case import CaseState
from services.cases.domain.commands import CaseCommand
from services.cases.receipts import RequestKey
from shared.kit.decider import Refusal
from shared.kit.fields import says_something
from shared.kit.log.rows import RowChange


class Pen:
    """Takes down the texts of a request: each gives its keyed digest, and is sealed only once the case has decided.

    The case's key is asked for with the first text: what says nothing needs none.
    """

    def __init__(self, key: Callable[[], CaseKey]) -> None:
        self._key = key
        self.texts: dict[str, str] = {}

    @cached_property
    def key(self) -> CaseKey:
        """The key of the case; raises what asking for it raises."""
        return self._key()

    def write(self, purpose: Purpose, text: str | None) -> str:
        """Return the digest of the text, "" where there is none; a reason or an appeal that shows nothing is none."""
        if text is None or (purpose in ("reason", "appeal") and not says_something(text)):
            return ""
        digest = self.key.digest(purpose, text)
        self.texts[digest] = text
        return digest


Command: TypeAlias = Callable[[Pen], CaseCommand]
"""Makes the command of a request, once the case is loaded and the caller let in."""


class Precondition(Protocol):
    """What the caller demands of the version of the case (If-Match)."""

    def refused(self, version: int) -> Refusal | None:
        """Return why this version does not do, None where it does."""


@dataclass(frozen=True, slots=True)
class Request:
    """One write, as the application takes it.

    `admits` says of a loaded case whether the caller may know of it. `prepare` puts on disk what the facts will cite,
    beyond texts, and refuses by raising; it may be called again. `rows` are written with the facts. `announces`
    decides as if, and records no fact: only the rows. `status`, `evidence_id` and `expires_at` go into the receipt,
    whose state is the one that `staff`, or a party, may know.
    """

    case_id: str
    actor: str
    role: str
    at: datetime
    admits: Callable[[CaseState], bool]
    precondition: Precondition
    key: RequestKey | None = None
    status: int = 200
    evidence_id: str | None = None
    expires_at: datetime | None = None
    announces: bool = False
    prepare: Callable[[], None] = field(default=lambda: None)
    rows: Sequence[RowChange] = ()
    staff: bool = False


class _Unconditional:
    """Demands nothing."""

    def refused(self, _: int) -> Refusal | None:
        """Every version does."""
        return None


def own_request(case_id: str, actor: str, role: str, at: datetime) -> Request:
    """Return a write that the service makes of itself, as the clock or for a recall."""
    return Request(case_id, actor, role, at, admits=lambda _: True, precondition=_Unconditional(), staff=True)
