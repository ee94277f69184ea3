"""A migration as a command: what its operator is asked for and told."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from shared.kit.log.postgres.migrating import migrate
from shared.kit.log.rows import Table

Role: TypeAlias = Annotated[str, typer.Option(help="role of the service; default: the schema's name and _service")]
PasswordFile: TypeAlias = Annotated[Path | None, typer.Option(help="the role may log in with what this file holds")]


def run_migration(dsn: str, schema: str, role: str, password_file: Path | None, tables: Sequence[Table]) -> None:
    """Migrate, and say in one line what was done; see `migrating.migrate`.

    Raises:
        LogUnavailable, ValueError: see there.
        OSError: the file with the password cannot be read.
    """
    password = password_file.read_text("utf-8").strip() if password_file else None
    done = migrate(dsn, schema, role or f"{schema}_service", tables, password)
    applied, made = ", ".join(done.applied) or "nothing", ", ".join(done.made) or "none"
    sys.stdout.write(f"applied: {applied}; tables made: {made}\n")
