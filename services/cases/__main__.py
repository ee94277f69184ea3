"""The cases service's command line: `python -m services.cases serve`."""

import json
import sqlite3
import sys
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from services.cases import backup
from services.cases.imports.command import ImportRefused, UnreadableFile, import_file, report_json
from services.cases.main import build, check
from services.cases.masterkey import VaultLocked
from services.cases.rebuildcommand import rebuilt
from services.cases.rebuilding import CannotRebuild
from services.cases.recallcommand import recall_commands
from services.cases.settings import Settings
from services.cases.tables import TABLES
from services.cases.vault import VaultUnavailable
from services.cases.verifycommand import verified
from shared.kit.audit.command import key_commands
from shared.kit.audit.opening import UNFIT
from shared.kit.backup import BackupBroken, told
from shared.kit.log.memory import open_memory_log
from shared.kit.log.postgres.command import PasswordFile, Role, run_migration
from shared.kit.logs import configure_logging
from shared.kit.server import run, run_workers
from shared.kit.starting import starting
from shared.kit.verifying.command import AsJson, CannotVerify, CheckpointFile, Copy, Keys
from shared.rulebook.loader import RulebookError

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Takes complaints and decides them.",
)
app.add_typer(recall_commands, name="recall")
app.add_typer(key_commands("CASES_", Settings), name="keys")


@app.command()
def serve() -> None:
    """Serve the API until SIGTERM or SIGINT, in as many processes as CASES_WORKERS says."""
    with starting("CASES_", RulebookError, VaultLocked, VaultUnavailable, *UNFIT, OSError):
        settings = Settings()
        configure_logging("cases", settings.log_level)
        if settings.workers > 1:
            check(settings)
            run_workers("services.cases.main:serving", settings.host, settings.port, settings.workers)
            return
        service = build(settings)
    run(service, settings.host, settings.port)


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV, NDJSON or Parquet")],
    complete_from: Annotated[str, typer.Option(help="instant from which on the file holds all there was")],
    import_id: Annotated[str | None, typer.Option(help="default: made of the file's content")] = None,
    check_only: Annotated[bool, typer.Option("--check", help="check every row, record nothing")] = False,  # noqa: FBT002  # typer's way
) -> None:
    """Record the past penalties of a file; prints a report as JSON, bad rows included (then nothing is recorded).

    Given again, the same file goes on where it was interrupted. On SQLite the service must not run meanwhile.
    """
    with starting("CASES_", RulebookError, UnreadableFile, ImportRefused, OSError, to="import"):
        report = import_file(Settings(), file, complete_from, import_id, check_only=check_only)
    sys.stdout.write(report_json(report))
    raise typer.Exit(1 if report.bad_rows else 0)


@app.command("backup")
def backup_(folder: Annotated[Path, typer.Argument(help="a new folder")]) -> None:
    """Copy the service's files, which may be in use, into a new folder; print what is in it."""
    with starting("CASES_", BackupBroken, ValueError, OSError, sqlite3.Error, to="make a backup"):
        typer.echo(told(backup.make(Settings(), folder, datetime.now(UTC))))


@app.command()
def restore(
    folder: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="a backup")],
    owner_url: Annotated[
        str | None, typer.Option(envvar="CASES_OWNER_URL", help="the tables' owner in PostgreSQL")
    ] = None,
) -> None:
    """Check a backup and put it in the place of a service that has no files; print what was in it.

    In PostgreSQL the log goes into a schema that was migrated and never used.
    """
    with starting("CASES_", BackupBroken, OSError, to="restore"):
        typer.echo(told(backup.restore(Settings(), folder, owner_url)))


@app.command()
def verify(*, copy: Copy = None, checkpoint: CheckpointFile = None, key: Keys = None, as_json: AsJson = False) -> None:
    """Check every row of the log, or of a copy of it, against all others; exit with 1 where anything was changed.

    Reads alone: the service may run meanwhile. Of a copy that is older than what was signed last, nothing is demanded
    but what a `--checkpoint` says.
    """
    with starting("CASES_", RulebookError, CannotVerify, OSError, to="verify"):
        status = verified(Settings(), copy, checkpoint, key, as_json=as_json)
    raise typer.Exit(status)


@app.command()
def rebuild(
    owner_url: Annotated[
        str | None,
        typer.Option(envvar="CASES_OWNER_URL", help="the tables' owner in PostgreSQL, for tables of another shape"),
    ] = None,
) -> None:
    """Make the rows of all read models anew from the log, all of them or none, and print how many.

    On SQLite the service must not run; over a database it may, and its writes wait meanwhile.
    """
    with starting("CASES_", CannotRebuild, OSError, to="rebuild"):
        typer.echo(rebuilt(Settings(), owner_url))


@app.command()
def migrate(
    owner_url: Annotated[str, typer.Option(envvar="CASES_OWNER_URL", help="connection string of the tables' owner")],
    role: Role = "",
    password_file: PasswordFile = None,
) -> None:
    """Make the service's tables in PostgreSQL, or bring them to this version. Idempotent."""
    with starting("CASES_", ValueError, OSError, to="migrate"):
        run_migration(owner_url, Settings().database_schema, role, password_file, TABLES)


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
