"""Talent pipeline growth: how much talent pools grew over a window, and whom they can reach.

growth_rate = (members at the end - members at the start) / members at the start. The start is the
moment before `from`; without one, when there were no pools yet. The end is the moment before `to`,
or the time asked about if that is earlier. Gross adds and exits are the times between them at
which people came to be members and ceased to be; being added again while a member changes nothing,
so members_at_start + gross_adds - exits = members_at_end. A member is reachable who at the end has
a consent to contact that is neither withdrawn nor expired, and has not opted out of all channels.
"""

from collections.abc import Sequence
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field

from projections import talent_pool
from projections.metrics.metric import Figures, Metric, Sums
from projections.metrics.policy import Policy


class PipelineGrowthPolicy(Policy):
    """Whether a person in two pools counts twice, once for each, or once."""

    spoken: ClassVar[frozenset[str]] = frozenset({"members"})

    members: Literal["each_pool", "people"] = "each_pool"


# Every change of membership; then, of a person (in a pool), how many memberships that left.
CASES = """
WITH told AS (
    SELECT
        pool_id,
        COALESCE(person_id, candidate_id) AS candidate_id,
        is_member,
        reason_code,
        occurred_at,
        origin,
        lag(is_member, 1, false) OVER (
            PARTITION BY pool_id, COALESCE(person_id, candidate_id) ORDER BY occurred_at, origin
        ) AS was_member
    FROM pool_memberships
    LEFT JOIN one_person USING (candidate_id)
    WHERE position <= %(p)s
      AND superseded_at > %(p)s
      AND occurred_at <= %(t)s
      AND (%(to)s::timestamptz IS NULL OR occurred_at < %(to)s)
      AND (%(pool)s::uuid IS NULL OR pool_id = %(pool)s)
),
changes AS MATERIALIZED (
    SELECT
        CASE %(members)s WHEN 'each_pool' THEN pool_id END AS pool_id,
        candidate_id,
        reason_code,
        occurred_at,
        origin,
        CASE WHEN is_member THEN 1 ELSE -1 END AS change
    FROM told
    WHERE is_member <> was_member
),
members AS (
    SELECT
        candidate_id,
        min(occurred_at) AS first_at,
        max(occurred_at) AS last_at,
        CASE WHEN COALESCE(sum(change) FILTER (WHERE occurred_at < %(from)s), 0) > 0
            THEN 1 ELSE 0 END AS at_start,
        CASE WHEN sum(change) > 0 THEN 1 ELSE 0 END AS at_end
    FROM changes
    GROUP BY
        pool_id,
        candidate_id
),
permissions AS (
    SELECT
        COALESCE(person_id, candidate_id) AS candidate_id,
        kind,
        about,
        expires_at,
        occurred_at,
        origin
    FROM contact_permissions
    LEFT JOIN one_person USING (candidate_id)
    WHERE position <= %(p)s
      AND superseded_at > %(p)s
      AND occurred_at <= %(t)s
      AND (%(to)s::timestamptz IS NULL OR occurred_at < %(to)s)
),
consents AS (
    SELECT DISTINCT ON (candidate_id)
        candidate_id,
        kind = 'granted' AND COALESCE(
            expires_at > LEAST(%(to)s::timestamptz, COALESCE(%(as_of)s, now())),
            true
        ) AS valid
    FROM permissions
    WHERE kind IN ('granted', 'withdrawn')
      AND about = 'contact'
    ORDER BY candidate_id, occurred_at DESC, origin DESC
),
reachable AS MATERIALIZED (
    SELECT candidate_id
    FROM consents
    WHERE valid
    EXCEPT
    SELECT candidate_id
    FROM permissions
    WHERE kind = 'opted_out'
      AND about = 'all'
),
flows AS (
    SELECT
        candidate_id,
        change,
        reason_code,
        occurred_at,
        sum(change) OVER (
            PARTITION BY pool_id, candidate_id ORDER BY occurred_at, origin
        ) AS memberships
    FROM changes
)
SELECT
    'member' AS step,
    members.candidate_id AS case_id,
    members.candidate_id,
    NULL::uuid AS application_id,
    NULL::uuid AS requisition_id,
    NULL::uuid AS campaign_id,
    NULL::text AS source,
    NULL::text AS origin,
    first_at AS started_at,
    last_at AS ended_at,
    (at_end - at_start)::float8 AS num,
    at_start::float8 AS den,
    CASE WHEN at_end = 1 AND reachable.candidate_id IS NOT NULL THEN 1 ELSE 0 END::float8 AS extra
FROM members
LEFT JOIN reachable ON reachable.candidate_id = members.candidate_id
WHERE at_start = 1
   OR at_end = 1
UNION ALL
SELECT
    CASE change WHEN 1 THEN 'added' ELSE 'exit:' || reason_code END,
    candidate_id,
    candidate_id,
    NULL,
    NULL,
    NULL,
    NULL,
    NULL,
    occurred_at,
    occurred_at,
    0,
    0,
    0
FROM flows
WHERE memberships = CASE change WHEN 1 THEN 1 ELSE 0 END
  AND (%(from)s::timestamptz IS NULL OR occurred_at >= %(from)s)
"""


class PipelineGrowth(Figures):
    """How talent pools grew in a window."""

    members_at_start: int
    members_at_end: int
    reachable: Annotated[
        int, Field(description="Members at the end whom a valid consent lets us contact.")
    ]
    gross_adds: Annotated[int, Field(description="Times people became members.")]
    exits: Annotated[int, Field(description="Times people ceased to be.")]
    growth_rate: Annotated[
        float | None,
        Field(
            description="(members_at_end - members_at_start) / members_at_start; null for 0 / 0."
        ),
    ]
    exits_by_reason: Annotated[
        dict[str, int], Field(description="Exits by reason code.", examples=[{"hired": 3}])
    ]

    @classmethod
    def of(cls, sums: Sums, together: Sequence[Sums]) -> Self:
        counts = {one.step or "": one.n for one in together}
        exits = {
            step.removeprefix("exit:"): n for step, n in counts.items() if step.startswith("exit:")
        }
        return cls(
            members_at_start=round(sums.den),
            members_at_end=round(sums.den + sums.num),
            reachable=round(sums.extra),
            gross_adds=counts.get("added", 0),
            exits=sum(exits.values()),
            growth_rate=sums.num / sums.den if sums.den else None,
            exits_by_reason=exits,
        )


PIPELINE_GROWTH = Metric(
    name="pipeline-growth",
    title="Talent pipeline growth",
    definition="Members of talent pools at the end of the window less those at its start, as a"
    " share of those at its start.",
    unit="members",
    figures=PipelineGrowth,
    cases=CASES,
    reads=(talent_pool.READ_MODEL,),
    policy=PipelineGrowthPolicy,
    value="growth_rate",
    of_pools=True,
)
