"""Settings of every process, read from LEADLEDGER_* environment variables."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

ServiceName = Literal["ingest", "executor", "projector"]


class Settings(BaseSettings):
    """One instance per process, made at the start and passed on; nothing reads it globally."""

    model_config = SettingsConfigDict(env_prefix="LEADLEDGER_", extra="ignore")

    database_url: str = Field(
        "postgresql://postgres@127.0.0.1:5432/leadledger",
        description="The owner's address of the database; services replace the user by their own role",
    )
    service_password: SecretStr | None = Field(
        None, description="Password of the service roles; none where the server trusts local roles"
    )
    pool_size: int = Field(8, ge=2, description="Connections per service for tenant work")
    bus_url: str = Field("memory:", description="'memory:' (one process) or an amqp:// address")
    bus_prefix: str = Field("", description="Put before queue and exchange names, so that systems share a broker")

    secret_key: SecretStr | None = Field(
        None, description="Fernet keys, newest first, comma separated: encrypt providers' credentials"
    )
    allow_private_addresses: bool = Field(
        False, description="Let providers be on loopback or private addresses (the sandbox, a local function)"
    )
    public_url: str = Field("http://127.0.0.1:8000", description="Where callers reach the API")

    upload_max_bytes: int = Field(5 * 1024**3, ge=1)
    upload_max_unpacked_bytes: int = Field(10 * 1024**3, ge=1)
    upload_max_ratio: int = Field(200, ge=1)
    upload_max_workbook_bytes: int = Field(128 * 1024**2, ge=1)
    upload_max_concurrent: int = Field(4, ge=1)
    upload_max_cell_chars: int = Field(1_000_000, ge=1)
    upload_max_columns: int = Field(2_000, ge=1)
    upload_max_records: int = Field(5_000_000, ge=1)
    spool_dir: Path | None = Field(None, description="Where uploads are spooled; the system's default if none")

    chunk_items: int = Field(100, ge=1, le=1_000, description="Batch items per chunk, the unit of dispatch")
    chunks_in_flight: int = Field(4, ge=1, description="Chunks one executor works on at once")
    chunks_ahead: int = Field(16, ge=1, description="Chunks dispatched but not yet taken up, over all executors")
    lease_seconds: float = Field(15.0, gt=0, description="A chunk whose executor is silent this long is taken back")
    duty_interval_seconds: float = Field(0.1, gt=0, description="How often relay and scheduler look for work")

    log_format: Literal["json", "text"] = "json"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
