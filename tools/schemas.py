"""Writes the JSON schemas of what auditors keep and programs read, made from the contract types themselves."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
import typer

from services.ledger.replay.report import Replayed
from shared.contracts.bundle import Bundle
from shared.contracts.simulationreport import SimulationReport
from shared.contracts.verified import Verified

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


def schemas() -> Iterator[tuple[str, str]]:
    """Yield the name of each file and its text, the same for every machine."""
    for name, schema in (
        ("bundle", Bundle.model_json_schema()),
        ("replay", msgspec.json.schema(Replayed)),
        ("simulation", SimulationReport.model_json_schema()),
        ("verified", Verified.model_json_schema()),
    ):
        yield f"{name}.schema.json", _text({"$schema": DIALECT, **schema})


def _text(schema: dict[str, Any]) -> str:
    return json.dumps(schema, indent=2, sort_keys=True, ensure_ascii=True) + "\n"


def main(folder: Annotated[Path, typer.Argument(help="where they are put")]) -> None:
    """Write all schemas into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in schemas():
        (folder / name).write_text(text, "utf-8")


if __name__ == "__main__":
    typer.run(main)
