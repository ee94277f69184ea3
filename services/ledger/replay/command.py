"""What `python -m services.ledger replay` does: names the sources, replays, shows how far it is, words what differs."""

import sys
from collections.abc import Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import msgspec
from rich.console import Console
from rich.progress import Progress, TaskID

from services.ledger.replay import feeds, schemas
from services.ledger.replay.asking import ALL, Asked
from services.ledger.replay.batch import Rules
from services.ledger.replay.keeping import Until
from services.ledger.replay.live import LiveLedger
from services.ledger.replay.replaying import replay
from services.ledger.replay.report import Replayed, explained
from services.ledger.replay.sources import Source, SourceUnusable
from services.ledger.replay.spool import OtherReplay, Spool
from services.ledger.replay.workers import Workers
from services.ledger.settings import Settings
from shared.kit.feed_client import FeedUnavailable
from shared.kit.fields import parse_instant
from shared.kit.verifying.command import CannotVerify, last_signed, saved_checkpoint


class WrongUntil(ValueError):
    """What was given is neither a position nor an instant with offset."""


CANNOT_REPLAY: Final = (WrongUntil, CannotVerify, OtherReplay, SourceUnusable, FeedUnavailable, OSError)


def until_of(text: str | None) -> Until:
    """Return the end that a text names: a position of the cases log, or an instant with offset; both inclusive.

    Raises:
        WrongUntil: it is neither.
    """
    if text is None:
        return ALL
    try:
        return Until(int(text)) if text.isascii() and text.isdecimal() else Until(recorded_at=parse_instant(text))
    except ValueError as error:
        raise WrongUntil(f"--until is a position or an instant: {error}") from None


def source_of(place: str, schema: str, token_file: str) -> Source:
    """Return the source that a text names: an address over HTTP, one of PostgreSQL, or a path."""
    if place.startswith(feeds.SCHEMES):
        return feeds.Feed(place, token_file)
    return schemas.Schema(place, schema) if place.startswith(schemas.SCHEMES) else Source(place)


def asked_of(
    settings: Settings,
    cases: str | None,
    ledger: str | None,
    names: tuple[str, str],
    until: str | None,
    seller: str | None,
    checkpoints: Sequence[Path],
    keys: Sequence[str],
    live: str | None,
) -> Asked:
    """Return what the options ask for; `names` are the schemas of cases and ledger, where they lie in databases.

    Raises:
        WrongUntil, CannotVerify, OSError: an option cannot be used.
    """
    token = str(settings.token_file)
    own = settings.database_url
    here = (
        Source(str(settings.log_file))
        if own is None
        else schemas.Schema(own.get_secret_value(), settings.database_schema)
    )
    given = [one for file in checkpoints for one in saved_checkpoint(file, keys)]
    return Asked(
        cases=source_of(cases or settings.cases_url, names[0], token),
        ledger=here if ledger is None else source_of(ledger, names[1], token),
        rules=Rules(settings.rulebook, settings.max_points),
        until=until_of(until),
        seller=seller,
        checkpoints=given if checkpoints else saved_checkpoint(None, keys),
        signed=last_signed(settings) if ledger is None else (),
        live=None if live is None else LiveLedger(live, token),
    )


def run_replay(asked: Asked, work: Path | None, workers: int, *, as_json: bool) -> int:
    """Replay, print what was found, and return the exit status: 1 if anything differs.

    Raises:
        OtherReplay, SourceUnusable, LogUnavailable, FeedUnavailable, OSError: see `replay`.
    """
    with ExitStack() as opened:
        folder = work or Path(opened.enter_context(TemporaryDirectory(prefix="replay")))
        spool = opened.enter_context(closing(Spool(folder)))
        pool = opened.enter_context(Workers(workers))
        bar = opened.enter_context(Progress(console=Console(stderr=True)))
        tasks: dict[str, TaskID] = {}

        def step(name: str, done: int, total: int) -> None:
            task = tasks.get(name)
            if task is None:
                task = tasks[name] = bar.add_task(name, total=total)
            bar.update(task, completed=done)

        try:
            found = replay(asked, spool, pool, step)
        except KeyboardInterrupt:
            if work is not None:
                bar.console.print(f"interrupted: the same command goes on in {work}", soft_wrap=True)
            raise
    sys.stdout.write(said(found, as_json=as_json))
    return 1 if found.differences else 0


def said(found: Replayed, *, as_json: bool) -> str:
    """Return the report, as JSON or for people."""
    if as_json:
        return msgspec.json.encode(found).decode() + "\n"
    return "".join(f"{line}\n" for line in explained(found))
