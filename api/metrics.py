"""Metrics over HTTP, each with its policy, its window and its n."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api.asking import Answered, Asking, asking, getting, parsed
from api.caller import READING
from projections.asked import time_zone
from projections.dates import window
from projections.engagement import Engagement, engagement
from projections.stage_conversion import Funnel, stage_conversion
from projections.time_to_hire import Policy, TimeToHire, time_to_hire
from store.database import Connection

router = APIRouter(prefix="/api/metrics", tags=["Metrics"])
get = getting(router)


class TimeToHireAnswer(Answered, TimeToHire):
    """Time to hire, and when it is for."""


class FunnelAnswer(Answered, Funnel):
    """Stage conversion, and when it is for."""


class EngagementAnswer(Answered, Engagement):
    """Engagement rate, and when it is for."""


class Window:
    """A half-open window [since, until); dates are whole days in the organisation's zone."""

    def __init__(
        self,
        from_: Annotated[
            str | None, Query(alias="from", description="From this date or time on, inclusive.")
        ] = None,
        to: Annotated[
            str | None,
            Query(description="Up to this date, inclusive, or time, exclusive."),
        ] = None,
    ) -> None:
        self.since = parsed("from", from_)
        self.until = parsed("to", to)

    def bounds(self, connection: Connection) -> dict[str, datetime | None]:
        """The window as times."""
        return window(self.since, self.until, time_zone(connection))


@get("/time-to-hire")
def get_time_to_hire(
    within: Annotated[Window, Depends()],
    ask: Asking = asking(READING),
    policy: Annotated[Policy, Query(description="Which event ends the clock.")] = "accepted",
) -> TimeToHireAnswer:
    """From application to acceptance, or hire; by the end, in days."""
    with ask.at() as (connection, asked):
        result = time_to_hire(connection, asked, policy=policy, **within.bounds(connection))
    return TimeToHireAnswer(**asked.model_dump(), **result.model_dump())


@get("/funnel")
def get_funnel(within: Annotated[Window, Depends()], ask: Asking = asking(READING)) -> FunnelAnswer:
    """Stage conversion with pending; of those who entered each stage in the window."""
    with ask.at() as (connection, asked):
        result = stage_conversion(connection, asked, **within.bounds(connection))
    return FunnelAnswer(**asked.model_dump(), **dict(result))


@get("/engagement")
def get_engagement(
    within: Annotated[Window, Depends()], ask: Asking = asking(READING)
) -> EngagementAnswer:
    """Of the people reached in the window, how many responded."""
    with ask.at() as (connection, asked):
        result = engagement(connection, asked, **within.bounds(connection))
    return EngagementAnswer(**asked.model_dump(), **dict(result))
