"""First days that have come, of which nobody has said whether they took place."""

STARTS = """
SELECT
    'start' AS kind,
    hire.start_date::timestamp AT TIME ZONE %(zone)s AS due_at,
    hire.occurred_at AS since,
    hire.position,
    hire.requisition_id,
    hire.application_id,
    hire.candidate_id,
    hire.opening_id AS about_id,
    NULL::uuid[] AS for_ids
FROM hire_entries hire
WHERE hire.kind = 'hired'
  AND hire.start_date <= (%(now)s AT TIME ZONE %(zone)s)::date
  AND hire.start_date > (%(now)s AT TIME ZONE %(zone)s)::date - 365
  AND hire.position <= %(p)s
  AND hire.superseded_at > %(p)s
  AND hire.occurred_at <= %(t)s
  AND NOT EXISTS (
    SELECT
    FROM hire_entries later
    WHERE later.application_id = hire.application_id
      AND NOT later.entered_in_error
      AND later.position <= %(p)s
      AND later.superseded_at > %(p)s
      AND later.occurred_at <= %(t)s
      AND (later.occurred_at, later.origin) > (hire.occurred_at, hire.origin)
  )
"""
