"""Offer acceptance: accepted / (accepted + declined + expired + rescinded), of offers.

An offer counts once, whatever its versions. How it stands is what was said of it last in the
world: that it was extended (it is pending, even if an earlier version was declined), accepted,
declined, rescinded or has expired. So an offer accepted and rescinded later counts as rescinded.
"""

from collections.abc import Sequence
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field

from projections import applications
from projections.metrics.metric import Figures, Metric, Sums
from projections.metrics.policy import Policy


class OfferPolicy(Policy):
    """Whether the window is of when offers were resolved, or of when they were first extended."""

    spoken: ClassVar[frozenset[str]] = frozenset({"window"})

    window: Literal["resolved", "extended"] = "resolved"


# Offers with a word in the window, then their first and their last word.
CASES = """
WITH said AS MATERIALIZED (
    SELECT DISTINCT
        application_id,
        about AS offer_id
    FROM application_steps
    WHERE milestone = ANY(CASE %(window)s
            WHEN 'extended' THEN '{offered}'::text[]
            ELSE '{accepted,declined,expired,rescinded}'::text[]
        END)
      AND position <= %(p)s
      AND superseded_at > %(p)s
      AND occurred_at <= %(t)s
      AND (%(from)s::timestamptz IS NULL OR occurred_at >= %(from)s)
      AND (%(to)s::timestamptz IS NULL OR occurred_at < %(to)s)
),
offers AS (
    SELECT
        said.offer_id,
        said.application_id,
        word.candidate_id,
        min(word.occurred_at) FILTER (WHERE word.milestone = 'offered') AS extended_at,
        max(word.occurred_at) AS resolved_at,
        (array_agg(word.milestone ORDER BY word.occurred_at DESC, word.origin DESC))[1] AS standing
    FROM said
    JOIN application_steps word
        ON word.application_id = said.application_id
        AND word.about = said.offer_id
    WHERE word.milestone IN ('offered', 'accepted', 'declined', 'expired', 'rescinded')
      AND word.position <= %(p)s
      AND word.superseded_at > %(p)s
      AND word.occurred_at <= %(t)s
    GROUP BY
        said.offer_id,
        said.application_id,
        word.candidate_id
),
dated AS (
    SELECT
        offers.*,
        CASE %(window)s WHEN 'extended' THEN extended_at ELSE resolved_at END AS counts_at
    FROM offers
    WHERE %(window)s = 'extended'
       OR standing <> 'offered'
)
SELECT
    CASE standing WHEN 'offered' THEN 'pending' ELSE standing END AS step,
    offer_id AS case_id,
    candidate_id,
    application_id,
    NULL::uuid AS requisition_id,
    NULL::uuid AS campaign_id,
    NULL::text AS source,
    NULL::text AS origin,
    extended_at AS started_at,
    counts_at AS ended_at,
    CASE standing WHEN 'accepted' THEN 1 ELSE 0 END::float8 AS num,
    CASE standing WHEN 'offered' THEN 0 ELSE 1 END::float8 AS den,
    0::float8 AS extra
FROM dated
WHERE (%(from)s::timestamptz IS NULL OR counts_at >= %(from)s)
  AND (%(to)s::timestamptz IS NULL OR counts_at < %(to)s)
"""


class OfferOutcomes(Figures):
    """What became of the offers of the window."""

    offers: Annotated[int, Field(description="Offers, each once, whatever its versions.")]
    accepted: int
    declined: int
    expired: int
    rescinded: Annotated[int, Field(description="Taken back, some of them after acceptance.")]
    pending: Annotated[int, Field(description="Not answered; only among offers by `extended`.")]
    acceptance_rate: Annotated[
        float | None, Field(description="accepted / (offers - pending); null for 0 / 0.")
    ]

    @classmethod
    def of(cls, sums: Sums, together: Sequence[Sums]) -> Self:
        counts = {one.step: one.n for one in together}
        outcomes = ("accepted", "declined", "expired", "rescinded", "pending")
        return cls(
            offers=sums.n,
            acceptance_rate=sums.num / sums.den if sums.den else None,
            **{outcome: counts.get(outcome, 0) for outcome in outcomes},
        )


OFFER_ACCEPTANCE = Metric(
    name="offer-acceptance",
    title="Offer acceptance",
    definition="Of the offers accepted, declined, expired or rescinded in the window, those that"
    " stand accepted; offers, not versions.",
    unit="offers",
    figures=OfferOutcomes,
    cases=CASES,
    reads=(applications.READ_MODEL,),
    policy=OfferPolicy,
    value="acceptance_rate",
)
