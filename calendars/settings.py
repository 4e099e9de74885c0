"""How calendars of members are read, from the environment."""

from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class CalendarSettings(BaseSettings):
    """`HIRELEDGER_CALENDAR_PRIVATE_NETWORKS` and the others below."""

    model_config = SettingsConfigDict(env_prefix="HIRELEDGER_CALENDAR_", env_ignore_empty=True)

    private_networks: bool = False
    """Whether calendars may be on this machine or in a private network, and without TLS."""

    timeout_seconds: Annotated[float, Field(gt=0, le=60)] = 8.0
    """How long reading one calendar may take in all."""

    largest: Annotated[int, Field(ge=1_000)] = 2_000_000
    """Octets of a calendar that are read at most."""

    remembered_seconds: Annotated[float, Field(ge=0, le=3600)] = 30.0
    """How long what was read is not asked for again."""
