"""Finds kept responses that do not say what the service answered: each against the case or recall that it is about.

The digest of a body can be compared where the log has it too: of a content, and of an import. Of other requests only
the body itself could confirm it.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final, TypeAlias

from services.cases import recallreceipt, receipts
from services.cases.casefile import fold, read_facts
from services.cases.domain.case import UNFILED
from services.cases.domain.events import ComplaintFiled, EvidenceSubmitted, Fact
from services.cases.domain.state import Filed, Unfiled
from services.cases.publication import case_stream
from services.cases.reader import state_for
from services.cases.recallfile import LoadedRecall
from services.cases.recallpublication import from_stored, recall_stream
from services.cases.recallreceipt import RecallReceipt
from services.cases.receipts import Receipt
from services.cases.remaking.made import UNREADABLE
from services.cases.remaking.streams import events_of
from services.cases.verifyingimports import SCOPE as OF_IMPORT
from shared.kit.cloudevent import canonical
from shared.kit.verifying.findings import Findings, shown
from shared.kit.verifying.kept import KEPT
from shared.kit.verifying.merging import grouped
from shared.kit.verifying.raw import RawEvent, RawLog, SqlRow, stored

GROUP: Final = 100  # responses in memory at once, with the cases that they are about
MAC: Final = 32  # bytes of a keyed digest
_SCOPE: Final = re.compile(r"[0-9a-f]{64}")

Answer: TypeAlias = Receipt | RecallReceipt


def check_responses(raw: RawLog, findings: Findings) -> None:
    """Find such responses, and scopes and digests that can be none; what they cite is compared elsewhere."""
    for group in grouped(raw.kept(), GROUP):
        answers = {scope: _answer(response) for scope, response, _ in group}
        of_cases = {answer.case_id for answer in answers.values() if isinstance(answer, Receipt)}
        cases = events_of(raw, sorted(of_cases))
        for kept in group:
            answer = answers[kept[0]]
            if isinstance(answer, Receipt):
                _case(findings, kept, answer, cases[answer.case_id])
            elif isinstance(answer, RecallReceipt):
                _recall(findings, kept, answer, [*raw.of_streams([recall_stream(answer.recall_id)])])
            elif kept[1] == b"" and OF_IMPORT.fullmatch(str(kept[0])) is None:
                _wrong(findings, kept, "scope", "an import alone keeps nothing with its key")


def _case(findings: Findings, kept: SqlRow, answer: Receipt, events: Sequence[RawEvent]) -> None:
    scope, _, digest = kept
    own = [event for event in events if event.stream == case_stream(answer.case_id)]
    if not 1 <= answer.version <= len(own):
        return _wrong(findings, kept, "response", "its case would have to have this version")
    last = own[answer.version - 1].position
    try:
        facts = read_facts([stored(event) for event in events if event.position <= last])
    except UNREADABLE:
        return None  # that is found with the rows of the case
    state = fold(UNFILED, facts)
    cited = [fact.event for fact in facts if fact.position in {one.position for one in answer.events}]
    piece = next((event for event in cited if isinstance(event, EvidenceSubmitted)), None)
    names = set() if isinstance(state, Unfiled) else _names(state)
    if answer.state not in names or not _fits(answer, last, cited, piece) or canonical(answer) != kept[1]:
        return _wrong(findings, kept, "response", "it would have to say what its events made of the case", last)
    if not answer.events and (not isinstance(scope, str) or _SCOPE.fullmatch(scope) is None):
        return _wrong(findings, kept, "scope", "it would have to be a keyed digest")
    if piece is not None and piece.media_type is not None:
        due = digest == piece.content_digest.encode()
    else:
        due = isinstance(digest, bytes) and len(digest) == MAC
    return None if due else _wrong(findings, kept, "digest", "it would have to be that of what was sent", last)


def _names(state: Filed) -> set[str]:
    """The names that a state may have had for somebody, before and after an instant at which it changes of itself."""
    closes = state.file.window_end("respondent")
    instants = [state.file.filed.filed_at, *([] if closes is None else [closes])]
    return {state_for(state, at, staff=staff) for at in instants for staff in (True, False)}


def _fits(answer: Receipt, last: int, cited: Sequence[Fact], piece: EvidenceSubmitted | None) -> bool:
    """Whether an answer says no more than a request about these facts, or an announcement, could be told."""
    if not answer.events:
        return answer.status == 201 and None not in (answer.evidence_id, answer.expires_at)
    created = any(isinstance(event, ComplaintFiled) for event in cited) or (piece is not None and not piece.media_type)
    return (
        answer.events[-1].position == last
        and len(cited) == len(answer.events)
        and answer.status == (201 if created else 200)
        and answer.evidence_id == (None if piece is None else piece.evidence_id)
        and answer.expires_at is None
    )


def _recall(findings: Findings, kept: SqlRow, answer: RecallReceipt, events: Sequence[RawEvent]) -> None:
    made = events[: answer.version]
    try:
        state = LoadedRecall(answer.recall_id).after([from_stored(stored(event)) for event in made]).state
    except UNREADABLE:
        return None  # that is found with the rows of the recall
    if state is None or len(made) != answer.version or not answer.events:
        return _wrong(findings, kept, "response", "its recall would have to have this version")
    position = made[-1].position
    status = 201 if answer.events[0].position == state.proposed.position else 200
    due = (status, state.name, len(state.selected), position)
    if (answer.status, answer.state, answer.selected, answer.events[-1].position) != due or canonical(answer) != kept[
        1
    ]:
        return _wrong(findings, kept, "response", "it would have to say what its events made of the recall", position)
    if not isinstance(kept[2], bytes) or len(kept[2]) != MAC:
        return _wrong(findings, kept, "digest", "it would have to be that of what was sent", position)
    return None


def _wrong(findings: Findings, kept: SqlRow, column: str, detail: str, position: int = 0) -> None:
    findings.add(KEPT, column, position, detail, shown(kept[0]))


def _answer(response: object) -> Answer | None:
    """Return the answer that was kept, None where it is none that the service writes: that is found elsewhere."""
    readers: Iterable[type[Answer]] = (Receipt, RecallReceipt)
    for reader, read in zip(readers, (receipts.from_kept, recallreceipt.from_kept), strict=True):
        try:
            found = read(response) if isinstance(response, bytes) and response else None
        except UNREADABLE:
            continue
        return found if isinstance(found, reader) else None
    return None
