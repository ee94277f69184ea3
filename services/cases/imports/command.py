"""What `python -m services.cases import` does: opens the log, shows how far it is, words the report."""

from datetime import datetime
from pathlib import Path

import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from services.cases.imports.files import UnreadableFile
from services.cases.imports.importing import Importer, ImportRefused, Report, import_id_of
from services.cases.main import rulebook
from services.cases.settings import Settings
from services.cases.tables import TABLES
from shared.kit.fields import is_identifier, parse_instant
from shared.kit.log.instant import utc_now
from shared.kit.storing import open_store

__all__ = ["ImportRefused", "UnreadableFile", "import_file", "report_json"]


def import_file(
    settings: Settings, file: Path, complete_from: str, import_id: str | None, *, check_only: bool
) -> Report:
    """Import a file into the service's log, wherever its settings say that is, and return what came of it; how far it
    is goes to standard error.

    Raises:
        RulebookError, LogUnavailable, UnreadableFile, ImportRefused, OSError: see there.
    """
    if import_id is not None and not is_identifier(import_id):
        raise ImportRefused("--import-id would have to be 1 to 64 letters, digits or . _ : -")
    since = _instant(complete_from)
    timeline = rulebook(settings.rulebook)
    log = open_store(settings, settings.log_file, utc_now, TABLES)
    try:
        with _bar() as bar:
            task = bar.add_task("checking", total=None)

            def told(what: str, done: int, of: int) -> None:
                bar.update(task, description=what, completed=done, total=of or None)

            importer = Importer(log, timeline, utc_now)
            return importer.run(file, import_id or import_id_of(file), since, check_only=check_only, told=told)
    finally:
        log.close()


def report_json(report: Report) -> str:
    """Return the report as one line of JSON."""
    return msgspec.json.encode(report).decode() + "\n"


def _instant(text: str) -> datetime:
    try:
        return parse_instant(text)
    except ValueError as error:
        raise ImportRefused(f"--complete-from: {error}") from None


def _bar() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True))
