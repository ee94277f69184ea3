"""The command line for the keys that sign for a log: `keys list`, `keys add`, `keys retire`."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from shared.kit.audit.keyfolder import KeyFolder, KeysUnusable
from shared.kit.audit.opening import elsewhere
from shared.kit.settings import ServiceSettings
from shared.kit.starting import starting


def key_commands(prefix: str, settings: Callable[[], ServiceSettings]) -> typer.Typer:
    """Return the commands of a service whose settings have this prefix.

    The service may run meanwhile; what is added or retired signs, or signs no more, from its next start on.
    """
    commands = typer.Typer(no_args_is_help=True, help="The keys that sign for the log.")

    @commands.command("list")
    def list_() -> None:
        """Print every verifier key that the log ever signed with, oldest first, and which of them sign now."""
        with starting(prefix, KeysUnusable, to="list keys"):
            given = settings()
            folder = _folder(given)
            signing = {one.key for one in folder.open(*elsewhere(given))}
            for key in folder.known():
                typer.echo(f"{'signs  ' if key in signing else 'retired'} {key}")

    @commands.command()
    def add() -> None:
        """Make one more key, which signs beside the others, and print its verifier key."""
        with starting(prefix, KeysUnusable, to="add a key"):
            given = settings()
            typer.echo(_folder(given).rotate(*elsewhere(given)))

    @commands.command()
    def retire(
        key: Annotated[str, typer.Argument(help="id of the key: the eight hex digits in its verifier key")],
    ) -> None:
        """Delete a key: it signs no more. Wait until every follower has seen the new one beside it."""
        with starting(prefix, KeysUnusable, to="retire a key"):
            given = settings()
            _folder(given).retire(_id(key), *elsewhere(given))

    return commands


def _folder(settings: ServiceSettings) -> KeyFolder:
    """The folder of keys, under the name that the first start of the service gave them."""
    place: Path = settings.signing_keys_dir
    name = KeyFolder.name_in(place)
    if name is None:
        raise KeysUnusable(f"{place} would have to hold keys: the first start of the service makes one")
    return KeyFolder(place, name)


def _id(text: str) -> int:
    try:
        return int(text, 16)
    except ValueError:
        raise KeysUnusable("a key's id is eight hex digits") from None
