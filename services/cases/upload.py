"""One piece of evidence on its way in: measured, digested, looked at and sealed while it streams by."""

from dataclasses import dataclass

from services.cases.casekey import CaseKey
from services.cases.chunks import Sealer
from services.cases.evidence import EvidenceStore
from services.cases.sniffing import HEAD_BYTES, sniff


class ContentTooLong(Exception):
    """More bytes came than were announced."""


@dataclass(frozen=True, slots=True)
class Received:
    """What arrived: size in bytes, keyed digest (64 hexadecimal digits), and what its first bytes say it is."""

    size_bytes: int
    digest: str
    media_type: str | None


class Upload:
    """A content being received. After `discard`, which is always due, nothing of it stays but what was published."""

    def __init__(self, store: EvidenceStore, key: CaseKey, evidence_id: str, limit_bytes: int) -> None:
        self._store, self._key, self._evidence_id, self._limit_bytes = store, key, evidence_id, limit_bytes
        self._sealer, self._digest = Sealer(key, evidence_id), key.content_digest()
        self._head, self._size_bytes, self._published = b"", 0, False
        self._draft = store.start(key.case_id)
        self._draft.write(self._sealer.header)

    def write(self, piece: bytes) -> None:
        """Take in the next piece. Memory stays bounded by the piece and a few chunks.

        Raises:
            ContentTooLong: with this piece more has come than was announced.
            StoreUnavailable: see there.
        """
        self._size_bytes += len(piece)
        if self._size_bytes > self._limit_bytes:
            raise ContentTooLong
        self._head += piece[: HEAD_BYTES - len(self._head)]
        self._digest.update(piece)
        self._draft.write(self._sealer.seal(piece))

    def complete(self) -> Received:
        """Return what arrived, when all of it is on disk; raises `StoreUnavailable`."""
        self._draft.write(self._sealer.finish())
        self._draft.finish()
        return Received(self._size_bytes, self._digest.hexdigest(), sniff(self._head))

    def publish(self, received: Received) -> bool:
        """Put the complete upload in its place, durably; return whether what lies there now is this content.

        A place may hold it already: from an attempt whose event was never recorded. Idempotent.
        """
        if not self._published:
            self._published = self._store.publish(self._draft.name, self._key.case_id, self._evidence_id)
        return self._published or self._store.digest(self._key, self._evidence_id) == received.digest

    def discard(self) -> None:
        """Remove what was not published. Idempotent."""
        self._draft.discard()
