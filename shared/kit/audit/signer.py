"""Keys that sign: in this process, or in another one that alone knows the key."""

import socket
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.kit.audit.vkey import SIGNATURE_BYTES, VerifierKey

ANSWER_S: Final = 1.0  # for all of it; who writes waits for it, once, until the signer is taken to be away


class SignerUnavailable(Exception):
    """Who was to sign did not answer, or not with a signature of its key."""


@dataclass(frozen=True, slots=True)
class LocalSigner:
    """A key in the memory of this process."""

    key: VerifierKey
    _private: Ed25519PrivateKey = field(repr=False, compare=False)

    def sign(self, message: bytes) -> bytes:
        """Return the signature."""
        return self._private.sign(message)


@dataclass(frozen=True, slots=True)
class SocketSigner:
    """A key behind a Unix socket: an agent, or what speaks to a hardware module.

    One connection a message: the message and the end of writing go there, the 64 bytes of the signature and the end
    come back. An answer is checked against the public key before it is used, so a wrong one is never given out.
    """

    key: VerifierKey
    socket: Path
    answer_s: float = ANSWER_S

    def sign(self, message: bytes) -> bytes:
        """Return the signature.

        Raises:
            SignerUnavailable: no whole answer within `answer_s` seconds, or another one than this key's signature.
        """
        try:
            signature = self._ask(message)
        except OSError as failed:
            raise SignerUnavailable(f"the signer of {self.key.name} does not answer: {failed}") from failed
        if not self.key.verifies(signature, message):
            raise SignerUnavailable(f"the answer is no signature of {self.key.name}+{self.key.id:08x}")
        return signature

    def _ask(self, message: bytes) -> bytes:
        """Return what is answered; every step has only the time that those before it left."""
        until = time.monotonic() + self.answer_s
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(self.answer_s)
            connection.connect(str(self.socket))
            connection.settimeout(_left(until))
            connection.sendall(message)
            connection.shutdown(socket.SHUT_WR)
            answer, more = b"", b"-"
            while more and len(answer) <= SIGNATURE_BYTES:
                connection.settimeout(_left(until))
                more = connection.recv(SIGNATURE_BYTES + 1)
                answer += more
            return answer


def _left(until: float) -> float:
    """Return the seconds left, more than 0; raises `TimeoutError` where there are none."""
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError("timed out")
    return left
