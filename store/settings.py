"""Where everything is kept, read from the environment."""

from pathlib import Path

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Each by its name in capitals, as in `HIRELEDGER_DATABASE_URL`."""

    model_config = SettingsConfigDict(env_prefix="HIRELEDGER_")

    database_url: str | None = None
    """Any PostgreSQL 15 or newer, as its administrator; without it one is started in data_dir."""

    data_dir: Path = Path.home() / ".local" / "share" / "hireledger"
    """Holds the epoch keys, and the database if it is embedded."""

    public_url: str | None = None
    """Where browsers reach this, as in https://hiring.example.org; omitted: as they say."""

    oidc_issuer: str | None = None
    """An OpenID provider that members may sign in with; needs oidc_client_id, too."""

    oidc_client_id: str | None = None
    oidc_client_secret: SecretStr | None = None
    oidc_name: str = "single sign-on"
    """What it is called on the sign-in page."""
