"""Makes the database passwords of a local run: one file each, and one that PostgreSQL's clients read (`passfile`)."""

import os
import secrets
from pathlib import Path
from typing import Annotated

import typer


def main(
    roles: Annotated[list[str], typer.Argument(help="each gets ROLE.password and ROLE.pgpass")],
    folder: Annotated[Path, typer.Option(help="where the files go; what is there already stays")],
    host: Annotated[str, typer.Option(help="of the database")],
    database: Annotated[str, typer.Option(help="name of the database")],
    port: Annotated[int, typer.Option(help="of the database")] = 5432,
) -> None:
    """Make what is missing; a password that exists is kept, so that the database of an earlier start still takes it."""
    for role in roles:
        file = folder / f"{role}.password"
        if not file.exists():
            _write(file, secrets.token_urlsafe(32))
        _write(folder / f"{role}.pgpass", f"{host}:{port}:{database}:{role}:{file.read_text()}\n")


def _write(file: Path, text: str) -> None:
    """Write a file that only its owner reads, whole or not at all."""
    draft = file.with_name(f".{file.name}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as out:
        out.write(text)
    draft.replace(file)


if __name__ == "__main__":
    typer.run(main)
