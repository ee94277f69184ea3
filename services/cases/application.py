"""How every write goes: key → load → decide → If-Match → vault → append, and again when somebody else was quicker.

A domain refusal outranks a version mismatch: the officer who comes too late learns which decision won.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from services.cases import refusals
from services.cases.casefile import Loaded, load
from services.cases.casekey import CaseKey
from services.cases.domain.case import CaseState, World, decide
from services.cases.domain.commands import CaseCommand, FileComplaint, MergeComplaint
from services.cases.domain.events import CaseEvent
from services.cases.domain.matters import Matter, Related, matter_of
from services.cases.domain.state import Merged, Unfiled
from services.cases.erased import refuse_erased
from services.cases.incidentrow import related_to
from services.cases.receipts import Receipt, RequestKey, from_kept
from services.cases.refusals import Refused
from services.cases.request import Command, Pen, Request
from services.cases.unit import Unit
from services.cases.vault import UnknownCase, Vault
from shared.kit.decider import Refusal
from shared.kit.ids import uuid7
from shared.kit.log.instant import Clock, to_us
from shared.kit.log.model import Appended, EventLog, KeptResponse, KeyTaken

MAX_ATTEMPTS: Final = 64  # conflicts in a row mean that the others all went through


@dataclass(frozen=True, slots=True)
class Cases:
    """The service's writes over its log and vault."""

    log: EventLog
    vault: Vault
    world: World
    clock: Clock

    def carry_out(self, request: Request, command: Command) -> Receipt:
        """Return the receipt of the write, or of the earlier one with the same key and body.

        When it returns, the facts and all they cite survive a crash of process and machine.

        Raises:
            Refused: the request came to nothing; nothing of it is kept.
            LogUnavailable, VaultUnavailable, StoreUnavailable: see there; a write may or may not have happened.
        """
        replayed = self.replay(request.key)
        if replayed is not None:
            return replayed
        for _ in range(MAX_ATTEMPTS):
            receipt = self._attempt(request, command)
            if receipt is not None:
                return receipt
        raise Refused(refusals.contended())

    def replay(self, key: RequestKey | None) -> Receipt | None:
        """Return the receipt kept for this key, None where it is new; raises `Refused` for another body."""
        kept = None if key is None else self.log.kept(key.scope)
        return None if key is None or kept is None else _replayed(key, kept)

    def load(self, case_id: str, admits: Callable[[CaseState], bool]) -> Loaded:
        """Return the case, if there is one that the caller may know of.

        Raises:
            Refused: `case_not_found`.
        """
        loaded = load(self.log, case_id)
        if isinstance(loaded.state, Unfiled) or not admits(loaded.state):
            raise Refused(refusals.case_not_found())
        return loaded

    def key(self, case_id: str) -> CaseKey:
        """Return the key of a filed case.

        Raises:
            Refused: `personal_data_erased`.
            UnknownCase: the vault has lost it.
            VaultUnavailable: see there.
        """
        try:
            return self.vault.case(case_id)
        except UnknownCase:
            refuse_erased(load(self.log, case_id).state)
            raise

    def _attempt(self, request: Request, command: Command) -> Receipt | None:
        """Return the receipt, or None where another append took the version this one was decided on."""
        loaded = self.load(request.case_id, request.admits)
        return self._decide(request, command, loaded, Pen(lambda: self.key(request.case_id)))

    def file(self, request: Request, command: Command) -> Receipt:
        """Carry out the request that begins a case: `case_id` is new, and so is the key of its personal data."""
        replayed = self.replay(request.key)
        if replayed is not None:
            return replayed
        loaded = load(self.log, request.case_id)
        receipt = self._decide(request, command, loaded, Pen(lambda: self.vault.new_case(request.case_id)))
        if receipt is None:
            raise Refused(refusals.contended())
        return receipt

    def _decide(self, request: Request, command: Command, loaded: Loaded, pen: Pen) -> Receipt | None:
        asked = command(pen)
        world = self._world_for(loaded, asked)
        said = decide(loaded.state, asked, world)
        if isinstance(said, Refusal):
            replayed = self.replay(request.key)  # the same request may have gone through since the key was looked up
            if replayed is not None:
                return replayed
            raise Refused(said)
        refusal = request.precondition.refused(loaded.version)
        if refusal is not None:
            raise Refused(refusal)
        request.prepare()
        return self._append(request, loaded, [] if request.announces else said, pen, world.related)

    def world_of(self, loaded: Loaded) -> World:
        """Return the world as it is for this case: with the other cases of its matter; raises `LogUnavailable`."""
        if isinstance(loaded.state, Unfiled):
            return self.world
        into = loaded.state.merged.event.into if isinstance(loaded.state, Merged) else None
        return self._among(matter_of(loaded.state.file.filed), loaded, into)

    def _world_for(self, loaded: Loaded, command: CaseCommand) -> World:
        if isinstance(command, FileComplaint):
            return self._among((command.complainant, command.respondent, command.trade.id), loaded, None)
        if isinstance(command, MergeComplaint) and not isinstance(loaded.state, Unfiled):
            return self._among(matter_of(loaded.state.file.filed), loaded, command.into)
        return self.world_of(loaded)

    def _among(self, matter: Matter, loaded: Loaded, named: str | None) -> World:
        return self.world.among(related_to(self.log, matter, loaded.case_id, named))

    def _append(
        self, request: Request, loaded: Loaded, events: Sequence[CaseEvent], pen: Pen, related: Sequence[Related]
    ) -> Receipt | None:
        written_by = uuid7()
        if events and pen.texts:
            made_us = to_us(request.at) if loaded.version == 0 else None
            try:
                self.vault.keep(pen.key, pen.texts, written_by=written_by, at_us=made_us)
            except UnknownCase:
                return None  # erased since it was loaded
        unit = Unit(request, loaded, events, related)
        outcome = self.log.append(unit.append())
        if isinstance(outcome, Appended):
            return unit.receipt(outcome.stamps)
        if loaded.version == 0:
            self.vault.forget(request.case_id)
        elif events and pen.texts:
            self.vault.take_back(request.case_id, written_by=written_by)
        if isinstance(outcome, KeyTaken) and request.key is not None:
            return _replayed(request.key, outcome.kept)
        return None


def _replayed(key: RequestKey, kept: KeptResponse) -> Receipt:
    if kept.digest != key.digest:
        raise Refused(refusals.idempotency_key_reused())
    return from_kept(kept.response)
