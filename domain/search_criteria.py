"""What people are sought by who might fit a requisition: plain facts of their ways so far."""

from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from domain.pool_rule import Conditions


class SearchCriteria(Conditions):
    """Conditions, and where to look; none of it is about one person."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra={"examples": [{"tags_any": ["python"], "finalists_only": True}]},
    )

    pools: Annotated[
        tuple[UUID, ...], Field(max_length=20, description="Only members of one of these.")
    ] = ()
    finalists_only: Annotated[
        bool, Field(description="Only who reached a last interview, or an offer, without a hire.")
    ] = False
