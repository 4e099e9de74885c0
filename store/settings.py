"""Where everything is kept, read from the environment."""

from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """`HIRELEDGER_DATABASE_URL`, `HIRELEDGER_DATA_DIR` and `HIRELEDGER_CHECKPOINT_COPIES`."""

    model_config = SettingsConfigDict(env_prefix="HIRELEDGER_")

    database_url: str | None = None
    """Any PostgreSQL 15 or newer, as its administrator; without it one is started in data_dir."""

    data_dir: Path = Path.home() / ".local" / "share" / "hireledger"
    """Holds the epoch keys, and the database if it is embedded."""

    checkpoint_copies: Path | None = None
    """A directory, best on another machine, that every signed checkpoint is copied to."""
