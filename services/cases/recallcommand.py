"""`python -m services.cases recall explain ID`: a recall in words, from the log alone."""

import sys
from typing import Annotated

import msgspec
import typer

from services.cases.explaining import explain
from services.cases.publication import UnknownEvent
from services.cases.recalltelling import told
from services.cases.settings import Settings
from services.cases.tables import TABLES
from shared.kit.log.instant import utc_now
from shared.kit.starting import starting
from shared.kit.storing import open_kept_store

NOT_FOUND = 1

recall_commands = typer.Typer(no_args_is_help=True, help="Explain recalls.")


@recall_commands.callback()
def recall() -> None:
    """Recalls of faulty batches."""


@recall_commands.command("explain")
def explain_recall(
    recall_id: Annotated[str, typer.Argument(help="id of the recall")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="for machines")] = False,
) -> None:
    """Tell criteria, people, decisions and outcomes of a recall. Reads alone: the service may run."""
    with starting("CASES_", UnknownEvent, to="explain"):
        settings = Settings()
        log = open_kept_store(settings, settings.log_file, utc_now, TABLES)
        try:
            found = explain(log, recall_id)
        finally:
            log.close()
    if found is None:
        sys.stderr.write("the log knows no recall of this id\n")
        raise SystemExit(NOT_FOUND)
    text = msgspec.json.encode(found).decode() if as_json else "\n".join(told(found))
    sys.stdout.write(text + "\n")
