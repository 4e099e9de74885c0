"""The funnel: of those who reached a milestone, how many went on, and how many still may.

entered: applications that first reached the milestone in the window. advanced: of these, those
that reached any later one. pending: of these, neither advanced nor decided; an application is
decided when it is closed, and an offer also when it was declined or rescinded. conversion =
advanced / (entered - pending); null when nobody's case is decided.
"""

from datetime import datetime
from typing import Annotated

from psycopg.rows import class_row
from pydantic import BaseModel, Field, computed_field

from projections.asked import Asked
from store.database import Connection

FUNNEL = """
WITH steps AS (
    SELECT
        application_id,
        milestone,
        status,
        stage,
        occurred_at,
        origin
    FROM application_steps
    WHERE position <= %(p)s
      AND superseded_at > %(p)s
      AND occurred_at <= %(t)s
),
standing AS (
    SELECT DISTINCT ON (application_id)
        application_id,
        status
    FROM steps
    WHERE stage IS NOT NULL
    ORDER BY application_id, occurred_at DESC, origin DESC
),
ladder(milestone, rung, leads_on) AS (
    VALUES
        ('applied', 1, true),
        ('screened', 2, true),
        ('interviewed', 3, true),
        ('offered', 4, true),
        ('hired', 5, false),
        ('rejected', 6, false),
        ('declined', 7, false)
),
reached AS (
    SELECT
        application_id,
        milestone,
        min(occurred_at) AS entered_at
    FROM steps
    WHERE milestone IN (SELECT milestone FROM ladder)
    GROUP BY application_id, milestone
),
furthest AS (
    SELECT
        reached.application_id,
        max(ladder.rung) AS rung
    FROM reached
    JOIN ladder ON ladder.milestone = reached.milestone
    WHERE ladder.rung <= 5
    GROUP BY reached.application_id
),
offers AS (
    SELECT DISTINCT ON (application_id)
        application_id,
        milestone = 'offered' AS awaited
    FROM steps
    WHERE milestone IN ('offered', 'declined', 'rescinded')
    ORDER BY application_id, occurred_at DESC, origin DESC
),
cohort AS (
    SELECT
        ladder.milestone,
        furthest.rung > ladder.rung AS advanced,
        standing.status = 'open'
            AND (ladder.milestone <> 'offered' OR COALESCE(offers.awaited, true)) AS running
    FROM reached
    JOIN ladder ON ladder.milestone = reached.milestone
    JOIN standing ON standing.application_id = reached.application_id
    LEFT JOIN furthest ON furthest.application_id = reached.application_id
    LEFT JOIN offers ON offers.application_id = reached.application_id
    WHERE (%(from)s::timestamptz IS NULL OR reached.entered_at >= %(from)s)
      AND (%(to)s::timestamptz IS NULL OR reached.entered_at < %(to)s)
)
SELECT
    ladder.milestone AS stage,
    count(cohort.milestone) AS entered,
    CASE WHEN ladder.leads_on
        THEN count(*) FILTER (WHERE cohort.advanced)
    END AS advanced,
    CASE WHEN ladder.leads_on
        THEN count(*) FILTER (WHERE cohort.running AND NOT cohort.advanced)
    END AS pending
FROM ladder
LEFT JOIN cohort ON cohort.milestone = ladder.milestone
GROUP BY ladder.milestone, ladder.rung, ladder.leads_on
ORDER BY ladder.rung
"""


class FunnelStage(BaseModel):
    """One milestone of the funnel."""

    stage: Annotated[
        str,
        Field(description="applied, screened, interviewed, offered, hired, rejected or declined."),
    ]
    entered: Annotated[int, Field(description="Applications that reached it in the window.")]
    advanced: Annotated[
        int | None, Field(description="Of these, those that went on; null where nothing follows.")
    ]
    pending: Annotated[
        int | None, Field(description="Of these, those still open that have not gone on.")
    ]

    @computed_field  # type: ignore[prop-decorator]
    @property
    def conversion(self) -> float | None:
        """advanced / (entered - pending); null when that is 0 / 0."""
        if self.advanced is None or self.pending is None or self.entered == self.pending:
            return None
        return self.advanced / (self.entered - self.pending)


class Funnel(BaseModel):
    """Stage conversion over a window."""

    stages: list[FunnelStage]
    policy: str = "cohort-entered"


def stage_conversion(
    connection: Connection,
    asked: Asked,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Funnel:
    """The funnel of those who entered each stage in [since, until)."""
    with connection.cursor(row_factory=class_row(FunnelStage)) as rows:
        parameters = {**asked.parameters, "from": since, "to": until}
        return Funnel(stages=rows.execute(FUNNEL, parameters).fetchall())
