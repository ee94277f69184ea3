"""What every service reads from its environment: where it listens, whom it trusts, how much it logs."""

from typing import Annotated, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings


class ServiceSettings(BaseSettings):
    """Each service adds what is its own, and the prefix of its variables.

    `jwks` is the path or the URL of the key set of the token issuer; `issuer` and `audience` are what tokens must say.
    Without a `database_url` the log is a file in the data folder.
    """

    host: str = "127.0.0.1"
    jwks: str = "var/keys/jwks.json"
    issuer: str = "demerit-local"
    audience: str = "demerit"
    log_level: str = "INFO"
    database_url: SecretStr | None = Field(default=None, description="Connection string of PostgreSQL, as the service")
    database_schema: str = Field(default="demerit", description="Schema of the service's log")
    database_connections: Annotated[int, Field(ge=2, le=100)] = 8
    workers: Annotated[int, Field(ge=1, le=64)] = Field(default=1, description="Processes that serve the API")

    @model_validator(mode="after")
    def _one_process_writes_a_file(self) -> Self:
        if self.workers > 1 and self.database_url is None:
            raise ValueError("several workers would have to share a database: a file is written by one process")
        return self
