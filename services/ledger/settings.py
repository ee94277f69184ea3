"""What the environment says: variables with the prefix LEDGER_."""

from pathlib import Path
from typing import Annotated, Final

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from shared.kit.settings import ServiceSettings

PORT: Final = 8002


class Settings(ServiceSettings):
    """Where the ledger keeps its files, whom it trusts, which rulebook it folds by and whose feed it follows."""

    model_config = SettingsConfigDict(env_prefix="LEDGER_", frozen=True)

    data_dir: Path = Path("var/ledger")
    port: Annotated[int, Field(ge=1, le=65535)] = PORT
    database_schema: str = Field(default="ledger", description="Schema of the service's log")
    rulebook: str = Field(default="seed", description="Name of a shipped timeline, or the path of a .toml file")
    calendars: Path | None = Field(
        default=None, description="Folder of the calendars that bundles enclose; default: as shipped"
    )
    cases_url: str = "http://127.0.0.1:8001"
    token_file: Path = Path("var/keys/follower.token")
    cases_keys: Path | None = Field(
        default=None, description="File of the cases log's verifier keys, one a line; default: its own word, once"
    )
    unchecked_s: Annotated[float, Field(gt=0)] = Field(
        default=300.0, description="Longest time without a checkpoint of the cases log, after which this is not ready"
    )
    max_points: Annotated[int, Field(ge=0)] = Field(default=1000, description="Largest number of points of one entry")
    max_wait_s: Annotated[float, Field(gt=0, le=30)] = Field(default=5.0, description="Longest wait for min_position")
    follows: bool = Field(default=True, description="Whether processes that serve stand for election as the follower")
    cached_accounts: Annotated[int, Field(ge=1)] = 50_000

    @property
    def log_file(self) -> Path:
        """The ledger's log and read model."""
        return self.data_dir / "ledger.db"

    @property
    def last_accepted(self) -> Path:
        """What was accepted of the cases log, beside what a restored database says of it."""
        return self.data_dir / "last-accepted"

    @property
    def simulations(self) -> Path:
        """What is kept of simulations: it can be made again, and is in no backup."""
        return self.data_dir / "simulations"
