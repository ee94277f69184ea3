"""Verification as a command: what its operator gives, sees meanwhile, and is told."""

import json
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated, TypeAlias

import msgspec
import typer
from rich.console import Console
from rich.progress import Progress

from shared.kit.audit.checkpoint import Checkpoint, open_checkpoint
from shared.kit.audit.keyfolder import KeyFolder, KeysUnusable
from shared.kit.audit.lastsigned import LastSigned, LastSignedUnreadable
from shared.kit.audit.note import NoteRefused
from shared.kit.audit.opening import LAST_SIGNED
from shared.kit.audit.vkey import given_vkeys
from shared.kit.audit.wire import Malformed
from shared.kit.log.rows import Table
from shared.kit.settings import ServiceSettings
from shared.kit.verifying.findings import shown
from shared.kit.verifying.kept import Cites
from shared.kit.verifying.openfile import raw_file
from shared.kit.verifying.openschema import raw_schema
from shared.kit.verifying.raw import RawLog
from shared.kit.verifying.verify import CheckRows, Verified, verify

Copy: TypeAlias = Annotated[
    Path | None, typer.Option(exists=True, dir_okay=False, help="copy of the log; default: the log")
]
CheckpointFile: TypeAlias = Annotated[
    Path | None, typer.Option("--checkpoint", exists=True, dir_okay=False, help="a signed checkpoint that was saved")
]
Keys: TypeAlias = Annotated[
    list[str] | None, typer.Option("--key", help="verifier keys of who signed it, one a line; repeatable")
]
AsJson: TypeAlias = Annotated[bool, typer.Option("--json", help="print the report as JSON")]


class CannotVerify(Exception):
    """What was given to compare with cannot be used; the message says what would have to be true."""


def raw_store(settings: ServiceSettings, file: Path) -> AbstractContextManager[RawLog]:
    """Return the store of a service's log: a schema in PostgreSQL where its settings name one, or else the file."""
    if settings.database_url is None:
        return raw_file(file)
    return raw_schema(settings.database_url.get_secret_value(), settings.database_schema)


def saved_checkpoint(file: Path | None, keys: Sequence[str]) -> list[Checkpoint]:
    """Return the checkpoint in a file, signed by one of these keys, for the log that it names; none without a file.

    Raises:
        CannotVerify: it is none, or not signed so; keys without a file, or the reverse.
        OSError: the file cannot be read.
    """
    if file is None and not keys:
        return []
    if file is None or not keys:
        raise CannotVerify("--checkpoint and --key would have to be given together")
    raw = file.read_bytes()
    try:
        given = given_vkeys(keys)
    except Malformed as malformed:
        raise CannotVerify(f"--key: {malformed}") from None
    try:
        origin = raw.decode("utf-8", "replace").partition("\n")[0]
        return [open_checkpoint(raw, given, origin)]
    except (Malformed, NoteRefused) as refused:
        raise CannotVerify(f"{file.name}: {refused}") from None


def last_signed(settings: ServiceSettings) -> list[Checkpoint]:
    """Return what the service signed last, by what it keeps outside its database; none if it never signed.

    To be read before the log is: then the log cannot be behind it by what happens meanwhile.

    Raises:
        CannotVerify: what is kept there is damaged.
    """
    recent = settings.data_dir / LAST_SIGNED
    if not recent.exists():
        return []
    origin = recent.read_bytes().decode("utf-8", "replace").partition("\n")[0]
    try:
        found = LastSigned(recent).load(KeyFolder(settings.signing_keys_dir, origin).known(), origin)
    except (LastSignedUnreadable, KeysUnusable) as damaged:
        raise CannotVerify(str(damaged)) from None
    return [] if found is None else [found]


def demand_log(raw: RawLog, tables: Sequence[Table], given: Sequence[Checkpoint]) -> None:
    """Accept a log of the service that has these tables, and checkpoints that were given as being of it.

    A name that somebody gave the log afterwards hides nothing: what its first event says counts beside it.

    Raises:
        CannotVerify: the log is of another service, or a checkpoint of another log.
    """
    if not raw.tables() & {table.name for table in tables}:
        raise CannotVerify(f"the log would have to be of this service, with a table {tables[0].name}")
    names = {str(name) for name in raw.log_ids()}
    names |= {source for _, state in raw.states(0, 1) if (source := _source(state)) is not None}
    for one in given:
        if one.origin not in names:
            raise CannotVerify(f"the checkpoint is of another log, {shown(one.origin)}: this one is {', '.join(names)}")


def _source(state: object) -> str | None:
    try:
        told = json.loads(state) if isinstance(state, bytes) else None
    except ValueError:
        return None
    source = told.get("source") if isinstance(told, dict) else None
    return source if isinstance(source, str) else None


def run_verify(
    raw: RawLog, checkpoints: Sequence[Checkpoint], cites: Cites, check_rows: CheckRows, *, as_json: bool
) -> int:
    """Verify, print what was found, and return the exit status: 1 if anything was."""
    heads = raw.heads()
    total = heads[0][0] if len(heads) == 1 and isinstance(heads[0][0], int) else None
    with Progress(console=Console(stderr=True)) as bar:
        task = bar.add_task("events", total=total)
        found = verify(raw, checkpoints, cites, check_rows, lambda at: bar.update(task, completed=at))
    sys.stdout.write(msgspec.json.encode(found).decode() + "\n" if as_json else worded(found))
    return 1 if found.findings else 0


def worded(found: Verified) -> str:
    """Return a report for people, one line a finding."""
    lines = [f"{found.log_id}: {found.position} events, root {found.root or 'open'}, {found.seconds} s"]
    if found.checkpoints:
        lines.append(f"compared with what was signed of the first {', '.join(map(str, found.checkpoints))}")
    for one in found.told:
        column = "" if one.column == "position" else one.column  # which the line begins with
        where = " ".join(part for part in (one.table, column, one.row) if part)
        lines.append(f"position {one.position}: {where}: {one.detail}")
    if found.findings > len(found.told):
        lines.append(f"and {found.findings - len(found.told)} more")
    lines += [f"not compared: {note}" for note in found.notes]
    differences = "1 difference" if found.findings == 1 else f"{found.findings} differences"
    lines.append(differences if found.findings else "verified: nothing was changed")
    return "".join(f"{line}\n" for line in lines)
