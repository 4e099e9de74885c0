"""Source effectiveness: what share of the hires, and of its own applications, each source brings.

share_of_hires: hires of the window that came by the source / hires of the window. conversion: of
the applications begun in the window, those hired since. Only hires that stand count: nothing
later reversed them, rejected or withdrew the application, or rescinded its offer. By policy, the
source is that of the application (the last touch), or the one the person was registered with.
"""

from collections.abc import Sequence
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field

from projections import applications, candidates
from projections.metrics.metric import Figures, Metric, Sums
from projections.metrics.policy import Policy


class SourcePolicy(Policy):
    """Whether the source of the application counts, or the one the person first came by."""

    spoken: ClassVar[frozenset[str]] = frozenset({"touch"})

    touch: Literal["last_touch", "first_touch"] = "last_touch"


# Who was hired since the window began: nobody who applied in it can have been hired before.
CASES = """
WITH hires AS MATERIALIZED (
    SELECT
        hire.application_id,
        hire.candidate_id,
        hire.occurred_at AS hired_at
    FROM application_steps hire
    WHERE hire.milestone = 'hired'
      AND hire.position <= %(p)s
      AND hire.superseded_at > %(p)s
      AND hire.occurred_at <= %(t)s
      AND (%(from)s::timestamptz IS NULL OR hire.occurred_at >= %(from)s)
      AND NOT EXISTS (
        SELECT
        FROM application_steps later
        WHERE later.application_id = hire.application_id
          AND later.milestone IN ('hired', 'hire_reversed', 'rejected', 'withdrawn', 'rescinded')
          AND later.position <= %(p)s
          AND later.superseded_at > %(p)s
          AND later.occurred_at <= %(t)s
          AND (later.occurred_at, later.origin) > (hire.occurred_at, hire.origin)
      )
),
applied AS MATERIALIZED (
    SELECT
        application_id,
        candidate_id,
        source,
        occurred_at AS applied_at
    FROM application_steps
    WHERE milestone = 'applied'
      AND position <= %(p)s
      AND superseded_at > %(p)s
      AND occurred_at <= %(t)s
      AND (%(from)s::timestamptz IS NULL OR occurred_at >= %(from)s)
      AND (%(to)s::timestamptz IS NULL OR occurred_at < %(to)s)
),
touches AS (
    SELECT
        applied.application_id,
        applied.candidate_id,
        applied.source,
        applied.applied_at AS started_at,
        applied.applied_at AS ended_at,
        CASE WHEN hires.application_id IS NULL THEN 0 ELSE 1 END AS hired,
        1 AS application,
        0 AS hire
    FROM applied
    LEFT JOIN hires
        ON hires.application_id = applied.application_id
        AND hires.hired_at >= applied.applied_at
    UNION ALL
    SELECT
        hires.application_id,
        hires.candidate_id,
        start.source,
        start.occurred_at,
        hires.hired_at,
        0,
        0,
        1
    FROM hires
    LEFT JOIN application_steps start
        ON start.application_id = hires.application_id
        AND start.milestone = 'applied'
        AND start.position <= %(p)s
        AND start.superseded_at > %(p)s
        AND start.occurred_at <= %(t)s
    WHERE (%(to)s::timestamptz IS NULL OR hires.hired_at < %(to)s)
),
first_of_several AS MATERIALIZED (
    SELECT
        one_person.candidate_id,
        registration.source
    FROM one_person
    CROSS JOIN LATERAL (
        SELECT source
        FROM candidate_profiles
        WHERE candidate_id = ANY(one_person.histories)
          AND registered
          AND position <= %(p)s
          AND superseded_at > %(p)s
          AND occurred_at <= %(t)s
        ORDER BY occurred_at, origin
        LIMIT 1
    ) AS registration
),
sourced AS (
    SELECT
        touches.application_id,
        touches.candidate_id,
        COALESCE(
            CASE %(touch)s
                WHEN 'first_touch' THEN COALESCE(first_of_several.source, person.source)
                ELSE touches.source
            END,
            'not stated'
        ) AS source,
        touches.started_at,
        touches.ended_at,
        touches.hired,
        touches.application,
        touches.hire
    FROM touches
    LEFT JOIN first_of_several ON first_of_several.candidate_id = touches.candidate_id
    LEFT JOIN candidate_profiles person
        ON %(touch)s = 'first_touch'
        AND person.candidate_id = touches.candidate_id
        AND person.registered
        AND person.position <= %(p)s
        AND person.superseded_at > %(p)s
        AND person.occurred_at <= %(t)s
)
SELECT
    source AS step,
    application_id AS case_id,
    candidate_id,
    application_id,
    NULL::uuid AS requisition_id,
    NULL::uuid AS campaign_id,
    source,
    NULL::text AS origin,
    started_at,
    ended_at,
    hired::float8 AS num,
    application::float8 AS den,
    hire::float8 AS extra
FROM sourced
"""


class SourceFigures(Figures):
    """What one source brings."""

    source: Annotated[str, Field(description="The channel people came by.")]
    applications: Annotated[int, Field(description="Applications begun in the window.")]
    hired_of_these: Annotated[int, Field(description="Of these, hired since.")]
    conversion: Annotated[
        float | None, Field(description="hired_of_these / applications; null for none.")
    ]
    hires: Annotated[int, Field(description="Hires of the window.")]
    share_of_hires: Annotated[
        float | None, Field(description="hires / hires of all sources; null for none.")
    ]

    @classmethod
    def of(cls, sums: Sums, together: Sequence[Sums]) -> Self:
        hires = sum(one.extra for one in together)
        return cls(
            source=sums.step or "",
            applications=round(sums.den),
            hired_of_these=round(sums.num),
            conversion=sums.num / sums.den if sums.den else None,
            hires=round(sums.extra),
            share_of_hires=sums.extra / hires if hires else None,
        )


SOURCE_EFFECTIVENESS = Metric(
    name="source-effectiveness",
    title="Source effectiveness",
    definition="By source: its share of the hires of the window, and how many of the applications"
    " begun in the window were hired since.",
    unit="applications",
    figures=SourceFigures,
    cases=CASES,
    reads=(applications.READ_MODEL, candidates.READ_MODEL),
    policy=SourcePolicy,
    steps_are="sources",
    value="conversion",
)
