"""What happened to applications: the rows behind the pipeline and the hiring metrics."""

from projections.read_model import ReadModel

STEPS = """
INSERT INTO application_steps (
    position,
    origin,
    superseded_at,
    occurred_at,
    application_id,
    candidate_id,
    milestone,
    status,
    stage,
    stage_kind,
    reason_code,
    source
)
SELECT
    position,
    position,
    9223372036854775807,
    occurred_at,
    (data ->> 'application_id')::uuid,
    stream_id,
    CASE type
        WHEN 'application.applied' THEN 'applied'
        WHEN 'application.reengaged' THEN 'applied'
        WHEN 'application.screened' THEN 'screened'
        WHEN 'interview.held' THEN 'interviewed'
        WHEN 'offer.extended' THEN 'offered'
        WHEN 'offer.accepted' THEN 'accepted'
        WHEN 'offer.declined' THEN 'declined'
        WHEN 'offer.rescinded' THEN 'rescinded'
        WHEN 'application.hired' THEN 'hired'
        WHEN 'application.hire_reversed' THEN 'hire_reversed'
        WHEN 'application.rejected' THEN 'rejected'
        WHEN 'application.withdrawn' THEN 'withdrawn'
        ELSE 'moved'
    END,
    CASE type
        WHEN 'application.hired' THEN 'hired'
        WHEN 'application.rejected' THEN 'rejected'
        WHEN 'application.withdrawn' THEN 'withdrawn'
        ELSE 'open'
    END,
    data ->> 'stage',
    data ->> 'stage_kind',
    reason_code,
    data ->> 'source'
FROM facts
WHERE position > %(after)s
  AND position <= %(upto)s
  AND type IN (
    'application.applied',
    'application.reengaged',
    'application.assigned_to_requisition',
    'application.moved_to_stage',
    'application.screened',
    'interview.held',
    'offer.extended',
    'offer.accepted',
    'offer.declined',
    'offer.rescinded',
    'application.hired',
    'application.hire_reversed',
    'application.rejected',
    'application.rejection_reversed',
    'application.withdrawn',
    'application.withdrawal_reversed'
  )
  AND NOT COALESCE((data ->> 'entered_in_error')::boolean, false)
"""

ASSIGNMENTS = """
INSERT INTO application_assignments (
    position,
    origin,
    superseded_at,
    occurred_at,
    application_id,
    candidate_id,
    requisition_id
)
SELECT
    position,
    position,
    9223372036854775807,
    occurred_at,
    (data ->> 'application_id')::uuid,
    stream_id,
    (data ->> 'requisition_id')::uuid
FROM facts
WHERE position > %(after)s
  AND position <= %(upto)s
  AND type IN (
    'application.applied',
    'application.reengaged',
    'application.assigned_to_requisition'
  )
"""

# What was entered in error is taken back from its own time on; it stays known until then.
TAKEN_BACK = """
UPDATE application_steps
SET superseded_at = reversal.position
FROM facts reversal
JOIN events mistake
    ON mistake.stream_id = reversal.stream_id
    AND mistake.version = (reversal.data ->> 'reverses')::int
WHERE reversal.position > %(after)s
  AND reversal.position <= %(upto)s
  AND reversal.type IN (
    'application.hire_reversed',
    'application.rejection_reversed',
    'application.withdrawal_reversed'
  )
  AND (reversal.data ->> 'entered_in_error')::boolean
  AND application_steps.position = mistake.position
"""

READ_MODEL = ReadModel(
    name="applications",
    version=1,
    tables=("application_steps", "application_assignments"),
    statements=(STEPS, ASSIGNMENTS, TAKEN_BACK),
)
