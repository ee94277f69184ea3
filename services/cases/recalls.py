"""How every write to a recall goes: key → load → decide → If-Match → vault → append, as with a case."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from services.cases import refusals
from services.cases.application import MAX_ATTEMPTS
from services.cases.casekey import CaseKey
from services.cases.domain.recall import errors
from services.cases.domain.recall.commands import AnswerRecall, ProposeRecall, RecallCommand, WithdrawRecall
from services.cases.domain.recall.decider import decide
from services.cases.domain.recall.events import Criteria, Selected
from services.cases.recallfile import LoadedRecall, load_recall
from services.cases.recallreceipt import RecallReceipt, from_kept
from services.cases.recallunit import RecallCall, RecallUnit
from services.cases.refusals import Refused
from services.cases.request import Pen, Precondition
from services.cases.selection import select_counting
from services.cases.vault import Vault
from shared.kit.decider import Refusal
from shared.kit.ids import uuid7
from shared.kit.log.instant import to_us
from shared.kit.log.model import Appended, EventLog, KeptResponse, KeyTaken

Command: TypeAlias = Callable[[Pen], RecallCommand]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request about a recall: who asks in which call, when, and on what condition."""

    call: RecallCall
    at: datetime
    precondition: Precondition


@dataclass(frozen=True, slots=True)
class Recalls:
    """The writes to recalls over the service's log and vault. All raise `Refused`, and what log and vault raise."""

    log: EventLog
    vault: Vault

    def propose(self, asked: Asked, criteria: Criteria, reason: str | None) -> RecallReceipt:
        """Select what the criteria mean now, and propose to revoke it; the recall's id is new."""
        if (replayed := self._replay(asked.call)) is not None:
            return replayed
        as_of, selected = self._select(criteria)

        def command(pen: Pen) -> ProposeRecall:
            digest = pen.write("reason", reason)
            return ProposeRecall(asked.call.actor, criteria, as_of, selected, digest, asked.at)

        key = self.vault.new_case(asked.call.recall_id)
        return self._written(self._attempt(asked, command, LoadedRecall(asked.call.recall_id), key))

    def answer(self, asked: Asked, answer: Literal["confirm", "decline"], reason: str | None) -> RecallReceipt:
        """Confirm or decline, as another supervisor than the proposer."""
        actor = asked.call.actor
        return self._carry_out(asked, lambda pen: AnswerRecall(actor, answer, pen.write("reason", reason), asked.at))

    def withdraw(self, asked: Asked) -> RecallReceipt:
        """Take the recall back, as the supervisor who proposed it."""
        return self._carry_out(asked, lambda _: WithdrawRecall(asked.call.actor, asked.at))

    def _select(self, criteria: Criteria) -> tuple[int, tuple[Selected, ...]]:
        """What is selected, and as of which position; nothing where no criterion is given."""
        as_of = self.log.head().position
        rows = [] if criteria.none else select_counting(self.log, criteria)
        return as_of, tuple(Selected(str(row["decision"]), str(row["case_id"])) for row in rows)

    def _carry_out(self, asked: Asked, command: Command) -> RecallReceipt:
        if (replayed := self._replay(asked.call)) is not None:
            return replayed
        for _ in range(MAX_ATTEMPTS):
            loaded = load_recall(self.log, asked.call.recall_id)
            if loaded.state is None:
                raise Refused(errors.recall_not_found())
            receipt = self._attempt(asked, command, loaded, self.vault.case(loaded.recall_id))
            if receipt is not None:
                return receipt
        raise Refused(refusals.contended())

    def _attempt(self, asked: Asked, command: Command, loaded: LoadedRecall, key: CaseKey) -> RecallReceipt | None:
        """Return the receipt, or None where another append took the version this one was decided on."""
        pen = Pen(lambda: key)
        said = decide(loaded.state, command(pen))
        if isinstance(said, Refusal):
            return self._refused(asked.call, said)
        refusal = asked.precondition.refused(loaded.version)
        if refusal is not None:
            raise Refused(refusal)
        written_by = uuid7()
        if pen.texts:
            self.vault.keep(key, pen.texts, written_by=written_by, at_us=to_us(asked.at))
        unit = RecallUnit(asked.call, loaded, said)
        outcome = self.log.append(unit.append())
        if isinstance(outcome, Appended):
            return unit.receipt(outcome.stamps)
        if loaded.version == 0:
            self.vault.forget(loaded.recall_id)
        elif pen.texts:
            self.vault.take_back(loaded.recall_id, written_by=written_by)
        return _replayed(asked.call, outcome.kept) if isinstance(outcome, KeyTaken) else None

    def _refused(self, call: RecallCall, refusal: Refusal) -> RecallReceipt:
        """Return the receipt of the same request, which may have gone through since its key was looked up."""
        replayed = self._replay(call)
        if replayed is None:
            raise Refused(refusal)
        return replayed

    def _replay(self, call: RecallCall) -> RecallReceipt | None:
        kept = None if call.key is None else self.log.kept(call.key.scope)
        return None if kept is None else _replayed(call, kept)

    @staticmethod
    def _written(receipt: RecallReceipt | None) -> RecallReceipt:
        if receipt is None:
            raise Refused(refusals.contended())
        return receipt


def _replayed(call: RecallCall, kept: KeptResponse) -> RecallReceipt:
    if call.key is None or kept.digest != call.key.digest:
        raise Refused(refusals.idempotency_key_reused())
    return from_kept(kept.response)
