"""What `python -m services.ledger export` does: opens the log or a copy of it, writes one file, words what it wrote."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import msgspec
from rich.console import Console
from rich.progress import Progress

from services.ledger.exports.content import Content, Export, Exported, Row
from services.ledger.exports.files import UnknownForm, write
from services.ledger.main import rulebook
from services.ledger.publication import Publication
from services.ledger.settings import Settings
from services.ledger.tables import CASES, FOLLOWED, TABLES
from shared.kit.fields import parse_instant
from shared.kit.log.instant import from_us, utc_now
from shared.kit.log.model import EventLog
from shared.kit.storing import open_kept_store

__all__ = ["UnknownForm", "WrongClock", "export_file"]


class WrongClock(ValueError):
    """A clock is not an instant with offset, or lies beyond what is folded."""


def export_file(
    settings: Settings, content: Content, file: Path, copy: Path | None, as_of: str | None, known_at: str | None
) -> str:
    """Write one export and return what it holds as one line of JSON; how far it is goes to standard error.

    Raises:
        RulebookError, LogUnavailable, UnknownForm, WrongClock, OSError: see there.
    """
    timeline = rulebook(settings.rulebook)
    log = open_kept_store(settings, settings.log_file, utc_now, TABLES, copy)
    try:
        export = Export(
            log,
            Publication(timeline),
            timeline,
            as_of=_instant("--as-of", as_of) or utc_now(),
            known_at=_known(_instant("--known-at", known_at), log),
            known_position=log.tracked(CASES),
        )
        done = Exported()
        with Progress(console=Console(stderr=True)) as bar:
            task = bar.add_task(content, total=export.count())

            def shown() -> Iterator[Row]:
                for row in export.rows(content, done):
                    bar.update(task, completed=done.accounts)
                    yield row

            write(file, content, shown())
        told = {"as_of": export.as_of, "known_at": export.known_at, "known_position": export.known_position}
        return msgspec.json.encode({**told, **asdict(done)}).decode()
    finally:
        log.close()


def _known(known_at: datetime | None, log: EventLog) -> datetime | None:
    """Return the recorded clock, by default that of the last fact folded: nothing that comes later changes the rows."""
    row = log.get(FOLLOWED, CASES)
    recorded_us = None if row is None else row["recorded_us"]
    folded = from_us(recorded_us) if isinstance(recorded_us, int) else None
    if known_at is None or (folded is not None and known_at <= folded):
        return known_at or folded
    raise WrongClock(f"--known-at would have to lie within what is folded, through {folded or 'nothing'}")


def _instant(name: str, text: str | None) -> datetime | None:
    try:
        return None if text is None else parse_instant(text)
    except ValueError as error:
        raise WrongClock(f"{name}: {error}") from None
