"""The machinery's upkeep over HTTP: read models built anew, the ledger verified, as asked for."""

from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field, computed_field

from api.asking import getting
from api.caller import Caller, may
from api.commanding import Answer, Commanding, commanding, posting
from commands import upkeep as commands
from domain.errors import NotFound
from domain.event import Code
from domain.organisation import (
    RebuildEnded,
    RebuildRequested,
    VerificationEnded,
    VerificationRequested,
)
from domain.role import ADMINISTERING, AUDITING, READING
from projections.catalogue import ALL_READ_MODELS
from store.upkeep import UpkeepRow, asked_for

router = APIRouter(prefix="/api", tags=["Health"])
post, get = posting(router), getting(router)

NAMES = frozenset(model.name for model in ALL_READ_MODELS)

Newest = Annotated[int, Query(ge=1, le=100, description="The newest so many.")]


class Progress(StrEnum):
    """How far something that takes long has come."""

    WAITING = "waiting"
    RUNNING = "running"
    ENDED = "ended"


class RebuildRequest(BaseModel):
    """Which read models to build anew."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"read_models": ["timeline"]}]}
    )

    read_models: Annotated[
        tuple[Code, ...], Field(max_length=100, description="By name; none means all.")
    ] = ()


class Upkeep(UpkeepRow):
    """Something that was asked for, how far it has come, and how it ended."""

    @computed_field  # type: ignore[prop-decorator]
    @property
    def state(self) -> Progress:
        """waiting, running or ended."""
        if self.ended_at is not None:
            return Progress.ENDED
        return Progress.WAITING if self.done is None else Progress.RUNNING

    @computed_field  # type: ignore[prop-decorator]
    @property
    def outcome(self) -> str | None:
        """How it ended, as a code; null as long as it is not over."""
        return None if self.ended is None else str(self.ended["outcome"])

    @computed_field  # type: ignore[prop-decorator]
    @property
    def detail(self) -> str | None:
        """What was in the way, or the first fault, in words."""
        return None if self.ended is None else self.ended.get("detail")


class RebuildRow(Upkeep):
    """One rebuild: rebuilt, stopped by an event, or cancelled."""

    @computed_field  # type: ignore[prop-decorator]
    @property
    def read_models(self) -> list[str]:
        """Which were to be built; none means all."""
        return list(self.asked["read_models"])

    @computed_field  # type: ignore[prop-decorator]
    @property
    def differences(self) -> int | None:
        """Rows that had been missing, or too many, until then; null as long as it is not over."""
        return None if self.ended is None else int(self.ended["differences"])


class VerificationRow(Upkeep):
    """One verification: whole, or damaged."""

    @computed_field  # type: ignore[prop-decorator]
    @property
    def entries(self) -> int | None:
        """Entries computed anew and compared; null as long as it is not over."""
        return None if self.ended is None else int(self.ended["entries"])

    @computed_field  # type: ignore[prop-decorator]
    @property
    def faults(self) -> int | None:
        """How much is not as it was signed; null as long as it is not over."""
        return None if self.ended is None else int(self.ended["faults"])


class Rebuilds(BaseModel):
    """Rebuilds that were asked for, the newest first."""

    items: list[RebuildRow]


class Verifications(BaseModel):
    """Verifications that were asked for, the newest first."""

    items: list[VerificationRow]


@post("/read-models/rebuilds")
def request_rebuild(
    body: RebuildRequest, command: Commanding = commanding(ADMINISTERING)
) -> Answer:
    """Has read models built anew beside those that answer, compared, and changed over at once.

    Commands and queries go on. 409 as long as another rebuild is not over.
    """
    for name in body.read_models:
        if name not in NAMES:
            raise NotFound(what="read model", id=name)
    return command.answer(commands.request_rebuild(command.log, command.by, body.read_models))


@get("/read-models/rebuilds")
def list_rebuilds(calling: Annotated[Caller, may(READING)], limit: Newest = 20) -> Rebuilds:
    """Rebuilds that were asked for: how far they have come, and how they ended."""
    rows = _asked_for(calling, RebuildRequested.name, RebuildEnded.name, limit)
    return Rebuilds(items=[RebuildRow(**dict(row)) for row in rows])


@post("/audit/verifications")
def request_verification(command: Commanding = commanding(AUDITING)) -> Answer:
    """Has the whole ledger computed anew from the log, and held against all that was signed.

    409 as long as another verification is not over.
    """
    return command.answer(commands.request_verification(command.log, command.by))


@get("/audit/verifications")
def list_verifications(
    calling: Annotated[Caller, may(AUDITING)], limit: Newest = 20
) -> Verifications:
    """Verifications that were asked for: how far they have come, and what they found."""
    rows = _asked_for(calling, VerificationRequested.name, VerificationEnded.name, limit)
    return Verifications(items=[VerificationRow(**dict(row)) for row in rows])


def _asked_for(calling: Caller, asked: str, ended: str, limit: int) -> list[UpkeepRow]:
    with calling.log.database.transaction(calling.organisation) as connection:
        return asked_for(connection, asked, ended, limit)
