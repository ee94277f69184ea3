"""Folders of calendars for tests: the shipped years, and what is published beside them."""

import shutil
from pathlib import Path
from typing import Final

from shared.rulebook.loader import DATA

YEAR_2027: Final = """
id = "CN-2027"
year = 2027
provenance = "Made up for a test"
make_up = []
holidays = [
  { name = "new_year", first = 2027-01-01, last = 2027-01-03 },
  { name = "made_up", first = 2027-01-08, last = 2027-01-10 },
]
"""
"""Working days of early January 2027: 4, 5, 6, 7, 11. Monday to Friday alone would be 1, 4, 5, 6, 7, 8."""


def shipped_years(folder: Path) -> Path:
    """Return the folder with the shipped years in it."""
    folder.mkdir(parents=True, exist_ok=True)
    for file in DATA.glob("calendar-*.toml"):
        shutil.copy(file, folder)
    return folder


def publish(folder: Path, text: str = YEAR_2027, name: str = "calendar-2027.toml") -> None:
    """Put a calendar into the folder."""
    (folder / name).write_text(text, "utf-8")


def amended_2026(*make_up: str) -> str:
    """Return the year 2026 in a second version, with these weekend days worked beside those published first."""
    text = (DATA / "calendar-2026.toml").read_text("utf-8")
    more = "".join(f", {day}" for day in make_up)
    return text.replace('"CN-2026"', '"CN-2026.2"').replace("2026-10-10]", f"2026-10-10{more}]")
