"""What `python -m services.ledger simulate` does: asks the question of the log or a copy of it, writes the report."""

import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
from rich.console import Console
from rich.progress import Progress

from services.ledger.main import rulebook
from services.ledger.progress import Folded
from services.ledger.publication import DamagedEvent, Publication
from services.ledger.settings import Settings
from services.ledger.simulating.asking import Question, question
from services.ledger.simulating.patience import Patient
from services.ledger.simulating.sealing import sealed
from services.ledger.simulating.simulation import CHANGES, Sources, simulate
from services.ledger.simulating.wording import worded
from services.ledger.tables import CASES, FOLLOWED, TABLES
from shared.contracts.simulation import Stage
from shared.kit.audit.keyfolder import KeyFolder, KeysUnusable
from shared.kit.audit.opening import UNFIT, open_witness
from shared.kit.audit.witness import Unsigned
from shared.kit.decider import Refusal
from shared.kit.feed_client import FeedBroken, FeedClient, FeedUnavailable
from shared.kit.fields import parse_instant
from shared.kit.log.instant import from_us, utc_now
from shared.kit.log.model import EventLog
from shared.kit.placing import place
from shared.kit.storing import open_kept_store


class CannotSimulate(ValueError):
    """The question cannot be asked, or what it is about cannot be read."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The command's words. `copy` None: the log itself; `report` None: standard output; `changes` None: not kept."""

    candidate: Path
    since: str
    until: str
    suppose: str | None = None
    as_dated: bool = False
    as_of: Sequence[str] = ()
    sellers: Sequence[str] = ()
    copy: Path | None = None
    report: Path | None = None
    changes: Path | None = None


def simulated(settings: Settings, asked: Asked) -> str:
    """Run one simulation, write what was asked for, and return the report where no file is named for it.

    How far it is and what came of it go to standard error.

    Raises:
        CannotSimulate, RulebookError, LogUnavailable, OSError: see there.
    """
    log = open_kept_store(settings, settings.log_file, utc_now, TABLES, asked.copy)
    try:
        report, seal = _sealed(settings, asked, log, _run(settings, asked, log))
    finally:
        log.close()
    Console(stderr=True, highlight=False).print(f"{worded(report)}\n{seal}")
    rendered = msgspec.json.format(msgspec.json.encode(report), indent=2).decode() + "\n"
    if asked.report is None:
        return rendered
    place(asked.report, rendered.encode(), mode=0o644)
    return ""


def _run(settings: Settings, asked: Asked, log: EventLog) -> dict[str, Any]:
    timeline, folded = rulebook(settings.rulebook), _folded(log)
    given = _question(asked, settings, folded)
    codec = Publication(timeline)
    console = Console(stderr=True)
    try:
        with (
            TemporaryDirectory() as folder,
            FeedClient(settings.cases_url, settings.token_file) as feed,
            Progress(console=console, disable=not console.is_terminal) as bar,
        ):
            task = bar.add_task("reading", total=None)

            def tell(stage: Stage, done: int, total: int) -> None:
                bar.update(task, description=stage, completed=done, total=total)

            report = simulate(given, Sources(log, codec, Patient(feed, time.sleep), folded), Path(folder), tell)
            if asked.changes is not None:
                shutil.copyfile(Path(folder) / CHANGES, asked.changes)
    except FeedUnavailable as failure:
        raise CannotSimulate(f"the cases feed: {failure}") from failure
    except FeedBroken as failure:
        raise CannotSimulate(f"the cases feed at {settings.cases_url}: {failure}") from failure
    except DamagedEvent as damaged:
        raise CannotSimulate(str(damaged)) from damaged
    except msgspec.ValidationError as failure:
        raise CannotSimulate(f"a fact of the cases log breaks its contract: {failure}") from failure
    return report


def _sealed(settings: Settings, asked: Asked, log: EventLog, report: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """Return the report, sealed where the log's key is here and can sign, and in words whether it is.

    What the log itself holds is compared with what was signed last. A copy is older, and is taken at its word.
    """
    try:
        if KeyFolder.name_in(settings.signing_keys_dir) is None and settings.signer_socket is None:
            raise KeysUnusable(f"{settings.signing_keys_dir} would have to hold the key of the ledger's log")
        witness = open_witness(settings, log)
        if asked.copy is None:
            witness.look()
        return sealed(report, log.id, witness.attest), f"sealed by {log.id}"
    except (Unsigned, OSError, *UNFIT) as failed:
        return report, f"not sealed, ask again: {failed}"


def _question(asked: Asked, settings: Settings, folded: Folded) -> Question:
    try:
        text = asked.candidate.read_text("utf-8")
    except UnicodeDecodeError:
        raise CannotSimulate(f"{asked.candidate}: must be text in UTF-8") from None
    now = utc_now()
    found = question(
        text,
        rulebook(settings.rulebook),
        since=_instant("--from", asked.since),
        until=_instant("--until", asked.until),
        now=max(now, folded.recorded_at or now),
        suppose=asked.suppose,
        as_dated=asked.as_dated,
        as_of=[_instant("--as-of", text) for text in asked.as_of],
        sellers=asked.sellers or None,
    )
    if isinstance(found, Refusal):
        raise CannotSimulate(_refused(asked.candidate, found))
    return found


def _refused(candidate: Path, refusal: Refusal) -> str:
    faults = refusal.facts.get("faults")
    if not isinstance(faults, tuple):
        return refusal.detail
    told = [msgspec.convert(fault, dict[str, str]) for fault in faults]
    return "\n".join(f"{candidate}: {one['path']}: {one['message']}" for one in told)


def _folded(log: EventLog) -> Folded:
    row = log.get(FOLLOWED, CASES)
    recorded_us = None if row is None else row["recorded_us"]
    recorded_at = from_us(recorded_us) if isinstance(recorded_us, int) else None
    return Folded(log.tracked(CASES), recorded_at, log.head().position)


def _instant(name: str, text: str) -> datetime:
    try:
        return parse_instant(text)
    except ValueError as error:
        raise CannotSimulate(f"{name}: {error}") from None
