"""Resolves pyproject.toml into the two lock files: versions with hashes, for every platform, without index hosts."""

import subprocess
import sys
from pathlib import Path
from typing import Annotated, Final

import typer

from tools.environment import uv_environment

LOCKS: Final = {"requirements.txt": (), "requirements-dev.txt": ("--group", "dev")}
FORM: Final = ("--universal", "--python-version", "3.11", "--generate-hashes", "--no-emit-index-url", "--no-header")


def main(upgrade: Annotated[bool, typer.Option(help="take the newest versions, not the locked ones")] = False) -> None:  # noqa: FBT002  # typer's way
    """Write both lock files; versions that still fit are kept unless `--upgrade` is given."""
    python = Path(sys.executable)
    for name, group in LOCKS.items():
        command = [str(python.parent / "uv"), "pip", "compile", "--quiet", "pyproject.toml", *group, *FORM, "-o", name]
        subprocess.run([*command, *(["--upgrade"] if upgrade else [])], env=uv_environment(python), check=True)


if __name__ == "__main__":
    typer.run(main)
