"""Contact with people and what came of it: the rows behind engagement and talent pools."""

from projections.read_model import ReadModel

STEPS = """
INSERT INTO outreach_steps (
    position,
    origin,
    superseded_at,
    occurred_at,
    candidate_id,
    touchpoint_id,
    kind,
    pool_id,
    campaign_id,
    channel,
    counts
)
SELECT
    position,
    origin,
    9223372036854775807,
    occurred_at,
    stream_id,
    (data ->> 'touchpoint_id')::uuid,
    CASE type
        WHEN 'candidate.nurtured' THEN 'contacted'
        WHEN 'touchpoint.delivered' THEN 'delivered'
        WHEN 'touchpoint.opened' THEN 'opened'
        WHEN 'touchpoint.clicked' THEN 'clicked'
        WHEN 'touchpoint.replied' THEN 'replied'
        WHEN 'touchpoint.bounced' THEN 'bounced'
        WHEN 'candidate.attended_event' THEN 'attended'
        ELSE 'applied'
    END,
    (data ->> 'pool_id')::uuid,
    (data ->> 'campaign_id')::uuid,
    data ->> 'channel',
    CASE type
        WHEN 'candidate.nurtured' THEN COALESCE((data ->> 'logged_by_hand')::boolean, false)
        WHEN 'touchpoint.clicked' THEN NOT COALESCE((data ->> 'by_scanner')::boolean, false)
        ELSE true
    END
FROM facts
WHERE position > %(after)s
  AND position <= %(upto)s
  AND type IN (
    'candidate.nurtured',
    'touchpoint.delivered',
    'touchpoint.opened',
    'touchpoint.clicked',
    'touchpoint.replied',
    'touchpoint.bounced',
    'candidate.attended_event',
    'application.applied',
    'application.reengaged'
  )
"""

READ_MODEL = ReadModel(
    name="engagement",
    version=2,
    tables=("outreach_steps",),
    statements=(STEPS,),
)
