"""The rule of a pool: which people belong in it, by plain facts of their way so far."""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from domain.event import Code
from domain.plan import StageKind

RULE_MATCHED = "rule_matched"
RULE_NO_LONGER_MATCHES = "rule_no_longer_matches"

Codes = Annotated[tuple[Code, ...], Field(max_length=50)]
RecencyDays = Annotated[int, Field(ge=1, le=3650)]


class Conditions(BaseModel):
    """What is true of a person's way so far: all of what is given here.

    Skills are tags. A tag counts whether it is on the person or on one of their applications.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra={
            "examples": [{"tags_all": ["python"], "reached": "interview", "in_process": False}]
        },
    )

    tags_all: Annotated[Codes, Field(description="Has each of these tags.")] = ()
    tags_any: Annotated[Codes, Field(description="Has one of these tags at least.")] = ()
    tags_none: Annotated[Codes, Field(description="Has none of these tags.")] = ()
    reached: Annotated[
        StageKind | None, Field(description="Came at least this far in some application.")
    ] = None
    last_stages: Annotated[
        tuple[StageKind, ...],
        Field(max_length=5, description="Where the latest application stands, or last stood."),
    ] = ()
    reason_codes: Annotated[
        Codes, Field(description="Why the latest application was rejected or withdrawn.")
    ] = ()
    sources: Annotated[Codes, Field(description="Came by one of these, once at least.")] = ()
    regions: Annotated[
        Codes, Field(description="ISO 3166; de takes in de-be.", examples=[["de", "at-9"]])
    ] = ()
    applied_within_days: Annotated[
        RecencyDays | None, Field(description="Applied, or was brought back, so lately.")
    ] = None
    not_applied_within_days: RecencyDays | None = None
    not_contacted_within_days: Annotated[
        RecencyDays | None, Field(description="Heard nothing relational from us for so long.")
    ] = None
    in_process: Annotated[
        bool | None, Field(description="Whether an application of theirs is open.")
    ] = None
    hired: Annotated[bool | None, Field(description="Whether we have ever hired them.")] = None


class PoolRule(Conditions):
    """Conditions for being in a pool; at least one."""

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self == type(self).model_construct():
            raise ValueError("a rule without any condition would take in everyone")
        return self
