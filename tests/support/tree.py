"""The checked-in tree as tests read it."""

import subprocess
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]


def tracked(*patterns: str) -> list[Path]:
    """Return the files that git tracks (or would: new ones included) and that match, relative to the root, sorted.

    Falls back on the files that are there where the tree is no checkout.
    """
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *patterns],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode == 0:
        paths = [Path(name) for name in listed.stdout.split("\0") if name]
    else:
        paths = [path.relative_to(ROOT) for pattern in patterns or ("**/*",) for path in ROOT.glob(f"**/{pattern}")]
    return sorted(path for path in paths if (ROOT / path).is_file())


def read(path: Path | str) -> str:
    """Return the text of a file of the tree."""
    return (ROOT / path).read_text(encoding="utf-8")
