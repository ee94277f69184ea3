"""Backups of a service's files: copies of databases as they were at one instant, what they cite, and a manifest.

A backup is a folder. It is complete when its manifest is there: that is written last. A restore checks every file
against the manifest before it touches anything, and only fills a folder that is empty.
"""

import hashlib
import os
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from shared.kit.placing import sync

MANIFEST: Final = "manifest.json"
PAGES: Final = 1000  # of a database that are copied in one step, between which writers may write


class BackupBroken(Exception):
    """A backup is not whole, or not what its manifest says; or its place is taken. Nothing was changed."""


class Held(msgspec.Struct, frozen=True):
    """One file of a backup: its length and the SHA-256 of its content, 64 hexadecimal digits."""

    size_bytes: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True):
    """What a backup holds: of which service and log, how far the log had come, when, and every file by its path."""

    service: str
    log_id: str
    position: int
    root: str
    made_at: str
    files: dict[str, Held]


@dataclass(frozen=True, slots=True)
class Copied:
    """The state of the log in a copy: its name, its head, the root of its tree (64 hexadecimal digits)."""

    log_id: str
    position: int
    root: str


def demand_empty(folder: Path) -> None:
    """Make the folder of a new backup.

    Raises:
        BackupBroken: something is in it.
    """
    if folder.exists() and (folder.is_file() or any(folder.iterdir())):
        raise BackupBroken("the folder of a new backup would have to be empty")
    folder.mkdir(parents=True, exist_ok=True)


def copy_database(source: Path, target: Path) -> None:
    """Copy a database that is in use, as it is at one instant, durably. Writers are not kept waiting.

    Raises:
        OSError, sqlite3.Error: it cannot be read, or the copy cannot be written.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    reading = f"{source.absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(reading, uri=True)) as here, closing(sqlite3.connect(target)) as there:
        here.backup(there, pages=PAGES)
        there.execute("PRAGMA journal_mode = DELETE")  # a copy is one file
    sync(target)


def copy_tree(source: Path, target: Path) -> None:
    """Copy every file below `source`, durably. Files that go away meanwhile are left out."""
    for file in files_below(source):
        there = target / file.relative_to(source)
        there.parent.mkdir(parents=True, exist_ok=True)
        try:
            shutil.copyfile(file, there)
        except FileNotFoundError:
            there.unlink(missing_ok=True)
            continue
        sync(there)


def files_below(folder: Path) -> Iterator[Path]:
    """Yield the files below a folder, by name."""
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def finish(folder: Path, service: str, copied: Copied, made_at: str) -> Manifest:
    """Write the manifest of all that is in the folder, last and durably; return it."""
    files = {str(path.relative_to(folder)): held(path) for path in files_below(folder) if path.name != MANIFEST}
    manifest = Manifest(service, copied.log_id, copied.position, copied.root, made_at, files)
    draft = folder / f".{MANIFEST}"
    draft.write_bytes(msgspec.json.format(msgspec.json.encode(manifest), indent=1) + b"\n")
    sync(draft)
    draft.rename(folder / MANIFEST)
    sync(folder)
    return manifest


def check(folder: Path, service: str) -> Manifest:
    """Return the manifest of a backup whose every file is what it says.

    Raises:
        BackupBroken: the manifest is missing or of another service; a file is missing, changed or too many.
    """
    try:
        manifest = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
    except (OSError, msgspec.MsgspecError):
        raise BackupBroken("the folder would have to hold a manifest that was written to its end") from None
    if manifest.service != service:
        raise BackupBroken(f"the backup would have to be one of {service}, it is one of {manifest.service}")
    found = {str(path.relative_to(folder)) for path in files_below(folder)} - {MANIFEST}
    for name in sorted(found.symmetric_difference(manifest.files)):
        raise BackupBroken(f"{name} would have to be {'listed in the manifest' if name in found else 'there'}")
    for name, wanted in manifest.files.items():
        if held(folder / name) != wanted:
            raise BackupBroken(f"{name} would have to be as it was when the backup was made")
    return manifest


def restore(folder: Path, service: str, places: Mapping[str, Path | None]) -> Manifest:
    """Check a backup, then copy its files: what lies below each name in the backup to the place named for it.

    A place that names a database file takes the file of that name; a folder takes all below. What has None for a place
    is put elsewhere by the caller.

    Raises:
        BackupBroken: see `check`; or a place is not empty.
        OSError: a file cannot be written; what was copied before stays, and a restore to it is refused.
    """
    manifest = check(folder, service)
    for name, place in places.items():
        if place is not None and place.exists() and (place.is_file() or any(files_below(place))):
            raise BackupBroken(f"the place of {name} would have to be empty")
    found = {name: place for name in manifest.files if (place := _place(name, places)) is not None}
    for name, here in found.items():
        here.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(folder / name, here)
        sync(here)
    for place in {here.parent for here in found.values()}:
        sync(place)
    return manifest


def _place(name: str, places: Mapping[str, Path | None]) -> Path | None:
    top, _, rest = name.partition("/")
    if top not in places:
        raise BackupBroken(f"{top} would have to have a place to go to: is the log to be in another store?")
    place = places[top]
    return place / rest if place is not None and rest else place


def told(manifest: Manifest) -> str:
    """Return what a backup holds as one line of JSON, its files counted."""
    said = msgspec.structs.asdict(manifest) | {"files": len(manifest.files)}
    return msgspec.json.encode(said).decode()


def held(path: Path) -> Held:
    """Return length and digest of a file."""
    with path.open("rb") as file:
        return Held(os.fstat(file.fileno()).st_size, hashlib.file_digest(file, "sha256").hexdigest())
