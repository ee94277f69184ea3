"""Rulebook files for tests: the shipped one, edited in named places."""

from pathlib import Path
from typing import Final

from shared.rulebook.loader import DATA, load_timeline
from shared.rulebook.model import Timeline

SEED: Final = (DATA / "seed.toml").read_text("utf-8")


def edited(*edits: tuple[str, str], text: str = SEED) -> str:
    """Return `text` with each (old, new) applied to its first occurrence, which there must be."""
    for old, new in edits:
        assert old in text, f"nothing to edit: {old}"
        text = text.replace(old, new, 1)
    return text


def version_text(*edits: tuple[str, str]) -> str:
    """Return the one version of the seed's file, edited, to be put after another file's text."""
    return "\n" + edited(*edits, text=SEED[SEED.index("[[versions]]") :])


def load_text(folder: Path, text: str) -> Timeline:
    """Return the timeline that `text` holds, loaded from a file in `folder`."""
    file = folder / "rulebook.toml"
    file.write_text(text, "utf-8")
    return load_timeline(file)
