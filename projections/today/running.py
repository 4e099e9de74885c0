"""The applications that still run, which most of what needs a person is about.

They are those of requisitions that are not closed, and general ones; so this costs what is open,
however long the history. An application left open on a closed requisition (only imported ones can
be) needs nobody. Where one requisition is asked about, the others cost nothing.
"""

RUNNING = """
live AS MATERIALIZED (
    SELECT requisition_id
    FROM (
        SELECT DISTINCT ON (requisition_id)
            requisition_id,
            state
        FROM requisition_states
        WHERE (%(requisition)s::uuid IS NULL OR requisition_id = %(requisition)s)
          AND position <= %(p)s
          AND superseded_at > %(p)s
          AND occurred_at <= %(t)s
        ORDER BY requisition_id, occurred_at DESC, origin DESC
    ) AS standing
    WHERE state <> 'closed'
),
assigned AS (
    SELECT DISTINCT ON (application_id)
        application_id,
        candidate_id,
        requisition_id
    FROM application_assignments
    WHERE application_id IN (
            SELECT application_id
            FROM application_assignments
            WHERE requisition_id IN (SELECT requisition_id FROM live)
               OR (requisition_id IS NULL AND %(requisition)s::uuid IS NULL)
        )
      AND position <= %(p)s
      AND superseded_at > %(p)s
      AND occurred_at <= %(t)s
    ORDER BY application_id, occurred_at DESC, origin DESC
),
running AS MATERIALIZED (
    SELECT
        assigned.application_id,
        assigned.candidate_id,
        assigned.requisition_id
    FROM assigned
    CROSS JOIN LATERAL (
        SELECT status
        FROM application_steps
        WHERE application_id = assigned.application_id
          AND stage IS NOT NULL
          AND position <= %(p)s
          AND superseded_at > %(p)s
          AND occurred_at <= %(t)s
        ORDER BY occurred_at DESC, origin DESC
        LIMIT 1
    ) AS standing
    WHERE standing.status = 'open'
      AND (
        assigned.requisition_id IS NULL
        OR assigned.requisition_id IN (SELECT requisition_id FROM live)
      )
)
"""
