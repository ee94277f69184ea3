"""The cases service's command line: `python -m services.cases serve`."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from services.cases.main import build
from services.cases.masterkey import VaultLocked
from services.cases.recallcommand import recall_commands
from services.cases.settings import Settings
from services.cases.tables import TABLES
from services.cases.vault import VaultUnavailable
from shared.kit.log.memory import open_memory_log
from shared.kit.logs import configure_logging
from shared.kit.server import run
from shared.kit.starting import starting
from shared.rulebook.loader import RulebookError

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Takes complaints and decides them.",
)
app.add_typer(recall_commands, name="recall")


@app.command()
def serve() -> None:
    """Serve the API until SIGTERM or SIGINT."""
    with starting("CASES_", RulebookError, VaultLocked, VaultUnavailable):
        settings = Settings()
        configure_logging("cases", settings.log_level)
        service = build(settings)
    run(service, settings.host, settings.port)


@app.command()
def openapi(indent: Annotated[int, typer.Option(help="blanks per level")] = 2) -> None:
    """Print the OpenAPI document."""
    sys.stdout.write(document(indent))


def document(indent: int = 2) -> str:
    """Return the OpenAPI document as text, the same for every machine."""
    with TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder))
        service = build(settings, log=open_memory_log(lambda: datetime.now(UTC), TABLES))
        described = service.openapi()
    return json.dumps(described, ensure_ascii=False, indent=indent, sort_keys=True) + "\n"


if __name__ == "__main__":
    app()
