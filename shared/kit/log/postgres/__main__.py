"""The command of the one who owns the tables: `python -m shared.kit.log.postgres migrate --dsn … --schema …`."""

import sys
from typing import Annotated

import typer
from eventsourcing.utils import resolve_topic

from shared.kit.log.model import LogUnavailable
from shared.kit.log.postgres.command import PasswordFile, Role, run_migration

FAILED = 2

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)


@app.callback()
def _commands() -> None:
    """Look after a log in PostgreSQL."""


@app.command()
def migrate(
    dsn: Annotated[str, typer.Option(help="connection string of the owner", envvar="DEMERIT_OWNER_URL")],
    schema: Annotated[str, typer.Option(help="schema of the log")],
    role: Role = "",
    password_file: PasswordFile = None,
    tables: Annotated[str, typer.Option(help="read models: module:name, such as services.cases.tables:TABLES")] = "",
) -> None:
    """Make the tables of a log, or bring them to this version. Idempotent."""
    try:
        run_migration(dsn, schema, role, password_file, resolve_topic(tables) if tables else ())
    except (LogUnavailable, ValueError, OSError) as error:
        sys.stderr.write(f"not migrated: {error}\n")
        raise SystemExit(FAILED) from None


if __name__ == "__main__":
    app()
