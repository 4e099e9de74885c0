"""Where everything is kept, read from the environment."""

from pathlib import Path

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Each is an environment variable: `HIRELEDGER_DATABASE_URL`, `HIRELEDGER_DATA_DIR` ..."""

    model_config = SettingsConfigDict(env_prefix="HIRELEDGER_")

    database_url: str | None = None
    """Any PostgreSQL 15 or newer, as its administrator; without it one is started in data_dir."""

    data_dir: Path = Path.home() / ".local" / "share" / "hireledger"
    """Holds the epoch keys, and the database if it is embedded."""

    transit_url: str | None = None
    """An OpenBao or HashiCorp Vault that keeps the epoch keys; without it they are files."""

    transit_token: SecretStr | None = None
    transit_token_file: Path | None = None
    """The token, or a file that holds it; an agent may renew the file between starts."""

    transit_mount: str = "transit"

    document_bytes: int = 20_000_000
    """The largest document that is taken."""

    checkpoint_copies: Path | None = None
    """A directory, best on another machine, that every signed checkpoint is copied to."""

    public_url: str | None = None
    """Where browsers reach this, as in https://hiring.example.org; omitted: as they say."""

    webhooks_to_private: bool = False
    """Whether webhooks may go to addresses of a private network, and without TLS."""

    oidc_issuer: str | None = None
    """An OpenID provider that members may sign in with; needs oidc_client_id, too."""

    oidc_client_id: str | None = None
    oidc_client_secret: SecretStr | None = None
    oidc_name: str = "single sign-on"
    """What it is called on the sign-in page."""
