"""Opens the witness of a log as settings say: where its keys are, who holds another, what was signed last."""

from pathlib import Path
from typing import Final

from shared.kit.audit.keyfolder import KeyFolder, KeysUnusable
from shared.kit.audit.lastsigned import LastSigned, LastSignedUnreadable, TurnTaken
from shared.kit.audit.notary import Notary
from shared.kit.audit.signer import SocketSigner
from shared.kit.audit.vkey import VerifierKey, parse_vkey
from shared.kit.audit.witness import Witness
from shared.kit.log.model import EventLog
from shared.kit.settings import ServiceSettings

LAST_SIGNED: Final = "last-signed"
MAX_KEYS: Final = 100  # of one file
UNFIT: Final = (KeysUnusable, LastSignedUnreadable, TurnTaken)  # why a service does not start


def open_witness(settings: ServiceSettings, log: EventLog) -> Witness:
    """Return who signs for the log; at the first start its key is made.

    Raises:
        KeysUnusable: see `KeyFolder.open`.
        LastSignedUnreadable, TurnTaken: see `LastSigned`.
    """
    keys = KeyFolder(settings.signing_keys_dir, log.id)
    signers = keys.open(*elsewhere(settings))
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    return Witness(log, Notary(log.id, signers, keys.known, LastSigned(settings.data_dir / LAST_SIGNED)), keys.known)


def elsewhere(settings: ServiceSettings) -> list[SocketSigner]:
    """Return the signer behind the socket that the settings name, if they name one.

    Raises:
        KeysUnusable: the file of its verifier key does not hold one.
    """
    if settings.signer_socket is None or settings.signer_key is None:
        return []
    (key,) = read_keys(settings.signer_key, most=1)
    return [SocketSigner(key, settings.signer_socket)]


def read_keys(path: Path, most: int = MAX_KEYS) -> list[VerifierKey]:
    """Return the verifier keys of a file, one a line, 1 to `most`.

    Raises:
        KeysUnusable: it cannot be read, or holds something else.
    """
    try:
        keys = [parse_vkey(line) for line in path.read_text("utf-8").splitlines()]
    except (OSError, ValueError) as damaged:
        raise KeysUnusable(f"{path} would have to hold verifier keys, one a line: {damaged}") from None
    if not 1 <= len(keys) <= most:
        raise KeysUnusable(f"{path} would have to hold 1 to {most} verifier keys")
    return keys
