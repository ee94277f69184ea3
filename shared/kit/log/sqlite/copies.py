"""A copy of a log, looked at without opening it as a log: what it is called, how far it goes, and that it is whole."""

import sqlite3
from contextlib import closing
from pathlib import Path

from shared.kit.backup import BackupBroken, Copied
from shared.kit.log import merkle
from shared.kit.log.sqlite import schema


def state_of(copy: Path) -> Copied:
    """Return name, head and root of a copy, after the database has checked itself.

    Raises:
        BackupBroken: the copy is damaged, or no log of this version.
    """
    try:
        with closing(sqlite3.connect(f"{copy.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            (said,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
            position, frontier = connection.execute("SELECT position, frontier FROM log_head").fetchone()
            name = schema.log_id(connection)
    except (sqlite3.Error, TypeError):
        raise BackupBroken(f"{copy.name} would have to be a log") from None
    if said != "ok":
        raise BackupBroken(f"{copy.name} would have to be undamaged")
    hashes = [frontier[at : at + merkle.HASH_BYTES] for at in range(0, len(frontier), merkle.HASH_BYTES)]
    return Copied(name, position, merkle.root(hashes).hex())
