"""Time to hire: from the start of an application to OfferAccepted, or Hired where none precedes.

An application whose hire was reversed, or that was rejected, withdrawn or rescinded afterwards,
has no end; nor does a hire that was reversed, or the acceptance of an offer that was rescinded,
end anything later. Source: ANSI/SHRM usage; start and end are policies because products disagree.
"""

from typing import ClassVar, Literal

from projections import applications, engagement
from projections.metrics.metric import Durations, Metric
from projections.metrics.policy import Days, Policy


class TimeToHirePolicy(Policy):
    """What starts the clock, what ends it, and how days are counted.

    first_touch: the first contact since the person's previous application closed, if it came
    before this one. last_reopened: the last time the application was reopened after having been
    rejected, withdrawn or hired, if it was before its end.
    """

    spoken: ClassVar[frozenset[str]] = frozenset({"start", "end"})

    start: Literal["applied", "first_touch", "last_reopened"] = "applied"
    end: Literal["accepted", "hired"] = "accepted"
    which: Literal["last", "first"] = "last"
    days: Days = "elapsed"


# Applications with an end in the window, with all their steps that matter, then their marks.
CASES = """
WITH ending AS MATERIALIZED (
    SELECT DISTINCT application_id
    FROM application_steps
    WHERE milestone IN ('accepted', 'hired')
      AND position <= %(p)s
      AND superseded_at > %(p)s
      AND occurred_at <= %(t)s
      AND (%(from)s::timestamptz IS NULL OR occurred_at >= %(from)s)
      AND (%(to)s::timestamptz IS NULL OR occurred_at < %(to)s)
),
steps AS MATERIALIZED (
    SELECT
        step.application_id,
        step.candidate_id,
        step.milestone,
        step.source,
        step.candidate_origin,
        step.occurred_at,
        row_number() OVER (
            PARTITION BY step.application_id ORDER BY step.occurred_at, step.origin
        ) AS nth
    FROM ending
    JOIN application_steps step ON step.application_id = ending.application_id
    WHERE step.position <= %(p)s
      AND step.superseded_at > %(p)s
      AND step.occurred_at <= %(t)s
      AND step.milestone IN (
        'applied',
        'accepted',
        'hired',
        'rescinded',
        'hire_reversed',
        'rejected',
        'withdrawn',
        'reopened'
      )
),
setbacks AS (
    SELECT
        application_id,
        COALESCE(max(nth) FILTER (WHERE milestone = 'rescinded'), 0) AS rescinded,
        COALESCE(
            max(nth) FILTER (
                WHERE milestone IN ('rescinded', 'hire_reversed', 'rejected', 'withdrawn')
            ),
            0
        ) AS undone
    FROM steps
    GROUP BY application_id
),
marks AS (
    SELECT
        steps.application_id,
        min(steps.candidate_id::text)::uuid AS candidate_id,
        setbacks.undone,
        min(source) FILTER (WHERE milestone = 'applied') AS source,
        min(candidate_origin) FILTER (WHERE milestone = 'applied') AS origin,
        min(occurred_at) FILTER (WHERE milestone = 'applied') AS applied_at,
        array_agg(occurred_at) FILTER (WHERE milestone IN ('reopened', 'hire_reversed'))
            AS reopenings,
        CASE %(which)s
            WHEN 'first' THEN min(nth) FILTER (WHERE milestone = 'accepted' AND nth > rescinded)
            ELSE max(nth) FILTER (WHERE milestone = 'accepted' AND nth > rescinded)
        END AS accepted,
        CASE %(which)s
            WHEN 'first' THEN
                min(occurred_at) FILTER (WHERE milestone = 'accepted' AND nth > rescinded)
            ELSE max(occurred_at) FILTER (WHERE milestone = 'accepted' AND nth > rescinded)
        END AS accepted_at,
        CASE %(which)s
            WHEN 'first' THEN min(nth) FILTER (WHERE milestone = 'hired' AND nth > undone)
            ELSE max(nth) FILTER (WHERE milestone = 'hired' AND nth > undone)
        END AS hired,
        CASE %(which)s
            WHEN 'first' THEN min(occurred_at) FILTER (WHERE milestone = 'hired' AND nth > undone)
            ELSE max(occurred_at) FILTER (WHERE milestone = 'hired' AND nth > undone)
        END AS hired_at,
        max(nth) FILTER (
            WHERE (milestone = 'accepted' AND nth > rescinded)
               OR (milestone = 'hired' AND nth > undone)
        ) AS last_success
    FROM steps
    JOIN setbacks ON setbacks.application_id = steps.application_id
    GROUP BY
        steps.application_id,
        setbacks.undone
),
ends AS (
    SELECT
        application_id,
        candidate_id,
        source,
        origin,
        applied_at,
        reopenings,
        CASE
            WHEN %(end)s = 'hired' THEN hired_at
            WHEN hired IS NULL OR accepted < hired THEN COALESCE(accepted_at, hired_at)
            ELSE hired_at
        END AS ended_at
    FROM marks
    WHERE undone < last_success
),
begun AS (
    SELECT
        ends.*,
        CASE %(start)s
            WHEN 'first_touch' THEN LEAST(applied_at, touch.first_at)
            WHEN 'last_reopened' THEN COALESCE(reopening.last_at, applied_at)
            ELSE applied_at
        END AS started_at
    FROM ends
    CROSS JOIN LATERAL (
        SELECT max(at) AS last_at
        FROM unnest(reopenings) AS at
        WHERE at <= ends.ended_at
    ) AS reopening
    LEFT JOIN one_person ON one_person.candidate_id = ends.candidate_id
    CROSS JOIN LATERAL (
        SELECT COALESCE(one_person.histories, ARRAY[ends.candidate_id]) AS histories
    ) AS person
    LEFT JOIN LATERAL (
        SELECT min(contact.occurred_at) AS first_at
        FROM unnest(person.histories) AS history(candidate_id)
        JOIN outreach_steps contact ON contact.candidate_id = history.candidate_id
        WHERE %(start)s = 'first_touch'
          AND contact.kind = 'contacted'
          AND contact.position <= %(p)s
          AND contact.superseded_at > %(p)s
          AND contact.occurred_at <= ends.applied_at
          AND contact.occurred_at >= COALESCE(
            (
                SELECT max(closing.occurred_at)
                FROM application_steps closing
                WHERE closing.candidate_id = ANY(person.histories)
                  AND closing.application_id <> ends.application_id
                  AND closing.milestone IN ('hired', 'rejected', 'withdrawn')
                  AND closing.position <= %(p)s
                  AND closing.superseded_at > %(p)s
                  AND closing.occurred_at <= ends.applied_at
            ),
            '-infinity'
          )
    ) AS touch ON true
)
SELECT
    NULL::text AS step,
    application_id AS case_id,
    candidate_id,
    application_id,
    NULL::uuid AS requisition_id,
    NULL::uuid AS campaign_id,
    source,
    origin,
    started_at,
    ended_at,
    NULL::float8 AS num,
    1::float8 AS den,
    0::float8 AS extra
FROM begun
WHERE (%(from)s::timestamptz IS NULL OR ended_at >= %(from)s)
  AND (%(to)s::timestamptz IS NULL OR ended_at < %(to)s)
  AND started_at IS NOT NULL
  AND ended_at IS NOT NULL
"""

TIME_TO_HIRE = Metric(
    name="time-to-hire",
    title="Time to hire",
    definition="From the start of the application to OfferAccepted, or Hired where no acceptance"
    " precedes; applications that ended well in the window.",
    unit="days",
    figures=Durations,
    cases=CASES,
    reads=(applications.READ_MODEL, engagement.READ_MODEL),
    policy=TimeToHirePolicy,
    durations=True,
    value="mean_days",
)
