"""The ledger's command line: `python -m services.ledger serve`."""

import json
import sqlite3
import sys
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from services.ledger import backup
from services.ledger.bundles.command import NoBundle, fetch
from services.ledger.exports.command import UnknownForm, WrongClock, export_file
from services.ledger.exports.content import Content
from services.ledger.main import build, check
from services.ledger.publication import DamagedEvent
from services.ledger.rebuildcommand import rebuilt
from services.ledger.replay.command import CANNOT_REPLAY, asked_of, run_replay
from services.ledger.settings import PORT, Settings
from services.ledger.simulating.command import Asked, CannotSimulate, simulated
from services.ledger.tables import TABLES
from services.ledger.verifycommand import verified
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
    help="Folds decisions into the standing of sellers.",
)
app.add_typer(key_commands("LEDGER_", Settings), name="keys")


@app.command()
def serve() -> None:
    """Serve the API and follow the cases log until SIGTERM or SIGINT, in as many processes as LEDGER_WORKERS says."""
    with starting("LEDGER_", RulebookError, *UNFIT, OSError):
        settings = Settings()
        configure_logging("ledger", settings.log_level)
        if settings.workers > 1:
            check(settings)
            run_workers("services.ledger.main:serving", settings.host, settings.port, settings.workers)
            return
        service = build(settings)
    run(service, settings.host, settings.port)


@app.command()
def follow() -> None:
    """Follow the cases log in a process of its own, which answers questions about its health alone.

    Not with SQLite, where one process alone may write: there `serve` follows.
    """
    with starting("LEDGER_", RulebookError, *UNFIT, OSError):
        settings = Settings()
        configure_logging("ledger", settings.log_level)
        if settings.database_url is None:
            typer.echo("follow needs a database that several processes share; with SQLite, `serve` follows", err=True)
            raise typer.Exit(2)
        service = build(settings, answers=False)
    run(service, settings.host, settings.port)


@app.command()
def export(
    content: Annotated[Content, typer.Argument(help="entries or standings")],
    file: Annotated[Path, typer.Argument(help="name of the file to write: .ndjson or .parquet")],
    copy: Annotated[Path | None, typer.Option("--from", exists=True, help="copy of the log; default: the log")] = None,
    as_of: Annotated[str | None, typer.Option(help="effective clock; default: now")] = None,
    known_at: Annotated[
        str | None, typer.Option(help="recorded clock, inclusive; default: the last fact folded")
    ] = None,
) -> None:
    """Write all entries or standings at two clocks, and print what it holds.

    Reads alone: the service may run meanwhile.
    """
    with starting("LEDGER_", RulebookError, DamagedEvent, UnknownForm, WrongClock, OSError, to="export"):
        typer.echo(export_file(Settings(), content, file, copy, as_of, known_at))


@app.command()
def bundle(
    seller: Annotated[str, typer.Argument(help="the seller account")],
    file: Annotated[Path, typer.Argument(help="name of the file to write")],
    token_file: Annotated[Path, typer.Option(help="file with the token of an auditor")],
    url: Annotated[str, typer.Option(help="address of the ledger")] = f"http://127.0.0.1:{PORT}",
    as_of: Annotated[
        list[str] | None, typer.Option(help="effective clock, again for further ones; default: now")
    ] = None,
    known_at: Annotated[str | None, typer.Option(help="recorded clock, inclusive; default: everything folded")] = None,
    known_position: Annotated[int | None, typer.Option(help="the same as a cases position, inclusive")] = None,
    rulebook: Annotated[str | None, typer.Option(help="ladder and year end of this version")] = None,
) -> None:
    """Ask a running ledger for everything of one seller, and write it to one file that is checked offline."""
    with starting("LEDGER_", NoBundle, OSError, to="make a bundle"):
        clocks = {"known_at": known_at, "known_position": known_position, "rulebook": rulebook}
        typer.echo(fetch(url, token_file, seller, file, as_of or [], **clocks))


@app.command("simulate")
def simulate_(
    candidate: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="the rulebook file that is proposed")],
    since: Annotated[str, typer.Option("--from", help="redecide what counts from this instant on")],
    until: Annotated[str, typer.Option(help="exclusive")],
    *,
    suppose: Annotated[str | None, typer.Option(help="version; default: the last one that is new")] = None,
    as_dated: Annotated[bool, typer.Option("--as-dated", help="suppose none: the file's dates hold")] = False,
    as_of: Annotated[
        list[str] | None, typer.Option(help="when standings are compared; default: --until, or now")
    ] = None,
    seller: Annotated[list[str] | None, typer.Option(help="only this account")] = None,
    copy: Annotated[Path | None, typer.Option(exists=True, help="copy of the log; default: the log")] = None,
    report: Annotated[Path | None, typer.Option(help="file for the report; default: standard output")] = None,
    changes: Annotated[Path | None, typer.Option(help="file for the differences, one a line")] = None,
) -> None:
    """Find out what a rulebook would have done to the decisions of a period and to standings. Nothing is recorded.

    Findings come from the cases feed (LEDGER_CASES_URL). Reads alone: the service may run meanwhile. The report is
    sealed with the log's key where the settings name it.
    """
    asked = Asked(candidate, since, until, suppose, as_dated, as_of or (), seller or (), copy, report, changes)
    with starting("LEDGER_", RulebookError, CannotSimulate, OSError, to="simulate"):
        settings = Settings()
        configure_logging("ledger", settings.log_level)
        typer.echo(simulated(settings, asked), nl=False)


