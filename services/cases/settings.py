"""What the environment says: variables with the prefix CASES_."""

from pathlib import Path
from typing import Annotated, Final

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.cases.domain.world import RETENTION
from shared.kit.settings import ServiceSettings

PORT: Final = 8001


class Settings(ServiceSettings):
    """Where the service keeps its files, whom it trusts, and which rulebook it decides by."""

    model_config = SettingsConfigDict(env_prefix="CASES_", frozen=True)

    data_dir: Path = Path("var/cases")
    port: Annotated[int, Field(ge=1, le=65535)] = PORT
    database_schema: str = Field(default="cases", description="Schema of the service's log")
    rulebook: str = Field(default="seed", description="Name of a shipped timeline, or the path of a .toml file")
    calendars: Path | None = Field(default=None, description="Folder of working-day calendars; default: as shipped")
    vault_key: Path | None = Field(default=None, description="Key file of the vault; default: keys/ in the data folder")
    clock_interval_s: Annotated[float, Field(gt=0, le=3600)] = Field(
        default=5.0, description="Time between two looks for deadlines that have passed"
    )
    clock_grace_s: Annotated[float, Field(ge=0, le=3600)] = Field(
        default=10.0, description="How long a deadline must have passed, so that writes under way are in before"
    )
    retention_days: Annotated[int, Field(ge=0, le=36_500)] = Field(
        default=RETENTION.days, description="How long personal data is kept after a case has ended, at the least"
    )
    merge_repeats: bool = Field(
        default=False, description="Merge a complaint that came in twice when it is filed, rather than by an officer"
    )
    upload_timeout_s: Annotated[float, Field(gt=0, le=3600)] = 300.0
    ledger_url: str = Field(
        default="http://127.0.0.1:8002", description="The ledger, asked by dry runs of recalls alone"
    )
    ledger_token_file: Path = Path("var/keys/cases.token")
    ledger_timeout_s: Annotated[float, Field(gt=0, le=60)] = Field(
        default=15.0,
        description="Longest wait for one answer of the ledger, which itself waits to have folded the feed",
    )

    @property
    def log_file(self) -> Path:
        """The log and its read models."""
        return self.data_dir / "cases.db"

    @property
    def vault_file(self) -> Path:
        """The vault's database."""
        return self.data_dir / "vault.db"

    @property
    def vault_key_file(self) -> Path:
        """The key that opens the vault; in production it lies elsewhere than the data."""
        return self.vault_key or self.data_dir / "keys" / "vault.key"

    @property
    def evidence_dir(self) -> Path:
        """The folder of sealed evidence content."""
        return self.data_dir / "evidence"
