"""Applications on which nobody has acted yet; what counts as an act: see time_to_first_review."""

REVIEWS = """
SELECT
    'review' AS kind,
    NULL::timestamptz AS due_at,
    begun.occurred_at AS since,
    begun.position,
    running.requisition_id,
    running.application_id,
    running.candidate_id,
    NULL::uuid AS about_id,
    NULL::uuid[] AS for_ids
FROM running
CROSS JOIN LATERAL (
    SELECT
        position,
        origin,
        occurred_at
    FROM application_steps
    WHERE application_id = running.application_id
      AND milestone = 'applied'
      AND position <= %(p)s
      AND superseded_at > %(p)s
      AND occurred_at <= %(t)s
    ORDER BY occurred_at, origin
    LIMIT 1
) AS begun
WHERE running.application_id NOT IN (SELECT application_id FROM knock_outs_waiting)
  AND NOT EXISTS (
    SELECT
    FROM application_steps
    WHERE application_id = running.application_id
      AND milestone NOT IN ('applied', 'accepted', 'declined', 'withdrawn')
      AND NOT by_rule
      AND position <= %(p)s
      AND superseded_at > %(p)s
      AND occurred_at <= %(t)s
      AND (occurred_at, origin) > (begun.occurred_at, begun.origin)
)
"""
