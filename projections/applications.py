"""What happened to applications: the rows behind the pipeline and the hiring metrics."""

from projections import application_ways, known_steps, stage_stays
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
    source,
    candidate_origin,
    reengaged,
    about,
    by_rule
)
SELECT
    position,
    origin,
    9223372036854775807,
    occurred_at,
    (data ->> 'application_id')::uuid,
    stream_id,
    CASE type
        WHEN 'application.applied' THEN 'applied'
        WHEN 'application.reengaged' THEN 'applied'
        WHEN 'application.screened' THEN 'screened'
        WHEN 'interview.scheduled' THEN 'scheduled'
        WHEN 'interview.held' THEN 'interviewed'
        WHEN 'interview.scorecard_submitted' THEN 'scored'
        WHEN 'offer.extended' THEN 'offered'
        WHEN 'offer.accepted' THEN 'accepted'
        WHEN 'offer.declined' THEN 'declined'
        WHEN 'offer.rescinded' THEN 'rescinded'
        WHEN 'offer.expired' THEN 'expired'
        WHEN 'application.hired' THEN 'hired'
        WHEN 'application.hire_reversed' THEN 'hire_reversed'
        WHEN 'application.rejected' THEN 'rejected'
        WHEN 'application.withdrawn' THEN 'withdrawn'
        WHEN 'application.rejection_reversed' THEN 'reopened'
        WHEN 'application.withdrawal_reversed' THEN 'reopened'
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
    data ->> 'source',
    data ->> 'origin',
    type = 'application.reengaged',
    COALESCE(data ->> 'offer_id', data ->> 'interview_id', data ->> 'opening_id')::uuid,
    source = 'policy' OR data ? 'rule'
FROM facts
WHERE position > %(after)s
  AND position <= %(upto)s
  AND type IN (
    'application.applied',
    'application.reengaged',
    'application.assigned_to_requisition',
    'application.transferred',
    'application.moved_to_stage',
    'application.screened',
    'interview.scheduled',
    'interview.held',
    'interview.scorecard_submitted',
    'offer.extended',
    'offer.accepted',
    'offer.declined',
    'offer.rescinded',
    'offer.expired',
    'application.hired',
    'application.hire_reversed',
    'application.rejected',
    'application.rejection_reversed',
    'application.withdrawn',
    'application.withdrawal_reversed'
  )
  -- A scorecard handed in again is no other scorecard.
  AND NOT data ? 'revises'
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
    origin,
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
    'application.assigned_to_requisition',
    'application.transferred'
  )
"""

FOLD = (
    "WITH"
    + ",".join(
        (
            known_steps.TOLD,
            application_ways.IN_ORDER,
            stage_stays.IN_ORDER,
            known_steps.KNOWN,
            application_ways.ANEW,
            stage_stays.ANEW,
        )
    )
    + "SELECT"
)

READ_MODEL = ReadModel(
    name="applications",
    version=3,
    tables=("application_steps", "application_assignments"),
    statements=(STEPS, ASSIGNMENTS),
    derived_tables=("application_ways", "stage_stays"),
    derived=(FOLD,),
)
