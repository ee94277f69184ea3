"""`python -m shared.rulebook check|diff|publish|calendars`: is a file sound, what does it change, may it be published?

Exit codes: 0 sound, or published; 1 not; 2 wrong use.
"""

from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from shared.kit.audit.vkey import VerifierKey, given_vkeys
from shared.kit.audit.wire import Malformed
from shared.rulebook.calendars import load_calendars
from shared.rulebook.diff import diff as differences
from shared.rulebook.loader import RulebookError, load_timeline
from shared.rulebook.problems import Problem
from shared.rulebook.publishing import PublicationRefused, publish

app = typer.Typer(add_completion=False, no_args_is_help=True, help=__doc__)

RulebookFile: TypeAlias = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A rulebook file (TOML)")]
CalendarFolder: TypeAlias = Annotated[Path, typer.Argument(exists=True, file_okay=False, help="A folder of calendars")]


@app.command()
def check(file: RulebookFile) -> None:
    """Print each version with its digest, or every fault with its path in the file."""
    for version in load_timeline(file).versions:
        typer.echo(f"{version.id}  sha256:{version.ref.digest}")


@app.command()
def diff(file: RulebookFile) -> None:
    """Print what each version changes against the one before it."""
    for before, after in pairwise(load_timeline(file).versions):
        typer.echo(f"{before.id} -> {after.id}")
        for change in differences(before, after):
            typer.echo(f"  {change.path}")
            if change.before is not None:
                typer.echo(f"    - {change.before}")
            if change.after is not None:
                typer.echo(f"    + {change.after}")


@app.command("publish")
def publish_(
    candidate: RulebookFile,
    onto: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="the rulebook file that the services read")],
    report: Annotated[list[Path], typer.Option(exists=True, dir_okay=False, help="one for each version added")],
    key: Annotated[list[str], typer.Option(help="verifier keys of the ledger's log, one a line; repeatable")],
) -> None:
    """Put a rulebook that adds versions in the place of the one there is, and print what it adds.

    Each version needs the report of a simulation that supposed it, sealed by the ledger. The services read the file
    when they start.
    """
    for version in publish(candidate, onto, report, _keys(key), datetime.now(UTC)):
        typer.echo(f"{version.id}  sha256:{version.ref.digest}  from {version.effective_from.isoformat()}")


@app.command()
def calendars(folder: CalendarFolder) -> None:
    """Print the published years with their digests, or every fault of the first file that has one."""
    years = load_calendars(folder).years.values()
    if not years:
        raise RulebookError(str(folder), [Problem("", "there would have to be a calendar-*.toml")])
    for year in years:
        typer.echo(f"{year.ref.id}  sha256:{year.ref.digest}")


def _keys(texts: list[str]) -> list[VerifierKey]:
    try:
        return given_vkeys(texts)
    except Malformed as malformed:
        raise typer.BadParameter(str(malformed), param_hint="--key") from None


def main() -> None:
    """Run the command line; a faulty file, or one not to be published, ends it with 1 and why on standard error."""
    try:
        app()
    except (RulebookError, PublicationRefused, OSError) as error:
        typer.echo(str(error), err=True)
        raise SystemExit(1) from error


if __name__ == "__main__":
    main()
