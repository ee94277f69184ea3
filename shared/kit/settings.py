"""What every service reads from its environment: where it listens, whom it trusts, how much it logs."""

from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings


class ServiceSettings(BaseSettings):
    """Each service adds what is its own, and the prefix of its variables.

    `jwks` is the path or the URL of the key set of the token issuer; `issuer` and `audience` are what tokens must say.
    Without a `database_url` the log is a file in the data folder.
    """

    data_dir: Path = Field(default=Path("var"), description="Folder of the service's files")
    host: str = "127.0.0.1"
    jwks: str = "var/keys/jwks.json"
    issuer: str = "demerit-local"
    audience: str = "demerit"
    log_level: str = "INFO"
    database_url: SecretStr | None = Field(default=None, description="Connection string of PostgreSQL, as the service")
    database_schema: str = Field(default="demerit", description="Schema of the service's log")
    database_connections: Annotated[int, Field(ge=2, le=100)] = 8
    workers: Annotated[int, Field(ge=1, le=64)] = Field(default=1, description="Processes that serve the API")

    signing_keys: Path | None = Field(default=None, description="Folder of the log's keys; default: in the data folder")
    signer_socket: Path | None = Field(default=None, description="Socket of who holds a key of the log elsewhere")
    signer_key: Path | None = Field(default=None, description="File with the verifier key of that key")

    @property
    def signing_keys_dir(self) -> Path:
        """The folder of the keys that sign for the log; in production it lies elsewhere than the data."""
        return self.signing_keys or self.data_dir / "keys" / "log"

    @model_validator(mode="after")
    def _a_signer_elsewhere_is_known(self) -> Self:
        if (self.signer_socket is None) != (self.signer_key is None):
            raise ValueError("a signer would have to be named by both, its socket and the file of its verifier key")
        return self

    @model_validator(mode="after")
    def _one_process_writes_a_file(self) -> Self:
        if self.workers > 1 and self.database_url is None:
            raise ValueError("several workers would have to share a database: a file is written by one process")
        return self
