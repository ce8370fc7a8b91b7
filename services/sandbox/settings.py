"""Settings of the sandbox, read from SANDBOX_* environment variables."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class SandboxSettings(BaseSettings):
    """Made once by whoever starts the sandbox."""

    model_config = SettingsConfigDict(env_prefix="SANDBOX_", extra="ignore")

    seed: int = Field(1, description="Another seed, other people")
    ledger_file: Path | None = Field(None, description="Where the ledger is kept besides memory")
