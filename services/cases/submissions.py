"""How evidence comes in: announced as a row, recorded as a fact once its content is complete and on disk.

A chat evidence number has no content and is recorded at once.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import chain

from services.cases import refusals
from services.cases.announcements import LAPSES_AFTER, Announcement, announced, refuse_too_many, removal
from services.cases.application import Cases
from services.cases.casefile import load
from services.cases.domain import errors
from services.cases.domain.case import CaseState, decide
from services.cases.domain.commands import SubmitEvidence
from services.cases.domain.events import EvidenceSubmitted, Party
from services.cases.domain.evidence_kinds import CHAT_EVIDENCE_NUMBER
from services.cases.domain.state import Unfiled
from services.cases.erased import refuse_erased
from services.cases.evidence import ContentMissing, EvidenceStore
from services.cases.receipts import Receipt, RequestKey
from services.cases.refusals import Refused
from services.cases.request import Pen, Request
from services.cases.upload import Received, Upload
from shared.kit.decider import Refusal
from shared.kit.log.model import KeptResponse


@dataclass(frozen=True, slots=True)
class Offered:
    """What a party says it has: the kind, and either media type and size of the content, or a number."""

    kind: str
    media_type: str | None
    size_bytes: int
    number: str | None


@dataclass(frozen=True, slots=True)
class Content:
    """A recorded content: its media type, its size in bytes, and its plain chunks in order."""

    media_type: str
    size_bytes: int
    chunks: Iterator[bytes]


@dataclass(frozen=True, slots=True)
class Submissions:
    """The two steps of a submission, over the service's writes and its evidence store."""

    cases: Cases
    store: EvidenceStore

    def offer(self, request: Request, party: Party, offered: Offered) -> Receipt:
        """Announce a piece, or record it at once where it has no content.

        `request` names the new piece as `evidence_id`.

        Raises:
            Refused: the case would not take such a piece now; see `Cases.carry_out` for the rest.
        """
        evidence_id = _named(request)
        _refuse_number(offered)
        has_content = offered.kind != CHAT_EVIDENCE_NUMBER

        def command(pen: Pen) -> SubmitEvidence:
            return SubmitEvidence(
                evidence_id=evidence_id,
                party=party,
                kind=offered.kind,
                media_type=offered.media_type,
                sniffed_type=offered.media_type,
                size_bytes=offered.size_bytes,
                content_digest=pen.write("number", offered.number),
                at=request.at,
            )

        if not has_content:
            return self.cases.carry_out(request, command)
        expires_at = request.at + LAPSES_AFTER
        announcement = Announcement(
            request.case_id, evidence_id, party, offered.kind, offered.media_type or "", offered.size_bytes, expires_at
        )
        return self.cases.carry_out(
            replace(
                request,
                expires_at=expires_at,
                announces=True,
                prepare=lambda: refuse_too_many(self.cases.log, request.case_id, party, request.at),
                rows=[announcement.row()],
            ),
            command,
        )

    def expect(self, request: Request, party: Party) -> Announcement:
        """Return what was announced, before a byte of its content is taken.

        For a content that this caller has sent before, it is what was recorded: a repetition is compared with it.

        Raises:
            Refused: nothing was announced, it has lapsed, or the case would not take the piece now.
        """
        found: Announcement | Refused
        try:  # before the case is looked at: recorded in between, the content is found there
            found = announced(self.cases.log, request.case_id, _named(request), party, request.at)
        except Refused as absent:
            found = absent
        state = self.cases.load(request.case_id, request.admits).state
        refuse_erased(state)
        piece = None if isinstance(state, Unfiled) else state.file.piece(_named(request))
        if piece is not None and piece.submitted.party == party:
            if self._kept(request) is None:
                raise Refused(errors.evidence_id_taken(_named(request)))
            return _recorded(request, piece.submitted)
        if isinstance(found, Refused):
            raise found
        said = decide(
            state, _command(found, Received(found.size_bytes, "", found.media_type), request), self.cases.world
        )
        if isinstance(said, Refusal):
            raise Refused(said)
        return found

    def begin(self, announcement: Announcement) -> Upload:
        """Return the upload of an announced content; whoever gets it discards it in the end."""
        key = self.cases.key(announcement.case_id)
        return Upload(self.store, key, announcement.evidence_id, announcement.size_bytes)

    def submit(self, request: Request, announcement: Announcement, upload: Upload, received: Received) -> Receipt:
        """Record a content that is complete and on disk; a repetition gets the receipt of the first time.

        Raises:
            Refused: `content_size_mismatch`, `content_differs`, or the case says no.
        """
        kept = self._kept(request)
        if kept is not None and kept.digest != received.digest.encode():
            raise Refused(refusals.content_differs())
        if received.size_bytes != announcement.size_bytes:
            raise Refused(refusals.content_size_mismatch(announcement.size_bytes))
        return self.cases.carry_out(
            replace(
                request,
                key=RequestKey(_scope(request), received.digest.encode()),
                prepare=lambda: _publish(upload, received),
                rows=[removal(announcement.case_id, announcement.evidence_id)],
            ),
            lambda _: _command(announcement, received, request),
        )

    def read(self, case_id: str, evidence_id: str, admits: Callable[[CaseState, EvidenceSubmitted], bool]) -> Content:
        """Return a recorded content, its first chunk authenticated already.

        Raises:
            Refused: `evidence_not_found`, where there is none that the caller may see; `personal_data_erased`.
            SealBroken: it is damaged.
        """
        state = load(self.cases.log, case_id).state
        piece = None if isinstance(state, Unfiled) else state.file.piece(evidence_id)
        if piece is None or piece.submitted.media_type is None or not admits(state, piece.submitted):
            raise Refused(refusals.evidence_not_found())
        refuse_erased(state)
        try:
            chunks = self.store.read(self.cases.key(case_id), evidence_id)
        except ContentMissing:
            refuse_erased(load(self.cases.log, case_id).state)
            raise
        first = next(chunks)
        return Content(piece.submitted.media_type, piece.submitted.size_bytes, chain((first,), chunks))

    def _kept(self, request: Request) -> KeptResponse | None:
        return self.cases.log.kept(_scope(request))


def _refuse_number(offered: Offered) -> None:
    is_number = offered.kind == CHAT_EVIDENCE_NUMBER
    if is_number and offered.number is None:
        raise Refused(refusals.number_needed())
    if not is_number and offered.number is not None:
        raise Refused(refusals.number_not_expected(offered.kind))


def _named(request: Request) -> str:
    assert request.evidence_id is not None  # noqa: S101  # every request about evidence names its piece
    return request.evidence_id


def _scope(request: Request) -> str:
    assert request.key is not None  # noqa: S101  # sending a content is idempotent by itself
    return request.key.scope


def _command(announcement: Announcement, received: Received, request: Request) -> SubmitEvidence:
    return SubmitEvidence(
        evidence_id=announcement.evidence_id,
        party=announcement.party,
        kind=announcement.kind,
        media_type=announcement.media_type,
        sniffed_type=received.media_type,
        size_bytes=received.size_bytes,
        content_digest=received.digest,
        at=request.at,
    )


def _recorded(request: Request, submitted: EvidenceSubmitted) -> Announcement:
    return Announcement(
        request.case_id,
        submitted.evidence_id,
        submitted.party,
        submitted.kind,
        submitted.media_type or "",
        submitted.size_bytes,
        request.at,
    )


def _publish(upload: Upload, received: Received) -> None:
    if not upload.publish(received):
        raise Refused(refusals.content_differs())
