"""The command of the one who owns the tables: `python -m shared.kit.log.postgres migrate --dsn … --schema …`."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from eventsourcing.utils import resolve_topic

from shared.kit.log.model import LogUnavailable
from shared.kit.log.postgres.migrating import Migrated
from shared.kit.log.postgres.migrating import migrate as bring_up

FAILED = 2

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)


@app.callback()
def _commands() -> None:
    """Look after a log in PostgreSQL."""


@app.command()
def migrate(
    dsn: Annotated[str, typer.Option(help="connection string of the owner", envvar="DEMERIT_OWNER_DSN")],
    schema: Annotated[str, typer.Option(help="schema of the service")],
    role: Annotated[str, typer.Option(help="role of the service; default: the schema's name and _service")] = "",
    password_file: Annotated[Path | None, typer.Option(help="the role may log in with this password")] = None,
    tables: Annotated[str, typer.Option(help="read models: module:name, such as services.cases.tables:TABLES")] = "",
) -> None:
    """Make the tables of a log, or bring them to this version. Idempotent."""
    try:
        password = password_file.read_text("utf-8").strip() if password_file else None
        models = resolve_topic(tables) if tables else ()
        done = bring_up(dsn, schema, role or f"{schema}_service", models, password)
    except (LogUnavailable, ValueError, OSError) as error:
        sys.stderr.write(f"not migrated: {error}\n")
        raise SystemExit(FAILED) from None
    sys.stdout.write(f"{said(done)}\n")


def said(done: Migrated) -> str:
    """Return what a migration did, as a line for its operator."""
    return f"applied: {', '.join(done.applied) or 'nothing'}; tables made: {', '.join(done.made) or 'none'}"


if __name__ == "__main__":
    app()
