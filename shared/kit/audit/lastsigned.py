"""What a log signed last, kept outside its database: a database that was put back to an older state meets it here.

Two files: the recent one is replaced with every checkpoint, without waiting for the disk; the durable one follows when
`flush` is called. A kill loses nothing, a loss of power what was not flushed. Neither is ever ahead of the log, since
only what is committed is signed.
"""

from collections.abc import Sequence
from pathlib import Path

from shared.kit.audit.checkpoint import Checkpoint, open_checkpoint
from shared.kit.audit.note import NoteRefused
from shared.kit.audit.vkey import VerifierKey
from shared.kit.audit.wire import Malformed
from shared.kit.placing import place


class LastSignedUnreadable(Exception):
    """What was signed last is there, but damaged, of another log or signed by none of the keys known."""


class LastSigned:
    """The last checkpoint that was signed, as a note. For one writer; `flush` may be called from another thread."""

    def __init__(self, path: Path) -> None:
        """`path` is the recent file; the durable one stands beside it, with `.durable` behind its name."""
        self._recent, self._durable = path, path.with_name(f"{path.name}.durable")
        self._unflushed: bytes | None = None

    def load(self, keys: Sequence[VerifierKey], origin: str) -> Checkpoint | None:
        """Return the larger of the two checkpoints kept, or None if nothing was ever signed.

        Raises:
            LastSignedUnreadable: neither file is a checkpoint of this log; or the durable one, which no loss of power
                tears, is there and is none.
        """
        notes = {path: path.read_bytes() for path in (self._durable, self._recent) if path.exists()}
        read = []
        for path, note in notes.items():
            try:
                read.append(open_checkpoint(note, keys, origin))
            except (Malformed, NoteRefused) as refused:
                if path == self._durable or self._durable not in notes:
                    raise LastSignedUnreadable(f"{path}: {refused}") from None
        return max(read, key=lambda checkpoint: checkpoint.size, default=None)

    def keep(self, note: bytes) -> None:
        """Keep a checkpoint before it is given out. The first one is kept durably at once."""
        place(self._recent, note, durable=False)
        self._unflushed = note
        if not self._durable.exists():
            self.flush()

    def flush(self) -> bool:
        """Make durable what was kept last; return whether there was anything to do. To be called once a second."""
        note = self._unflushed
        if note is None:
            return False
        place(self._durable, note)
        if self._unflushed is note:  # another one may have been kept meanwhile
            self._unflushed = None
        return True
