"""What was known of applications at the positions of a range, for rows to be folded from.

Nearly every application is told in order: each step is recorded after those that happened before
it, and none is told anew. What was known of it at any position is then the beginning of what is
known now, and one look at its steps gives the rows of every position. Of the others, what was
known is folded anew at each position of the range that told something.

These are clauses of one statement; projections/applications.py puts it together.
"""

# The applications that the range tells something of, their steps, and which were told out of
# order.
TOLD = """
changed AS MATERIALIZED (
    SELECT
        application_id,
        position AS p
    FROM application_steps
    WHERE position > %(after)s
      AND position <= %(upto)s
    UNION ALL
    SELECT
        step.application_id,
        shape.position
    FROM current_shapes shape
    JOIN application_steps step ON step.position = shape.previous
    WHERE shape.position > %(after)s
      AND shape.position <= %(upto)s
),
steps AS MATERIALIZED (
    SELECT
        position,
        origin,
        superseded_at,
        occurred_at,
        application_id,
        candidate_id,
        milestone,
        array_position(
            '{applied,screened,interviewed,offered,hired,rejected,declined}'::text[],
            milestone
        ) AS rung,
        status,
        stage,
        stage_kind,
        source,
        candidate_origin,
        origin = position
            AND superseded_at > %(upto)s
            AND COALESCE(
                occurred_at >= lag(occurred_at) OVER told,
                milestone = 'applied'
            ) AS in_order
    FROM application_steps
    WHERE position <= %(upto)s
      AND application_id IN (SELECT application_id FROM changed)
    WINDOW told AS (PARTITION BY application_id ORDER BY position)
),
out_of_order AS MATERIALIZED (
    SELECT DISTINCT application_id
    FROM steps
    WHERE NOT in_order
)
"""

# Of the applications told out of order: each moment something became known, what was known then,
# and how the application began by what was known.
KNOWN = """
moments AS MATERIALIZED (
    SELECT
        application_id,
        p,
        row_number() OVER (PARTITION BY application_id ORDER BY p) AS moment
    FROM changed
    JOIN out_of_order USING (application_id)
    GROUP BY
        application_id,
        p
),
known AS MATERIALIZED (
    SELECT
        moments.application_id,
        moments.moment,
        step.candidate_id,
        step.milestone,
        step.rung,
        step.status,
        step.stage,
        step.stage_kind,
        step.source,
        step.candidate_origin,
        step.occurred_at,
        step.origin
    FROM moments
    JOIN steps step ON step.application_id = moments.application_id
    WHERE step.position <= moments.p
      AND step.superseded_at > moments.p
),
begun AS (
    SELECT DISTINCT ON (application_id, moment)
        application_id,
        moment,
        source,
        candidate_origin
    FROM known
    WHERE milestone = 'applied'
    ORDER BY
        application_id,
        moment,
        occurred_at,
        origin
)
"""
