"""What was accepted of the cases log, kept outside the ledger's database too: one whose rows were taken out meets it.

It is written after the row, so that it is never ahead of the database that accepted it.
"""

from pathlib import Path
from typing import Any, Final

import msgspec

from services.ledger.tables import CASES
from shared.kit.audit.checkpoint import Checkpoint, open_checkpoint
from shared.kit.audit.note import NoteRefused
from shared.kit.audit.vkey import parse_vkey
from shared.kit.audit.wire import Malformed
from shared.kit.log.rows import Row
from shared.kit.placing import place

MOST_BYTES: Final = 1 << 20


class _Kept(msgspec.Struct, forbid_unknown_fields=True):
    given: str
    keys: str
    note: bytes  # base64 in the file


class LastAccepted:
    """One file, which says what the row of `trusted` says. For one process at a time."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self) -> Row | None:
        """Return the row that was kept, None where nothing was ever accepted, or somebody took the file away.

        Raises:
            Malformed: it is damaged.
            OSError: it cannot be read.
        """
        try:
            with self._path.open("rb") as file:
                content = file.read(MOST_BYTES + 1)
        except FileNotFoundError:
            return None
        try:
            kept = msgspec.json.decode(content, type=_Kept)
        except msgspec.MsgspecError:
            raise Malformed(f"{self._path.name} would have to hold keys and a note") from None
        return {"name": CASES, **msgspec.structs.asdict(kept)}

    def checkpoint(self) -> Checkpoint | None:
        """Return the checkpoint that was kept, signed by a key that was kept with it; None as for `load`.

        Raises:
            Malformed: it is damaged.
            OSError: it cannot be read.
        """
        row = self.load()
        if row is None:
            return None
        try:
            keys = [parse_vkey(line) for line in str(row["keys"]).splitlines()]
            note = row["note"]
            return open_checkpoint(note if isinstance(note, bytes) else b"", keys, keys[0].name if keys else "")
        except (Malformed, NoteRefused) as damaged:
            raise Malformed(f"{self._path.name}: {damaged}") from None

    def keep(self, row: Row) -> None:
        """Keep a row that has a note, durably, in place of the last one; raises `OSError`."""
        values: dict[str, Any] = {name: row[name] for name in _Kept.__struct_fields__}
        content = msgspec.json.format(msgspec.json.encode(_Kept(**values)), indent=1)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        place(self._path, content + b"\n")
