"""Runs worked examples against the code: every deadlines*, ledger* and situations* JSON file of a folder.

One line per failure, then `N passed, N failed`. What a file holds that no runner knows is a failure too, never skipped.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Final, TypeAlias

import typer

from tools.vectors_deadlines import run_appeal_vector, run_deadline_vector
from tools.vectors_ledger import run_ledger_vector
from tools.vectors_situations import run_situation_vector

Vector: TypeAlias = Mapping[str, Any]
Runner: TypeAlias = Callable[[Vector], list[str]]  # returns what differs, empty if nothing

RUNNERS: Final[Mapping[str, Mapping[str, Runner]]] = {
    "deadlines": {"vectors": run_deadline_vector, "appeal_clock": run_appeal_vector},
    "ledger": {"vectors": run_ledger_vector},
    "situations": {"vectors": run_situation_vector},
}

# What the code raises on an example of another shape, or one that is out of every range.
UNRUNNABLE: Final = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)

app = typer.Typer(add_completion=False)


def run_one(runner: Runner, vector: Vector) -> list[str]:
    """Return what differs; an example that cannot be read or that the code refuses differs as a whole."""
    try:
        return runner(vector)
    except UNRUNNABLE as error:
        return [f"cannot be run: {type(error).__name__}: {error}"]


def run_file(path: Path, sections: Mapping[str, Runner]) -> Iterator[tuple[str, list[str]]]:
    """Yield the name of each example of a file with what differs; an unreadable file is one that failed."""
    try:
        document = json.loads(path.read_bytes())
        examples = {key: value for key, value in document.items() if isinstance(value, list)}
    except (OSError, ValueError, AttributeError, RecursionError) as error:
        yield path.name, [f"cannot be read: {error}"]
        return
    if not any(examples.values()):
        yield path.name, ["holds no example"]
    for section, vectors in examples.items():
        for number, vector in enumerate(vectors, 1):
            name = vector.get("name", f"{section}[{number}]") if isinstance(vector, dict) else f"{section}[{number}]"
            if section in sections:
                yield f"{path.name}: {name}", run_one(sections[section], vector)
            else:
                yield f"{path.name}: {name}", [f"nothing knows how to run {section}"]


def run_folder(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """Yield every example of the folder, by kind and then by file name, with what differs."""
    for kind, sections in RUNNERS.items():
        for path in sorted(folder.glob(f"{kind}*.json")):
            yield from run_file(path, sections)


def _printable(line: str) -> str:
    """Return the line with what no encoding can write, such as half a surrogate pair, as escapes."""
    return line.encode("utf-8", "backslashreplace").decode()


@app.command()
def main(folder: Annotated[Path, typer.Argument(help="holds deadlines*.json, ledger*.json, situations*.json")]) -> None:
    """Run the worked examples of a folder; the exit code is 1 if any failed or none was found."""
    passed, failed = 0, 0
    for name, differences in run_folder(folder):
        if differences:
            failed += 1
            typer.echo(_printable(f"FAILED {name}: {'; '.join(differences)}"))
        else:
            passed += 1
    if passed + failed == 0:
        typer.echo(f"no examples in {folder}", err=True)
    typer.echo(f"{passed} passed, {failed} failed")
    raise typer.Exit(1 if failed or not passed else 0)


if __name__ == "__main__":
    app()