@app.command("backup")
def backup_(folder: Annotated[Path, typer.Argument(help="a new folder")]) -> None:
    """Copy the service's files, which may be in use, into a new folder; print what is in it."""
    with starting("LEDGER_", BackupBroken, ValueError, OSError, sqlite3.Error, to="make a backup"):
        typer.echo(told(backup.make(Settings(), folder, datetime.now(UTC))))


@app.command()
def restore(
    folder: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="a backup")],
    owner_url: Annotated[
        str | None, typer.Option(envvar="LEDGER_OWNER_URL", help="the tables' owner in PostgreSQL")
    ] = None,
) -> None:
    """Check a backup and put it in the place of a service that has no files; print what was in it.

    In PostgreSQL the log goes into a schema that was migrated and never used.
    """
    with starting("LEDGER_", BackupBroken, OSError, to="restore"):
        typer.echo(told(backup.restore(Settings(), folder, owner_url)))


@app.command()
def verify(*, copy: Copy = None, checkpoint: CheckpointFile = None, key: Keys = None, as_json: AsJson = False) -> None:
    """Check every row of the log, or of a copy of it, against all others; exit with 1 where anything was changed.

    Reads alone: the service may run meanwhile. Of a copy that is older than what was signed last, nothing is demanded
    but what a `--checkpoint` says.
    """
    with starting("LEDGER_", RulebookError, CannotVerify, OSError, to="verify"):
        status = verified(Settings(), copy, checkpoint, key, as_json=as_json)
    raise typer.Exit(status)


@app.command()
def replay(
    *,
    cases: Annotated[str | None, typer.Option(help="file, postgresql:// or http:// of the cases log")] = None,
    cases_schema: Annotated[str, typer.Option(help="its schema, in a database")] = "cases",
    ledger: Annotated[str | None, typer.Option(help="the same of a ledger; default: the one of the settings")] = None,
    ledger_schema: Annotated[str, typer.Option(help="its schema, in a database")] = "ledger",
    until: Annotated[str | None, typer.Option(help="cases position or instant, inclusive; default: the end")] = None,
    seller: Annotated[str | None, typer.Option(help="fold this account alone; the logs are hashed whole")] = None,
    checkpoint: Annotated[list[Path] | None, typer.Option(exists=True, help="a saved checkpoint; repeatable")] = None,
    key: Keys = None,
    live: Annotated[str | None, typer.Option(help="address of a running ledger, to compare its answers too")] = None,
    work: Annotated[Path | None, typer.Option(help="folder to go on in after an interruption; default: none")] = None,
    workers: Annotated[int, typer.Option(min=1, max=64, help="processes")] = 2,
    as_json: AsJson = False,
) -> None:
    """Fold the cases log again from zero, compare everything with the ledger; exit with 1 where anything differs.

    Without `--cases`, the feed that the ledger follows is read, with its token.
    """
    with starting("LEDGER_", RulebookError, *CANNOT_REPLAY, to="replay"):
        schemas = (cases_schema, ledger_schema)
        asked = asked_of(Settings(), cases, ledger, schemas, until, seller, checkpoint or (), key or (), live)
        status = run_replay(asked, work, workers, as_json=as_json)
    raise typer.Exit(status)


@app.command()
def rebuild() -> None:
    """Make the rows of all accounts anew from the log, switch to them at once, and print how many there were.

    On SQLite the service must not run, and rows may be of an older shape; over a database it may.
    """
    with starting("LEDGER_", RulebookError, DamagedEvent, to="rebuild"):
        settings = Settings()
        configure_logging("ledger", settings.log_level)
        done = rebuilt(settings)
    typer.echo(f"{done.accounts} accounts made anew; {done.differing} rows were otherwise than the log makes them")


@app.command()
def migrate(
    owner_url: Annotated[str, typer.Option(envvar="LEDGER_OWNER_URL", help="connection string of the tables' owner")],
    role: Role = "",
    password_file: PasswordFile = None,
) -> None:
    """Make the service's tables in PostgreSQL, or bring them to this version. Idempotent."""
    with starting("LEDGER_", ValueError, OSError, to="migrate"):
        run_migration(owner_url, Settings().database_schema, role, password_file, TABLES)


@app.command()
def openapi(indent: Annotated[int, typer.Option(help="blanks per level")] = 2) -> None:
    """Print the OpenAPI document."""
    sys.stdout.write(document(indent))


def document(indent: int = 2) -> str:
    """Return the OpenAPI document as text, the same for every machine."""
    with TemporaryDirectory() as folder:
        service = build(Settings(data_dir=Path(folder)), log=open_memory_log(lambda: datetime.now(UTC), TABLES))
        described = service.openapi()
    return json.dumps(described, ensure_ascii=False, indent=indent, sort_keys=True) + "\n"


if __name__ == "__main__":
    app()
